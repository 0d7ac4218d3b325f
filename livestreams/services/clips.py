"""Clips: planned by a creator, cut by a job, deleted."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from catalog.models import Product
from livestreams.errors import ClipLengthWrong, ClipMissing, ClipsFull, ReplayGone
from livestreams.media.archive import CLOSED, Archive
from livestreams.media.clip_files import erase_clip_files, write_clip
from livestreams.media.cutting import (
    Cut,
    CuttingError,
    PictureChangedError,
    snap,
)
from livestreams.media.store import open_store
from livestreams.models import Clip, ClipProduct, Livestream, Recording
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User

MAKE_TASK = "livestreams.make_clip_task"
ERASE_TASK = "livestreams.erase_clip_task"
LEAST_MS, MOST_MS = 3_000, 180_000
MOST_CLIPS = 50
HINT_AFTER = dt.timedelta(minutes=1)
MOST_PER_SWEEP = 100

NOTHING_THERE = gettext_noop("The recording has no picture at these moments.")
CHANGED = gettext_noop(
    "The encoder changed its picture in this stretch. End the clip before the change."
)
UNREADABLE = gettext_noop("The recording cannot be read here.")

State = Clip.State


def create_clip(
    livestream: Livestream,
    *,
    title: str,
    from_ms: int,
    until_ms: int,
    products: Collection[Product],
    by: User,
) -> Clip:
    """Keep the plan of a clip and have it cut.

    Args:
        livestream: a show with a recording.
        title: what its page is called.
        from_ms: where it begins in the recording.
        until_ms: where it ends; both move to the nearest end of a segment.
        products: what it shows, in order; others than the show's are left out.
        by: who cuts it.

    Raises:
        ClipLengthWrong: it is shorter than 3 s or longer than 180 s.
        ClipsFull: the show has as many clips as one may have.
        ReplayGone: there is no recording to cut from.
    """
    if from_ms < 0 or not LEAST_MS <= until_ms - from_ms <= MOST_MS:
        raise ClipLengthWrong
    with transaction.atomic():
        Livestream.objects.select_for_update().get(pk=livestream.pk)
        kept = (Recording.State.READY, Recording.State.HIDDEN)
        if not Recording.objects.filter(livestream=livestream, state__in=kept).exists():
            raise ReplayGone
        clips = Clip.objects.filter(livestream=livestream)
        if clips.exclude(state=State.REMOVED).count() >= MOST_CLIPS:
            raise ClipsFull
        clip = Clip.objects.create(
            livestream=livestream,
            title=title,
            from_ms=from_ms,
            until_ms=until_ms,
            created_by=by,
        )
        _tag(clip, products)
        enqueue_on_commit(MAKE_TASK, clip.pk, queue="media")
    return clip


def edit_clip(clip: Clip, *, title: str, products: Collection[Product]) -> None:
    """Call a clip something else, and let it show other products of its show.

    Raises:
        ClipMissing: it was removed.

    Locks: the clip's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        rows = Clip.objects.select_for_update().exclude(state=State.REMOVED)
        row = rows.filter(pk=clip.pk).first()
        if row is None:
            raise ClipMissing
        row.title = title
        row.save(update_fields=["title"])
        ClipProduct.objects.filter(clip=row).delete()
        _tag(row, products)
    clip.refresh_from_db()


def delete_clip(clip: Clip) -> None:
    """Take a clip away for good.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        remove_clips(Clip.objects.filter(pk=clip.pk))
    clip.refresh_from_db()


def remove_clips(clips: "QuerySet[Clip]", *, why: str = "") -> None:
    """Take clips away in the open transaction; their files go as it commits.

    Safe to repeat: yes.
    """
    pks = list(clips.exclude(state=State.REMOVED).values_list("pk", flat=True))
    Clip.objects.filter(pk__in=pks).update(
        state=State.REMOVED, why=why[:200], ready_at=None
    )
    for pk in pks:
        enqueue_on_commit(ERASE_TASK, pk, queue="media")


def make_clip(pk: int) -> None:
    """Cut a planned clip, on a machine that has the recording.

    Safe to repeat: a clip that is ready, failed or removed stays so; a job that was
    killed left the clip as it was.
    """
    clip = Clip.objects.select_related("livestream").filter(pk=pk).first()
    if clip is None or clip.state != State.MAKING:
        return
    try:
        cut = _cut(clip)
    except PictureChangedError:
        _finish(clip, state=State.FAILED, why=CHANGED)
    except CuttingError:
        _finish(clip, state=State.FAILED, why=UNREADABLE)
    else:
        if cut is None:
            _finish(clip, state=State.FAILED, why=NOTHING_THERE)


def erase_clip(pk: int) -> None:
    """Delete the files of a removed clip.

    Raises:
        StoreError: the store has it and did not delete it.

    Safe to repeat: yes.
    """
    rows = Clip.objects.filter(pk=pk, state=State.REMOVED, erased_at=None)
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


def hint_left_clips() -> int:
    """Queue clips again whose hints were lost; return how many.

    Safe to repeat: yes.
    """
    late = clock.now() - HINT_AFTER
    waiting = Clip.objects.filter(state=State.MAKING, created_at__lte=late)
    removed = Clip.objects.filter(state=State.REMOVED, erased_at=None)
    count = 0
    for task, rows in ((MAKE_TASK, waiting), (ERASE_TASK, removed)):
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST_PER_SWEEP]:
            enqueue_on_commit(task, pk, queue="media")
            count += 1
    return count


def _cut(clip: Clip) -> Cut | None:
    """Cut a clip's files, which lie in the store where there is one."""
    folder, store = _folder(clip), open_store(settings.STORE)
    if not (folder / CLOSED).exists():
        raise CuttingError
    cut = snap(Archive(folder).list_on_air(), clip.from_ms, clip.until_ms)
    if cut is None:
        return None
    size = write_clip(folder, clip.public_id, cut.segments, store)
    _keep(clip, cut, size, is_stored=store is not None)
    return cut


def _keep(clip: Clip, cut: Cut, size: int, *, is_stored: bool) -> None:
    now = clock.now()
    is_shown = _finish(
        clip,
        state=State.READY,
        from_ms=cut.from_ms,
        until_ms=cut.until_ms,
        bytes_count=size,
        ready_at=now,
        stored_at=now if is_stored else None,
    )
    if not is_shown:
        # Its files may have come after those of a removed clip were deleted.
        Clip.objects.filter(pk=clip.pk, state=State.REMOVED).update(erased_at=None)


def _finish(clip: Clip, **changes: str | int | dt.datetime | None) -> bool:
    """Write the outcome unless the clip was removed meanwhile; whether it was."""
    making = Clip.objects.filter(pk=clip.pk, state=State.MAKING)
    return bool(making.update(**changes))


def _tag(clip: Clip, products: Collection[Product]) -> None:
    show = clip.livestream_id
    allowed = set(
        Product.objects.filter(
            Q(livestreamproduct__livestream=show) | Q(pin__livestream=show)
        ).values_list("pk", flat=True)
    )
    chosen = [product for product in products if product.pk in allowed]
    ClipProduct.objects.bulk_create(
        ClipProduct(clip=clip, product=product, position=position)
        for position, product in enumerate(chosen)
    )


def _folder(clip: Clip) -> Path:
    return Path(settings.MEDIA_DIR) / clip.livestream.public_id
