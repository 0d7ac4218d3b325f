"""Evidence clips: cut while the recording is there, kept as long as orders need."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable

from livestreams.media.archive import CLOSED, Archive
from livestreams.media.clip_files import erase_clip_files, write_clip
from livestreams.media.cutting import CuttingError, list_runs
from livestreams.media.segments import Segment
from livestreams.media.store import open_store
from livestreams.models import EvidenceClip, Recording, SaidOnAir
from livestreams.models.evidence import SHARED, find_start
from orders.models import Case
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit

MAKE_TASK = "livestreams.make_evidence_task"
ERASE_TASK = "livestreams.erase_evidence_task"
BEFORE, AFTER = 10.0, 28.0
"""Seconds before the first and after the last moment that share a clip."""
LONGEST = 60.0
KEPT_FOR = dt.timedelta(days=790)
"""Two years of the seller's liability in the EU, and two months to settle a case."""
MOST_PER_SWEEP = 200
State = EvidenceClip.State
log = structlog.get_logger(__name__)


def plan_evidence() -> int:
    """Plan clips of what was bought while the recordings are there; return how many.

    Safe to repeat: yes, a moment has one clip; several sweeps may run side by side.
    """
    kept = (Recording.State.READY, Recording.State.HIDDEN)
    records = SaidOnAir.objects.filter(
        ~Exists(_covering()),
        media_time__isnull=False,
        livestream__rehearsal_of=None,
        livestream__recording__state__in=kept,
    )
    wanted = {
        (row.livestream_id, find_start(row.media_time))
        for row in records.order_by("pk")[:MOST_PER_SWEEP]
        if row.media_time is not None
    }
    EvidenceClip.objects.bulk_create(
        [EvidenceClip(livestream_id=show, at=at) for show, at in sorted(wanted)],
        ignore_conflicts=True,
    )
    return len(wanted)


def sweep_evidence() -> int:
    """Plan clips, queue what is undone, let go what no order needs; return how many.

    Safe to repeat: yes.
    """
    count = plan_evidence() + forget_evidence()
    removed = EvidenceClip.objects.filter(state=State.REMOVED, erased_at=None)
    making = EvidenceClip.objects.filter(state=State.MAKING)
    for task, rows in ((MAKE_TASK, making), (ERASE_TASK, removed)):
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST_PER_SWEEP]:
            enqueue_on_commit(task, pk, queue="media")
    return count


def forget_evidence() -> int:
    """Let go the clips that are older than any claim, unless a case is open.

    Safe to repeat: yes.
    """
    old = EvidenceClip.objects.filter(
        state=State.READY, created_at__lt=clock.now() - KEPT_FOR
    )
    needed = SaidOnAir.objects.filter(
        livestream=OuterRef("livestream"),
        media_time__gte=OuterRef("at"),
        media_time__lt=_after(OuterRef("at")),
        line__cases__in=Case.objects.exclude(state=Case.State.CLOSED),
    )
    return old.filter(~Exists(needed)).update(state=State.REMOVED)


def make_evidence(pk: int) -> None:
    """Cut a planned clip, on a machine that has the recording.

    Safe to repeat: yes, one that is done stays as it is.
    """
    clip = EvidenceClip.objects.select_related("livestream").filter(pk=pk).first()
    if clip is None or clip.state != State.MAKING:
        return
    try:
        is_made = _cut(clip)
    except CuttingError as error:
        log.warning("evidence.failed", clip=clip.public_id, why=str(error))
        is_made = False
    if not is_made:
        _finish(clip, state=State.FAILED)


def erase_evidence(pk: int) -> None:
    """Delete the files of a removed clip.

    Raises:
        StoreError: the store has it and did not delete it.

    Safe to repeat: yes.
    """
    rows = EvidenceClip.objects.filter(pk=pk, state=State.REMOVED, erased_at=None)
    clip = rows.select_related("livestream").first()
    if clip is None:
        return
    erase_clip_files(
        _folder(clip),
        clip.public_id,
        open_store(settings.STORE),
        is_stored=clip.stored_at is not None,
    )
    rows.update(erased_at=clock.now(), bytes_count=0)


def remove_evidence(livestream_id: int) -> None:
    """Take a show's evidence away with all that was taken down. Safe to repeat: yes."""
    rows = EvidenceClip.objects.filter(livestream=livestream_id)
    rows.exclude(state=State.REMOVED).update(state=State.REMOVED)


def _covering() -> QuerySet[EvidenceClip]:
    """Return the clips, made or not, of a record's moment."""
    rows = EvidenceClip.objects.filter(livestream=OuterRef("livestream"))
    return rows.annotate(end=_after(F("at"))).filter(
        at__lte=OuterRef("media_time"), end__gt=OuterRef("media_time")
    )


def _after(moment: F | OuterRef) -> Combinable:
    """Return the end of the 20 seconds from a column's moment on."""
    return ExpressionWrapper(moment + Value(SHARED), output_field=DateTimeField())


def _cut(clip: EvidenceClip) -> bool:
    """Cut a clip's files, which lie in the store where there is one."""
    folder, store = _folder(clip), open_store(settings.STORE)
    if not (folder / CLOSED).exists():
        raise CuttingError("The recording is not here.")
    segments = _choose(folder, clip.at.timestamp(), Archive(folder).list_on_air())
    if not segments:
        return False
    size = write_clip(folder, clip.public_id, segments, store)
    now = clock.now()
    is_kept = _finish(
        clip,
        state=State.READY,
        seconds=sum(one.duration for one in segments),
        bytes_count=size,
        ready_at=now,
        stored_at=now if store is not None else None,
    )
    if not is_kept:
        # Its files may have come after those of a removed clip were deleted.
        EvidenceClip.objects.filter(pk=clip.pk, state=State.REMOVED).update(
            erased_at=None
        )
    return True


def _choose(folder: Path, at: float, segments: Iterable[Segment]) -> list[Segment]:
    """Choose the segments around a moment that make one file of at most a minute."""
    near = [
        one
        for one in segments
        if one.starts_at + one.duration > at - BEFORE and one.starts_at < at + AFTER
    ]
    runs = list_runs(folder, near) if near else []
    if not runs:
        return []
    best = min(runs, key=lambda run: (_distance(run, at), -len(run)))
    chosen: list[Segment] = []
    for one in best:
        if sum(kept.duration for kept in chosen) + one.duration <= LONGEST:
            chosen.append(one)
    return chosen


def _distance(run: list[Segment], at: float) -> float:
    """Return how far a run of segments is from a moment, 0 where it is within."""
    end = run[-1].starts_at + run[-1].duration
    return max(run[0].starts_at - at, at - end, 0.0)


def _finish(
    clip: EvidenceClip, **changes: str | int | float | dt.datetime | None
) -> bool:
    """Write the outcome unless the clip was removed meanwhile; whether it was."""
    making = EvidenceClip.objects.filter(pk=clip.pk, state=State.MAKING)
    return bool(making.update(**changes))


def _folder(clip: EvidenceClip) -> Path:
    return Path(settings.MEDIA_DIR) / clip.livestream.public_id
