"""What a creator takes along: all of it, for them alone, bounded, and then deleted."""

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from creators.models import Creator, Follow
from creators.services.follows import follow_creator, share_address
from livestreams.access.playback import is_playback_token_right
from livestreams.access.takealong import get_take_along_url
from livestreams.media.bundling import BUNDLE
from livestreams.media.store import Store
from livestreams.models import Clip, Livestream, TakeAlong
from livestreams.services import keeping, takealong
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_creator, make_replay, make_variant
from tests.media_lab import record_show
from tests.store_lab import list_names, make_bucket

pytestmark = pytest.mark.django_db
State = TakeAlong.State


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Keep shows in a folder of this test."""
    settings.MEDIA_DIR = tmp_path
    return tmp_path


def ask(creator: Creator) -> TakeAlong:
    return takealong.ask_for_take_along(creator, by=creator.user)


def make(creator: Creator) -> TakeAlong:
    row = ask(creator)
    takealong.make_take_along(row.pk)
    row.refresh_from_db()
    return row


def open_file(folder: Path, row: TakeAlong) -> zipfile.ZipFile:
    return zipfile.ZipFile(folder / row.public_id / BUNDLE)


def read_table(bundle: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = bundle.read(name).decode()
    return list(csv.DictReader(io.StringIO(text)))


def make_clip(show: Livestream, folder: Path, *, is_there: bool = True) -> Clip:
    clip = Clip.objects.create(
        livestream=show,
        title="=The stool!",
        state=Clip.State.READY,
        from_ms=0,
        until_ms=4_000,
        created_by=show.creator.user,
    )
    place = folder / show.public_id
    place.mkdir(exist_ok=True)
    if is_there:
        (place / f"clip_{clip.public_id}.mp4").write_bytes(b"clip" * 1000)
    return clip


def test_one_file_holds_all_of_it_until_its_days_are_over(
    creator: Creator, shopper: User, stranger: User, teen: User, folder: Path
) -> None:
    product = make_variant().product
    show = make_replay(
        creator=creator, products=(product,), started_at=clock.now(), title="Stools"
    )
    record_show(folder / show.public_id)
    clip = make_clip(show, folder)
    make_clip(show, folder, is_there=False)
    make_replay(creator=make_creator())
    for person in (shopper, stranger, teen):
        follow_creator(creator, user=person)
    assert share_address(creator, user=shopper, is_shared=True)
    assert not share_address(creator, user=teen, is_shared=True)

    row = make(creator)
    assert (row.state, row.percent, row.missing_count) == (State.READY, 100, 1)
    with open_file(folder, row) as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
        (video,) = [name for name in names if name.startswith("replays/")]
        assert bundle.read(video)[4:8] == b"ftyp"
        stored = bundle.read(f"clips/the-stool-{clip.public_id}.mp4")
        assert stored == b"clip" * 1000
        followers = read_table(bundle, "followers.csv")
        assert [one["email"] for one in followers] == [shopper.email]
        (shown,) = read_table(bundle, "products.csv")
        assert shown["product"] == product.title
        assert [one["title"] for one in read_table(bundle, "shows.csv")] == ["Stools"]
        assert read_table(bundle, "commissions.csv") == []
        assert "could not be read here" in bundle.read("READ-ME.txt").decode()
    left = {path.name for path in (folder / show.public_id).iterdir()}
    assert "show1.mp4" not in left
    assert row.bytes_count == (folder / row.public_id / BUNDLE).stat().st_size

    later = clock.now() + takealong.KEPT_FOR
    with time_machine.travel(later, tick=False):
        assert not row.has_file(clock.now())
        assert takealong.tend_take_alongs() == 1
        for _ in range(2):
            takealong.erase_take_along(row.pk)
    row.refresh_from_db()
    assert row.state == State.GONE
    assert row.erased_at == later
    assert not (folder / row.public_id).exists()


def test_asking_twice_makes_one_file_and_a_new_one_ends_the_old(
    creator: Creator, folder: Path
) -> None:
    first = ask(creator)
    assert ask(creator) == first
    takealong.make_take_along(first.pk)
    second = ask(creator)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.GONE, State.WAITING)
    takealong.make_take_along(first.pk)
    first.refresh_from_db()
    assert first.state == State.GONE


def test_a_killed_worker_is_followed_by_another_and_stops_if_it_lives(
    creator: Creator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(creator)
    first = takealong._claim(row.pk)
    assert first is not None
    assert takealong._claim(row.pk) is None
    with time_machine.travel(clock.now() + takealong.LEASE, tick=False):
        assert takealong.tend_take_alongs() == 1
        takealong.make_take_along(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempt) == (State.READY, 2)
    with pytest.raises(takealong.TakenOverError):
        takealong._note(first, parts_done=1)
    takealong._fail(first, takealong.Why.NO_ROOM)
    row.refresh_from_db()
    assert row.state == State.READY


def test_a_file_that_is_cut_off_again_and_again_is_given_up(
    creator: Creator, folder: Path
) -> None:
    row = ask(creator)
    for _ in range(takealong.MOST_ATTEMPTS):
        assert takealong._claim(row.pk) is not None
        TakeAlong.objects.update(claimed_until=clock.now())
    assert takealong._claim(row.pk) is None
    takealong.tend_take_alongs()
    row.refresh_from_db()
    assert (row.state, row.why) == (State.FAILED, takealong.Why.CUT_OFF)
    assert ask(creator) != row


def test_a_full_disk_fails_before_anything_is_written(
    creator: Creator, folder: Path, settings: Settings, client: Client
) -> None:
    settings.MEDIA_LEAST_FREE_MB = 10**9
    row = make(creator)
    assert (row.state, row.why) == (State.FAILED, takealong.Why.NO_ROOM)
    assert not (folder / row.public_id).exists()
    client.force_login(creator.user)
    page = client.get(reverse("creators:take-along")).content.decode()
    assert "Our disk has no room" in page
    assert "Make my file" in page


def test_a_file_of_a_store_lies_there_and_goes_from_there(
    creator: Creator, store_url: str, folder: Path, settings: Settings
) -> None:
    settings.STORE = make_bucket(store_url)
    show = make_replay(creator=creator)
    record_show(folder / show.public_id)
    keeping.keep_recording(show.recording.pk)
    row = make(creator)
    assert (row.state, row.missing_count) == (State.READY, 0)
    store = Store(settings.STORE)
    assert store.list_sizes(row.public_id) == {BUNDLE: row.bytes_count}
    assert not (folder / row.public_id / BUNDLE).exists()
    takealong.drop_take_along(row)
    takealong.erase_take_along(row.pk)
    assert store.list_sizes(row.public_id) == {}
    assert any(show.public_id in name for name in list_names(settings.STORE))


def test_the_page_leads_from_the_wish_to_the_file_also_after_closing(
    creator: Creator, folder: Path, client: Client
) -> None:
    Creator.objects.update(state=Creator.State.CLOSED)
    client.force_login(creator.user)
    address = reverse("creators:take-along")
    page = client.post(address, follow=True).content.decode()
    assert 'hx-trigger="every 3s"' in page
    row = TakeAlong.objects.get()
    takealong.make_take_along(row.pk)
    answer = client.get(reverse("creators:take-along-state"))
    part = answer.content.decode()
    assert "Your file is ready" in part
    assert "hx-trigger" not in part
    assert row.public_id in part
    assert answer["Cache-Control"] == "private, no-store"
    client.post(reverse("creators:take-along-delete"))
    page = client.get(address).content.decode()
    assert "Your last file is deleted" in page


def test_a_link_opens_this_file_alone_and_for_an_hour(creator: Creator) -> None:
    row = ask(creator)
    *_, token, show, kind, name = get_take_along_url(row).split("/")
    assert (show, kind, name) == (row.public_id, "download", BUNDLE)
    assert is_playback_token_right(row.public_id, "download", token)
    assert not is_playback_token_right("0000000000000000", "download", token)
    with time_machine.travel(clock.now() + dt.timedelta(hours=1, seconds=1)):
        assert not is_playback_token_right(row.public_id, "download", token)


def test_nobody_else_has_anything_to_take(
    client: Client, creator: Creator, stranger: User, staff: User, folder: Path
) -> None:
    make(creator)
    applied = make_creator(state=Creator.State.APPLIED)
    for person in (stranger, staff, applied.user):
        client.force_login(person)
        for name in ("take-along", "take-along-state"):
            assert client.get(reverse(f"creators:{name}")).status_code == 403
    other = make_creator()
    client.force_login(other.user)
    assert "Your file is ready" not in (
        client.get(reverse("creators:take-along")).content.decode()
    )
    client.post(reverse("creators:take-along-delete"))
    assert TakeAlong.objects.get().state == State.READY


def test_a_follower_shares_an_address_and_takes_it_back(
    client: Client, creator: Creator, shopper: User
) -> None:
    client.force_login(shopper)
    address = reverse("creator-share", args=[creator.handle])
    assert client.post(address, {"shared": "1"}).status_code == 404
    follow_creator(creator, user=shopper)
    page = client.post(address, {"shared": "1"}, follow=True).content.decode()
    assert "may take your e-mail address along" in page
    since = Follow.objects.get().shared_at
    client.post(address, {"shared": "1"})
    assert Follow.objects.get().shared_at == since
    Creator.objects.update(state=Creator.State.CLOSED)
    page = client.post(address, {"shared": "0"}, follow=True).content.decode()
    assert "does not get your address" in page
    assert Follow.objects.get().shared_at is None
