"""Clips: planned, cut by a job, shown, deleted, and gone with their show."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from creators.models import Creator
from livestreams.errors import ClipLengthWrong, ClipMissing, ClipsFull, ReplayGone
from livestreams.models import Clip, Livestream, Pin
from livestreams.services import clips, replays
from shopfront.models import User
from tests.factories import make_livestream, make_replay, make_variant

pytestmark = pytest.mark.django_db

State = Clip.State


def plan(show: Livestream, **changes: int) -> Clip:
    ends = {"from_ms": 2_000, "until_ms": 8_000} | changes
    products = [row.product for row in show.shelf.all()]
    by = show.creator.user
    return clips.create_clip(
        show,
        title="The stool",
        from_ms=ends["from_ms"],
        until_ms=ends["until_ms"],
        products=products,
        by=by,
    )


def make_ready(show: Livestream) -> Clip:
    clip = plan(show)
    Clip.objects.filter(pk=clip.pk).update(state=State.READY)
    clip.refresh_from_db()
    return clip


@pytest.mark.parametrize("until_ms", [4_999, 182_001, 1_000])
def test_a_clip_has_a_length_that_may_be(until_ms: int) -> None:
    with pytest.raises(ClipLengthWrong):
        plan(make_replay(), until_ms=until_ms)


def test_a_show_without_recording_has_no_clips() -> None:
    with pytest.raises(ReplayGone):
        plan(make_livestream(state=Livestream.State.ENDED))


def test_a_show_has_fifty_clips_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "MOST_CLIPS", 1)
    show = make_replay()
    clip = plan(show)
    with pytest.raises(ClipsFull):
        plan(show)
    clips.delete_clip(clip)
    plan(show)


def test_a_clip_of_files_that_are_gone_fails_with_a_reason(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    clip = plan(make_replay())
    clips.make_clip(clip.pk)
    clips.make_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.why) == (State.FAILED, clips.UNREADABLE)


def test_a_clip_deleted_while_it_is_made_stays_deleted(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    clip = plan(make_replay())
    clips.delete_clip(clip)
    clips.make_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == State.REMOVED
    folder = tmp_path / clip.livestream.public_id
    folder.mkdir()
    (folder / f"clip_{clip.public_id}.mp4").write_bytes(b"clip")
    clips.erase_clip(clip.pk)
    assert not list(folder.iterdir())


def test_a_clip_page_has_video_label_and_products(client: Client) -> None:
    product = make_variant(price=6450).product
    clip = make_ready(make_replay(products=(product,)))
    answer = client.get(clip.get_absolute_url())
    page = answer.content.decode()
    assert f"/clip/clip_{clip.public_id}.mp4" in page
    assert "Paid partnership" in page
    assert product.title in page
    assert answer["Cache-Control"] == "private, no-store"
    creator = client.get(f"/c/{clip.livestream.creator.handle}/").content.decode()
    assert clip.get_absolute_url() in creator
    shown = client.get(f"/p/{product.slug}/shows/").content.decode()
    assert clip.get_absolute_url() in shown


def test_a_clip_that_is_not_ready_has_no_page(client: Client) -> None:
    clip = plan(make_replay())
    assert client.get(clip.get_absolute_url()).status_code == 404


def test_a_clip_has_the_limits_of_its_show(client: Client, stranger: User) -> None:
    clip = make_ready(make_replay(audience=Livestream.Audience.INVITED))
    assert client.get(clip.get_absolute_url()).status_code in {403, 404}
    client.force_login(stranger)
    assert client.get(clip.get_absolute_url()).status_code in {403, 404}
    handle = clip.livestream.creator.handle
    assert clip.get_absolute_url() not in client.get(f"/c/{handle}/").content.decode()


def test_a_clip_goes_with_the_take_down_of_its_show(
    client: Client, staff: User
) -> None:
    clip = make_ready(make_replay())
    recording = clip.livestream.recording
    replays.take_down_replay(recording, by=staff, reason="Recalled")
    assert client.get(clip.get_absolute_url()).status_code == 404


def test_the_files_of_a_take_down_go_at_once(
    staff: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    clip = make_ready(make_replay())
    with django_capture_on_commit_callbacks() as queued:
        recording = clip.livestream.recording
        replays.take_down_replay(recording, by=staff, reason="Recalled")
    assert len([call for call in queued if "hint" in call.__qualname__]) == 2
    clip.refresh_from_db()
    assert (clip.state, clip.why) == (State.REMOVED, "Recalled")


def test_a_clip_gets_another_title_and_other_products_later(client: Client) -> None:
    first, second, foreign = (make_variant(price=6450).product for _ in range(3))
    show = make_replay(products=(first, second))
    Pin.objects.create(livestream=show, product=second, placed_by=show.creator.user)
    clip = make_ready(show)
    client.force_login(show.creator.user)
    fields = {"title": "Two stools", "products": [second.public_id, foreign.public_id]}
    address = f"/creator/clips/{clip.public_id}/edit/"
    assert client.post(address, fields).status_code == 302
    clip.refresh_from_db()
    assert clip.title == "Two stools"
    assert list(clip.products.all()) == [second]
    client.post(address, {"title": "x"})
    clip.refresh_from_db()
    assert clip.title == "Two stools"
    page = client.get(f"/creator/shows/{show.public_id}/replay/").content.decode()
    assert "Save the clip Two stools" in page
    clips.delete_clip(clip)
    with pytest.raises(ClipMissing):
        clips.edit_clip(clip, title="Gone", products=[])
    assert client.post(address, fields).status_code == 404


def test_nobody_edits_the_clips_of_others(client: Client, creator: Creator) -> None:
    clip = make_ready(make_replay())
    client.force_login(creator.user)
    address = f"/creator/clips/{clip.public_id}/edit/"
    assert client.post(address, {"title": "Mine now"}).status_code == 404
