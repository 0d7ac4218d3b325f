"""Recordings and clips of a shop that keeps its files in an S3 store."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from livestreams.media.archive import Archive
from livestreams.media.keeping import move_to_store
from livestreams.media.store import Store, StoreError
from livestreams.models import Clip, Livestream, Recording
from livestreams.services import clips, keeping, publishing, replays
from shopfront.common import clock
from tests.factories import make_livestream, make_replay
from tests.media_lab import record_show
from tests.store_lab import list_names, make_bucket

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(store_url: str, settings: Settings, tmp_path: Path) -> Store:
    """Keep files in an empty store, and those of shows in a folder first."""
    settings.STORE, settings.MEDIA_DIR = make_bucket(store_url), tmp_path
    return Store(settings.STORE)


@pytest.fixture
def show(store: Store, tmp_path: Path) -> Livestream:
    """Make a show with a recording on this machine."""
    made = make_replay()
    record_show(tmp_path / made.public_id)
    return made


def plan_clip(show: Livestream) -> Clip:
    return clips.create_clip(
        show,
        title="The stool",
        from_ms=1_000,
        until_ms=4_000,
        products=[],
        by=show.creator.user,
    )


def test_a_recording_moves_to_the_store_and_goes_with_its_days(
    show: Livestream, store: Store, tmp_path: Path
) -> None:
    recording = show.recording
    keeping.keep_recording(recording.pk)
    keeping.keep_recording(recording.pk)
    recording.refresh_from_db()
    assert recording.stored_at is not None
    assert "seg0.m4s" in store.list_sizes(show.public_id)
    assert not (tmp_path / show.public_id / "seg0.m4s").exists()
    with time_machine.travel(clock.now() + dt.timedelta(days=91), tick=False):
        assert replays.expire_replays() == 1
        replays.erase_files(recording.pk)
    assert list_names(store.place) == set()
    recording.refresh_from_db()
    assert recording.erased_at is not None


def test_a_recording_gets_its_seek_pictures_before_it_moves(
    show: Livestream, store: Store, tmp_path: Path
) -> None:
    keeping.keep_recording(show.recording.pk)
    show.recording.refresh_from_db()
    assert show.recording.seek_at is not None
    pictures = {"seek.vtt", "seek0.jpg"}
    assert pictures <= store.list_sizes(show.public_id).keys()
    assert pictures <= {path.name for path in (tmp_path / show.public_id).iterdir()}


def test_a_recording_without_readable_pictures_is_tried_once(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    show = make_replay()
    folder = record_show(tmp_path / show.public_id).folder
    (folder / "init0.mp4").write_bytes(b"no box")
    keeping.keep_recording(show.recording.pk)
    show.recording.refresh_from_db()
    assert show.recording.seek_at is not None
    assert not (folder / "seek.vtt").exists()


def test_a_clip_is_cut_from_a_stored_recording_and_lies_in_the_store(
    show: Livestream, store: Store, tmp_path: Path
) -> None:
    keeping.keep_recording(show.recording.pk)
    clip = plan_clip(show)
    clips.make_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.from_ms, clip.until_ms) == ("ready", 1_000, 4_000)
    names = {f"clip_{clip.public_id}.mp4", f"clip_{clip.public_id}.jpg"}
    assert names <= store.list_sizes(show.public_id).keys()
    assert not names & {path.name for path in (tmp_path / show.public_id).iterdir()}
    replays.delete_replay(show.recording)
    replays.erase_files(show.recording.pk)
    assert store.list_sizes(show.public_id).keys() == names
    clips.delete_clip(clip)
    clips.erase_clip(clip.pk)
    assert list_names(store.place) == set()


def test_a_clip_cut_before_the_move_lies_in_the_store_too(
    show: Livestream, store: Store, tmp_path: Path
) -> None:
    clip = plan_clip(show)
    clips.make_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.stored_at is not None
    assert f"clip_{clip.public_id}.mp4" in store.list_sizes(show.public_id)
    assert (tmp_path / show.public_id / "seg0.m4s").exists()


def test_what_is_removed_while_it_moves_is_erased_after_it(
    show: Livestream, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = show.recording

    def removed_meanwhile(folder: Path, store: Store) -> None:
        move_to_store(folder, store)
        replays.delete_replay(recording)
        Recording.objects.filter(pk=recording.pk).update(erased_at=clock.now())

    monkeypatch.setattr("livestreams.services.keeping.move_to_store", removed_meanwhile)
    keeping.keep_recording(recording.pk)
    replays.erase_files(recording.pk)
    assert list_names(store.place) == set()


def test_files_in_a_store_that_is_no_longer_named_stay_to_be_erased(
    show: Livestream, settings: Settings
) -> None:
    keeping.keep_recording(show.recording.pk)
    replays.delete_replay(show.recording)
    settings.STORE = None
    with pytest.raises(StoreError):
        replays.erase_files(show.recording.pk)
    show.recording.refresh_from_db()
    assert show.recording.erased_at is None


def test_a_finished_recording_is_queued_at_once_and_again_while_it_waits(
    store: Store,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    show = make_livestream(state="live", started_at=clock.now())
    publishing.note_picture(show.public_id)
    with django_capture_on_commit_callbacks() as queued:
        publishing.close_broadcast(show.public_id, seconds=9, bytes_count=90)
    assert len([call for call in queued if "hint" in call.__qualname__]) == 1
    assert keeping.hint_waiting_recordings() == 0
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        assert keeping.hint_waiting_recordings() == 1
    Recording.objects.update(stored_at=clock.now(), seek_at=clock.now())
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        assert keeping.hint_waiting_recordings() == 0


def test_a_recording_that_lies_elsewhere_is_left_to_its_machine(
    store: Store, tmp_path: Path
) -> None:
    show = make_replay()
    keeping.keep_recording(show.recording.pk)
    show.recording.refresh_from_db()
    assert show.recording.stored_at is None
    assert not Archive(tmp_path / show.public_id).is_stored
