"""What is made of a recording once its show is over, and where its files go."""

import datetime as dt

from django.conf import settings
from django.db.models import Q, QuerySet

from livestreams.media.archive import CLOSED
from livestreams.media.keeping import move_to_store
from livestreams.media.store import open_store
from livestreams.models import Recording
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit

KEEP_TASK = "livestreams.keep_recording_task"
HINT_AFTER = dt.timedelta(minutes=1)
TRY_FOR = dt.timedelta(days=7)
MOST_PER_SWEEP = 20
State = Recording.State
KEPT = (State.READY, State.HIDDEN)


def keep_recording(pk: int) -> None:
    """Finish a recording, on a machine that has its files.

    Where an S3 store is named, it moves there.

    Raises:
        CuttingError: the recording cannot be read.
        StoreError: the store did not take it; the next sweep tries again.

    Safe to repeat: yes; a run that was killed anywhere is taken up.
    """
    recording = _list_waiting().filter(pk=pk).first()
    if recording is None:
        return
    folder = settings.MEDIA_DIR / recording.livestream.public_id
    store = open_store(settings.STORE)
    if store is None or not (folder / CLOSED).exists():
        return
    move_to_store(folder, store)
    now = clock.now()
    rows = Recording.objects.filter(pk=pk)
    if not rows.filter(state__in=KEPT).update(stored_at=now):
        # It was removed meanwhile, perhaps before all of it had arrived.
        rows.filter(state=State.REMOVED).update(stored_at=now, erased_at=None)


def hint_waiting_recordings() -> int:
    """Queue recordings again whose hints were lost; return how many.

    Safe to repeat: yes.
    """
    now = clock.now()
    due = _list_waiting().filter(
        ready_at__lte=now - HINT_AFTER, ready_at__gt=now - TRY_FOR
    )
    pks = list(due.order_by("ready_at").values_list("pk", flat=True)[:MOST_PER_SWEEP])
    for pk in pks:
        enqueue_on_commit(KEEP_TASK, pk, queue="media")
    return len(pks)


def _list_waiting() -> QuerySet[Recording]:
    """Return the recordings of which something is still to be made."""
    undone = Q(pk=None)
    if settings.STORE is not None:
        undone |= Q(stored_at=None)
    rows = Recording.objects.filter(undone, state__in=KEPT)
    return rows.filter(livestream__rehearsal_of=None).select_related("livestream")
