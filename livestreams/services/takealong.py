"""Take-alongs: asked for by a creator, made by a job, deleted after some days (P8)."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from creators.access import list_payouts_of
from creators.models import Creator, Payout
from creators.selectors import papers
from creators.selectors.balances import list_commissions
from creators.selectors.guarantees import list_duty_premiums
from creators.selectors.premiums import list_owed_by
from creators.selectors.tables import write_lines, write_payout, write_premiums
from livestreams.media.bundling import (
    Bundle,
    count_parts,
    drop_bundle,
    erase_stored,
    open_clip,
    open_part,
)
from livestreams.media.clip_files import VIDEO, name_clip
from livestreams.media.cutting import CuttingError
from livestreams.media.limits import count_free_bytes
from livestreams.media.store import Store, StoreError, open_store
from livestreams.models import Clip, Recording, TakeAlong
from livestreams.selectors.takealong import (
    Holdings,
    read_holdings,
    write_followers,
    write_products,
    write_shows,
)
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User

MAKE_TASK = "livestreams.make_take_along_task"
ERASE_TASK = "livestreams.erase_take_along_task"
KEPT_FOR = dt.timedelta(days=3)
LEASE = dt.timedelta(minutes=15)
HINT_AFTER = dt.timedelta(minutes=1)
MOST_ATTEMPTS = 5
MOST_PER_SWEEP = 100
State, Why = TakeAlong.State, TakeAlong.Why
OpenVideo = Callable[[], AbstractContextManager[Iterator[bytes]]]
log = structlog.get_logger(__name__)


class TakenOverError(Exception):
    """Another worker makes it now, or nobody wants it any more."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of what is taken along, and how it is written."""

    name: str
    write: Callable[[Bundle], None]


def ask_for_take_along(creator: Creator, *, by: User) -> TakeAlong:
    """Have a creator's file made; one that is being made already is returned.

    An earlier file is deleted: it would be older, and each takes room.

    Locks: the creator's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
        rows = TakeAlong.objects.filter(creator=creator)
        known = rows.filter(state__in=(State.WAITING, State.MAKING)).first()
        if known is not None:
            return known
        for earlier in rows.filter(state=State.READY):
            drop_take_along(earlier)
        row = TakeAlong.objects.create(creator=creator, asked_by=by)
        enqueue_on_commit(MAKE_TASK, row.pk, queue="media")
    return row


def drop_take_along(row: TakeAlong) -> None:
    """Delete a file before its time. Safe to repeat: yes."""
    with transaction.atomic():
        rows = TakeAlong.objects.filter(pk=row.pk, state=State.READY)
        if rows.update(state=State.GONE):
            enqueue_on_commit(ERASE_TASK, row.pk, queue="media")
    row.refresh_from_db()


def make_take_along(pk: int) -> None:
    """Make a file that was asked for, on a machine that has the recordings.

    A worker that was killed leaves a claim that lapses; the next one begins anew, and
    the first, should it live, stops at its next part.

    Safe to repeat: yes; what is ready, failed or gone stays so.
    """
    row = _claim(pk)
    if row is None:
        return
    bundle = None
    try:
        holdings = read_holdings(row.creator)
        if not _has_room(holdings):
            _fail(row, Why.NO_ROOM)
            return
        folder = _folder(row)
        drop_bundle(folder)
        bundle = Bundle(folder, row.attempt)
        _fill(row, bundle, holdings)
        _keep(row, bundle.finish())
    except TakenOverError:
        log.info("livestreams.take_along_left", take_along=row.public_id)
    except StoreError as error:
        log.warning("store_failed", take_along=row.public_id, why=str(error))
        _fail(row, Why.STORE_AWAY)
    except OSError as error:
        log.error("livestreams.take_along_failed", why=str(error))
        _fail(row, Why.NO_ROOM)
    finally:
        if bundle is not None:
            bundle.drop()


def erase_take_along(pk: int) -> None:
    """Delete the file of one that is over.

    Raises:
        StoreError: the store has it and did not delete it.

    Safe to repeat: yes.
    """
    over = (State.GONE, State.FAILED)
    rows = TakeAlong.objects.filter(pk=pk, state__in=over, erased_at=None)
    row = rows.first()
    if row is None:
        return
    store = open_store(settings.STORE)
    if store is None and row.stored_at is not None:
        raise StoreError("S3_BUCKET is not set, and the file lies in a store.")
    if store is not None:
        erase_stored(row.public_id, store)
    drop_bundle(_folder(row))
    rows.update(erased_at=clock.now(), bytes_count=0)


def tend_take_alongs() -> int:
    """End what is past its days, queue what was left; return how many hints.

    Safe to repeat: yes.
    """
    now = clock.now()
    rows = TakeAlong.objects.all()
    rows.filter(state=State.READY, expires_at__lte=now).update(state=State.GONE)
    left = rows.filter(state=State.MAKING, claimed_until__lte=now)
    for row in left.filter(attempt__gte=MOST_ATTEMPTS):
        _fail(row, Why.CUT_OFF)
    waiting = rows.filter(state=State.WAITING, asked_at__lte=now - HINT_AFTER)
    over = rows.filter(state__in=(State.GONE, State.FAILED), erased_at=None)
    count = 0
    for task, found in ((MAKE_TASK, waiting), (MAKE_TASK, left), (ERASE_TASK, over)):
        for pk in found.order_by("pk").values_list("pk", flat=True)[:MOST_PER_SWEEP]:
            enqueue_on_commit(task, pk, queue="media")
            count += 1
    return count


def _claim(pk: int) -> TakeAlong | None:
    now = clock.now()
    free = Q(state=State.WAITING) | Q(state=State.MAKING, claimed_until__lte=now)
    rows = TakeAlong.objects.filter(free, pk=pk, attempt__lt=MOST_ATTEMPTS)
    claimed = rows.update(
        state=State.MAKING,
        attempt=F("attempt") + 1,
        claimed_until=now + LEASE,
        parts_done=0,
    )
    if not claimed:
        return None
    found = TakeAlong.objects.select_related("creator__user", "creator__market")
    return found.get(pk=pk)


def _fill(row: TakeAlong, bundle: Bundle, holdings: Holdings) -> None:
    """Write part after part; what cannot be read is named instead of left out."""
    store = open_store(settings.STORE)
    missing: list[str] = []
    parts = [
        *_list_tables(row.creator),
        *_list_replays(holdings.recordings, store, missing),
        *(_take_clip(clip, store) for clip in holdings.clips),
    ]
    _note(row, parts_total=len(parts) + 1)
    for part in parts:
        try:
            part.write(bundle)
        except CuttingError:
            missing.append(part.name)
        _note(row, parts_done=F("parts_done") + 1, missing_count=len(missing))
    with translation.override(row.creator.user.language):
        bundle.add_text("READ-ME.txt", _explain(row.creator, missing))


def _list_tables(creator: Creator) -> Iterator[Part]:
    commissions = list_commissions(creator).order_by("sold_at", "pk")
    tables: dict[str, Callable[[], Iterable[str]]] = {
        "shows.csv": partial(write_shows, creator),
        "products.csv": partial(write_products, creator),
        "followers.csv": partial(write_followers, creator),
        "commissions.csv": lambda: write_lines(commissions.iterator(chunk_size=500)),
        "overtime-owed.csv": lambda: write_premiums(list_owed_by(creator)),
        "overtime-own.csv": lambda: write_premiums(list_duty_premiums(creator.user)),
    }
    for name, write in tables.items():
        yield Part(name, partial(_write_text, name, write))
    for payout in list_payouts_of(creator).order_by("pk"):
        yield from _list_papers(payout, creator.user.language)


def _list_papers(payout: Payout, language: str) -> Iterator[Part]:
    """Return a payout's statement as table and as PDF, and what was invoiced for it."""
    name = f"statements/{payout.run.due_on}-{payout.public_id}"
    table = partial(_write_text, f"{name}.csv", partial(write_payout, payout))
    yield Part(f"{name}.csv", table)
    statement = partial(papers.render_statement, payout, language)
    yield Part(f"{name}.pdf", partial(_write_paper, f"{name}.pdf", statement))
    for invoice in payout.self_billed_invoices.order_by("issued_at", "pk"):
        whole = f"invoices/{invoice.name}.pdf"
        render = partial(papers.render_invoice, invoice, language)
        yield Part(whole, partial(_write_paper, whole, render))


def _list_replays(
    recordings: Iterable[Recording], store: Store | None, missing: list[str]
) -> Iterator[Part]:
    for recording in recordings:
        show = recording.livestream
        folder = Path(settings.MEDIA_DIR) / show.public_id
        name = f"replays/{show.starts_at:%Y-%m-%d}-{_slug(show.title)}"
        try:
            count = count_parts(folder, store)
        except CuttingError:
            missing.append(f"{name}-{show.public_id}")
            continue
        for number in range(1, count + 1):
            whole = f"{name}-{show.public_id}-{number}.mp4"
            open_it = partial(open_part, folder, number, store)
            yield Part(whole, partial(_write_video, whole, open_it))


def _take_clip(clip: Clip, store: Store | None) -> Part:
    folder = Path(settings.MEDIA_DIR) / clip.livestream.public_id
    name = f"clips/{_slug(clip.title)}-{clip.public_id}.mp4"
    open_it = partial(open_clip, folder, name_clip(clip.public_id, VIDEO), store)
    return Part(name, partial(_write_video, name, open_it))


def _write_text(name: str, write: Callable[[], Iterable[str]], bundle: Bundle) -> None:
    bundle.add_text(name, write())


def _write_paper(name: str, render: Callable[[], bytes], bundle: Bundle) -> None:
    bundle.add_chunks(name, [render()])


def _write_video(name: str, open_it: OpenVideo, bundle: Bundle) -> None:
    with open_it() as chunks:
        bundle.add_chunks(name, chunks)


def _explain(creator: Creator, missing: list[str]) -> Iterator[str]:
    yield _("Everything that is yours, %(name)s.") % {"name": creator.display_name}
    yield "\n\n"
    yield _(
        "Replays and clips are MP4. Tables are CSV in UTF-8; amounts are in minor "
        "units, moments in UTC. A replay has several files where the picture changed. "
        "Followers are those who agreed that you take their address along. "
        "Nothing forbids you to sell elsewhere."
    )
    yield "\n"
    if missing:
        yield "\n"
        yield _("These could not be read here and are missing:")
        yield "\n"
        yield from (f"- {name}\n" for name in missing)


def _keep(row: TakeAlong, path: Path) -> None:
    """Keep the file where it is fetched: in the folder, or in the store."""
    size, store, now = path.stat().st_size, open_store(settings.STORE), clock.now()
    if store is not None:
        store.keep(path.parent.name, path)
        path.unlink()
    _note(
        row,
        state=State.READY,
        parts_done=F("parts_total"),
        bytes_count=size,
        ready_at=now,
        expires_at=now + KEPT_FOR,
        stored_at=now if store is not None else None,
    )


def _note(row: TakeAlong, **changes: Any) -> None:
    """Write progress and keep the claim.

    Raises:
        TakenOverError: the claim is lost.
    """
    own = TakeAlong.objects.filter(pk=row.pk, state=State.MAKING, attempt=row.attempt)
    if not own.update(claimed_until=clock.now() + LEASE, **changes):
        raise TakenOverError


def _fail(row: TakeAlong, why: str) -> None:
    own = TakeAlong.objects.filter(pk=row.pk, state=State.MAKING, attempt=row.attempt)
    if own.update(state=State.FAILED, why=why):
        log.error("livestreams.take_along_failed", take_along=row.public_id, why=why)


def _has_room(holdings: Holdings) -> bool:
    """Whether the file and the recording that is joined beside it fit on the disk."""
    folder = Path(settings.MEDIA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    least = settings.MEDIA_LEAST_FREE_MB * 1024 * 1024
    needed = holdings.bytes_count + holdings.largest
    return count_free_bytes(folder) - needed >= least


def _folder(row: TakeAlong) -> Path:
    return Path(settings.MEDIA_DIR) / row.public_id


def _slug(title: str) -> str:
    return slugify(title)[:40].strip("-") or "video"
