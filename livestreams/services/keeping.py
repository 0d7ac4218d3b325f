"""What is made of a recording once its show is over, and where its files go."""

import datetime as dt
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet

from livestreams.media.archive import CLOSED
from livestreams.media.cutting import CuttingError
from livestreams.media.keeping import move_to_store
from livestreams.media.seeking import write_seek_pictures
from livestreams.media.store import Store, open_store
from livestreams.models import Recording
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit

log = structlog.get_logger(__name__)
KEEP_TASK = "livestreams.keep_recording_task"
HINT_AFTER = dt.timedelta(minutes=1)
TRY_FOR = dt.timedelta(days=7)
MOST_PER_SWEEP = 20
State = Recording.State
KEPT = (State.READY, State.HIDDEN)


def keep_recording(pk: int) -> None:
    """Finish a recording, on a machine that has its files.

    It gets its seek pictures; where an S3 store is named, it moves there.

    Raises:
        StoreError: the store did not take it; the next sweep tries again.

    Safe to repeat: yes; a run that was killed anywhere is taken up.
    """
    recording = _list_waiting().filter(pk=pk).first()
    if recording is None:
        return
    folder = settings.MEDIA_DIR / recording.livestream.public_id
    if not (folder / CLOSED).exists():
        return
    if recording.seek_at is None:
        _make_seek_pictures(recording, folder)
    store = open_store(settings.STORE)
    if store is not None and recording.stored_at is None:
        _store(recording, folder, store)


def hint_waiting_recordings() -> int:
    """Queue recordings again whose hints were lost; return how many.

    Safe to repeat: yes.
    """
    now = clock.now()
    due = _list_waiting().filter(
        ready_at__lte=now - HINT_AFTER, ready_at__gt=now - TRY_FOR
    )
    pks = list(due.order_by("-ready_at").values_list("pk", flat=True)[:MOST_PER_SWEEP])
    for pk in pks:
        enqueue_on_commit(KEEP_TASK, pk, queue="media")
    return len(pks)


def _make_seek_pictures(recording: Recording, folder: Path) -> None:
    """Make them once; a recording of which none can be made is played without."""
    try:
        write_seek_pictures(folder)
    except CuttingError as error:
        log.warning("seek_failed", show=folder.name, why=str(error))
    Recording.objects.filter(pk=recording.pk).update(seek_at=clock.now())


def _store(recording: Recording, folder: Path, store: Store) -> None:
    try:
        move_to_store(folder, store)
    except CuttingError as error:
        log.warning("store_failed", show=folder.name, why=str(error))
        return
    now = clock.now()
    rows = Recording.objects.filter(pk=recording.pk)
    if not rows.filter(state__in=KEPT).update(stored_at=now):
        # It was removed meanwhile, perhaps before all of it had arrived.
        rows.filter(state=State.REMOVED).update(stored_at=now, erased_at=None)


def _list_waiting() -> QuerySet[Recording]:
    """Return the recordings of which something is still to be made."""
    undone = Q(seek_at=None)
    if settings.STORE is not None:
        undone |= Q(stored_at=None)
    rows = Recording.objects.filter(undone, state__in=KEPT)
    return rows.filter(livestream__rehearsal_of=None).select_related("livestream")
