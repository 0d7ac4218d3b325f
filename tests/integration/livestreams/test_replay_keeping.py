"""How long replays are kept, who hides them, and what a take-down takes along."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from livestreams.errors import ReplayGone, ReplayOnHold
from livestreams.models import Clip, Recording
from livestreams.services import publishing, replays
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import make_livestream, make_replay

pytestmark = pytest.mark.django_db

State = Recording.State


def test_a_replay_goes_when_its_markets_days_are_over(
    settings: Settings, tmp_path: Path, client: Client
) -> None:
    settings.MEDIA_DIR = tmp_path
    show = make_replay()
    folder = tmp_path / show.public_id
    folder.mkdir()
    for name in ("closed.json", "index.jsonl", "seg0.m4s"):
        (folder / name).write_bytes(b"{}")
    assert replays.expire_replays() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=91), tick=False):
        assert replays.expire_replays() == 1
        assert replays.expire_replays() == 0
        show.recording.refresh_from_db()
        assert show.recording.state == State.REMOVED
        replays.erase_files(show.recording.pk)
        assert not list(folder.iterdir())
        assert client.get(f"/replays/{show.public_id}/").status_code == 404
    show.recording.refresh_from_db()
    assert show.recording.erased_at is not None


def test_a_published_or_held_replay_stays(staff: User) -> None:
    published, held = make_replay(), make_replay()
    replays.publish_replay(published.recording)
    replays.hold_replay(held.recording, by=staff, reason="Case 12")
    with time_machine.travel(clock.now() + dt.timedelta(days=400), tick=False):
        assert replays.expire_replays() == 0
        replays.lift_hold(held.recording, by=staff, reason="Case closed")
        assert replays.expire_replays() == 1
    assert published.recording.expires_at is None


def test_a_market_may_keep_replays_for_good() -> None:
    show = make_replay()
    show.market.replay_days = 0
    show.market.save()
    with time_machine.travel(clock.now() + dt.timedelta(days=4000), tick=False):
        assert replays.expire_replays() == 0


def test_a_hidden_replay_is_seen_by_its_host_only(client: Client) -> None:
    show = make_replay()
    address = f"/replays/{show.public_id}/"
    replays.hide_replay(show.recording)
    assert client.get(address).status_code == 404
    assert client.get(f"/live/{show.public_id}/playback/").status_code == 404
    client.force_login(show.creator.user)
    assert client.get(address).status_code == 404
    assert client.get(f"/live/{show.public_id}/playback/").status_code == 200
    replays.show_replay(show.recording)
    assert client.get(address).status_code == 200


def test_a_held_replay_cannot_be_deleted_and_a_deleted_one_not_shown(
    staff: User,
) -> None:
    recording = make_replay().recording
    replays.hold_replay(recording, by=staff, reason="Case 12")
    with pytest.raises(ReplayOnHold):
        replays.delete_replay(recording)
    replays.lift_hold(recording, by=staff, reason="Closed")
    replays.delete_replay(recording)
    with pytest.raises(ReplayGone):
        replays.show_replay(recording)


def test_a_take_down_takes_clips_along_and_leaves_an_audit_row(staff: User) -> None:
    show = make_replay()
    clip = Clip.objects.create(
        livestream=show,
        title="The stool",
        state=Clip.State.READY,
        from_ms=0,
        until_ms=4000,
        created_by=show.creator.user,
    )
    replays.take_down_replay(show.recording, by=staff, reason="Recalled product")
    clip.refresh_from_db()
    assert clip.state == Clip.State.REMOVED
    row = Audit.objects.get(action="livestreams.take_down_replay")
    assert (row.actor, row.reason) == (staff, "Recalled product")


def test_a_recording_without_a_picture_fails_with_a_reason() -> None:
    show = make_livestream(state="live", started_at=clock.now())
    publishing.note_picture(show.public_id)
    publishing.close_broadcast(show.public_id, seconds=0, bytes_count=0)
    recording = Recording.objects.get(livestream=show)
    assert recording.state == State.FAILED
    assert recording.why == publishing.NOTHING_KEPT
