"""What becomes of a recording: hidden, published, held, taken down, out of time."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from livestreams.errors import ReplayGone, ReplayOnHold
from livestreams.media.cutting import erase_recording
from livestreams.media.store import StoreError, open_store
from livestreams.models import Clip, Livestream, Recording
from livestreams.services.clips import remove_clips
from livestreams.services.evidence_clips import remove_evidence
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import Market, User
from shopfront.services import audit

ERASE_TASK = "livestreams.erase_recording_task"
MOST_PER_SWEEP = 200
OUT_OF_TIME = gettext_noop("Its days in this market are over.")
BY_CREATOR = gettext_noop("Its creator deleted it.")

State = Recording.State
KEPT = (State.READY, State.HIDDEN)


def hide_replay(recording: Recording) -> None:
    """Show a replay to nobody but its host's side.

    Raises:
        ReplayGone: the recording is not there any more.

    Safe to repeat: yes.
    """
    _move(recording, state=State.HIDDEN)


def show_replay(recording: Recording) -> None:
    """Show a hidden replay again.

    Raises:
        ReplayGone: the recording is not there any more.

    Safe to repeat: yes.
    """
    _move(recording, state=State.READY)


def publish_replay(recording: Recording) -> None:
    """Keep a replay beyond its market's days (R3).

    Raises:
        ReplayGone: the recording is not there any more.

    Safe to repeat: yes.
    """
    _move(recording, is_published=True)


def delete_replay(recording: Recording) -> None:
    """Delete a replay for its creator; show, pins, orders and clips stay.

    Raises:
        ReplayGone: the recording is not there any more.
        ReplayOnHold: an open case needs it.
    """
    with transaction.atomic():
        _move(recording, state=State.REMOVED, why=BY_CREATOR)


def take_down_replay(recording: Recording, *, by: User, reason: str) -> None:
    """Take a replay and all its clips down for good, as staff, with a reason.

    Raises:
        ReplayGone: the recording is not there any more.
        ReplayOnHold: an open case needs it; its files stay until that is lifted.
    """
    with transaction.atomic():
        _move(recording, state=State.REMOVED, why=reason)
        clips = Clip.objects.filter(livestream=recording.livestream_id)
        remove_clips(clips, why=reason)
        remove_evidence(recording.livestream_id)
        _audit("livestreams.take_down_replay", recording, by, reason)


def hold_replay(recording: Recording, *, by: User, reason: str) -> None:
    """Keep a recording's files while a case is open.

    Raises:
        ReplayGone: the recording is not there any more.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        _move(recording, is_on_hold=True)
        _audit("livestreams.hold_replay", recording, by, reason)


def lift_hold(recording: Recording, *, by: User, reason: str) -> None:
    """Let a recording go its way again once no case needs it.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(is_on_hold=False)
        _audit("livestreams.lift_hold", recording, by, reason)


def expire_replays() -> int:
    """Remove replays whose days in their market are over; return how many.

    What has not been erased after an earlier removal is queued again.

    Safe to repeat: yes.
    """
    now = clock.now()
    gone = 0
    for market in Market.objects.filter(replay_days__gt=0):
        oldest = now - dt.timedelta(days=market.replay_days)
        due = Recording.objects.filter(
            livestream__market=market,
            state__in=KEPT,
            is_published=False,
            is_on_hold=False,
            ready_at__lte=oldest,
        )
        gone += due.update(state=State.REMOVED, why=OUT_OF_TIME, removed_at=now)
    left = Recording.objects.filter(state=State.REMOVED, erased_at=None)
    for pk in left.order_by("pk").values_list("pk", flat=True)[:MOST_PER_SWEEP]:
        enqueue_on_commit(ERASE_TASK, pk, queue="media")
    return gone


def erase_files(pk: int) -> None:
    """Delete the files of a removed recording, on a machine that has them.

    What lies in the store goes first: the row, by which a later run comes back, counts
    as erased only once nothing is left.

    Raises:
        StoreError: the store did not delete all of it.

    Safe to repeat: yes.
    """
    rows = Recording.objects.filter(pk=pk, state=State.REMOVED, erased_at=None)
    recording = rows.select_related("livestream").first()
    if recording is None:
        return
    show = recording.livestream.public_id
    _erase_stored(recording, show)
    erase_recording(settings.MEDIA_DIR / show)
    rows.update(erased_at=clock.now(), bytes_count=0)


def _erase_stored(recording: Recording, show: str) -> None:
    """Delete what the store has of a recording; its clips stay."""
    store = open_store(settings.STORE)
    if store is None and recording.stored_at is not None:
        raise StoreError("S3_BUCKET is not set, and the recording lies in a store.")
    if store is not None:
        names = store.list_sizes(show)
        store.erase(show, [name for name in names if not name.startswith("clip_")])


def _move(recording: Recording, **changes: str | bool) -> None:
    """Change a recording that is kept; one on hold is not removed."""
    rows = Recording.objects.filter(pk=recording.pk, state__in=KEPT)
    if changes.get("state") == State.REMOVED:
        rows = rows.filter(is_on_hold=False)
        moved = rows.update(**changes, removed_at=clock.now())
        if moved:
            enqueue_on_commit(ERASE_TASK, recording.pk, queue="media")
    else:
        moved = rows.update(**changes)
    recording.refresh_from_db()
    if moved:
        return
    raise ReplayOnHold if recording.is_on_hold else ReplayGone


def _audit(action: str, recording: Recording, by: User, reason: str) -> None:
    show: Livestream = recording.livestream
    audit.record(
        action,
        actor=by,
        subject_kind="livestream",
        subject_ref=show.public_id,
        reason=reason,
    )
