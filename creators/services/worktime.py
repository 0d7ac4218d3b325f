"""Working time is written down: what we see by ourselves, and what a person enters."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import transaction

from creators.errors import EntryClosed, EntryInvalid
from creators.models import WorkEntry, WorkSession
from creators.selectors.stretches import local_week, week_bounds
from creators.selectors.worktime import SEEN_WITHIN
from creators.services.overtime import book_premiums_of
from creators.signals import work_entered
from shopfront.common import clock
from shopfront.common.limits import take_token
from shopfront.models import Market, User

Kind = WorkSession.Kind
SEEN_EVERY = 20
"""Seconds between two notes that a studio is open."""
CLOSES_AFTER = dt.timedelta(days=2)
LONGEST_ENTRY = dt.timedelta(hours=16)
LONG_CLOSED = dt.timedelta(days=30)
GOES_ON = (Kind.STREAM, Kind.BREAK)


def note_presence(user: User, *, market: Market, show_ref: str, title: str) -> None:
    """Note that a person has the studio of a show open; at most one in 20 seconds.

    Tabs and devices of one person write one stretch, or some that overlap.

    Safe to repeat: yes.
    """
    now = clock.now()
    key = f"studio:{user.pk}:{show_ref}"
    if not take_token(key, per_second=1 / SEEN_EVERY, burst=1, at=now.timestamp()):
        return
    seen = WorkSession.objects.filter(
        user=user, kind=Kind.STUDIO, show_ref=show_ref, ends_at__gte=now - SEEN_WITHIN
    )
    if not seen.update(ends_at=now):
        WorkSession.objects.create(
            user=user,
            market=market,
            kind=Kind.STUDIO,
            show_ref=show_ref,
            title=title,
            starts_at=now,
            ends_at=now,
        )


def begin_stretches(
    users: Iterable[User],
    kind: WorkSession.Kind,
    *,
    market: Market,
    show_ref: str,
    title: str,
) -> None:
    """Begin a stretch of people in a show, in the open transaction.

    Safe to repeat: yes, one that goes on stays.
    """
    now = clock.now()
    rows = [
        WorkSession(
            user=user,
            market=market,
            kind=kind,
            show_ref=show_ref,
            title=title,
            starts_at=now,
        )
        for user in users
    ]
    WorkSession.objects.bulk_create(rows, ignore_conflicts=True)


def end_stretches(show_ref: str, kinds: Iterable[WorkSession.Kind] = GOES_ON) -> None:
    """End what goes on in a show, in the open transaction. Safe to repeat: yes."""
    WorkSession.objects.filter(show_ref=show_ref, kind__in=kinds, ends_at=None).update(
        ends_at=clock.now()
    )


def note_preparation(
    user: User, *, market: Market, show_ref: str, title: str, minutes: int
) -> None:
    """Note what a show took to prepare, as the time before its start.

    What of it the studio was open for counts once. Safe to repeat: yes.
    """
    now = clock.now()
    if minutes <= 0 or _has_preparation(user, show_ref):
        return
    WorkSession.objects.create(
        user=user,
        market=market,
        kind=Kind.PREPARATION,
        show_ref=show_ref,
        title=title,
        starts_at=now - dt.timedelta(minutes=minutes),
        ends_at=now,
    )


def add_entry(
    user: User,
    *,
    market: Market,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    note: str,
) -> WorkEntry:
    """Enter work that we could not see: of this person, in a week that is open.

    Raises:
        EntryInvalid: it has no note, ends before it begins, is longer than 16 hours
            or lies ahead.
        EntryClosed: its week is closed.
    """
    words = _check_entry(market, starts_at, ends_at, note)
    with transaction.atomic():
        row = WorkEntry.objects.create(
            user=user, market=market, starts_at=starts_at, ends_at=ends_at, note=words
        )
        _tell_entered(row)
    return row


def change_entry(
    entry: WorkEntry, *, starts_at: dt.datetime, ends_at: dt.datetime, note: str
) -> WorkEntry:
    """Change one's own entry while its week is open; what it was stays in its history.

    Raises:
        EntryInvalid: see `add_entry`.
        EntryClosed: its week, or that of the new time, is closed, or it was removed.

    Locks: the entry.
    """
    words = _check_entry(entry.market, starts_at, ends_at, note)
    with transaction.atomic():
        row = _lock_entry(entry)
        row.starts_at, row.ends_at, row.note = starts_at, ends_at, words
        row.save(update_fields=["starts_at", "ends_at", "note"])
        _tell_entered(row)
    return row


def remove_entry(entry: WorkEntry) -> None:
    """Take one's own entry out of the count while its week is open.

    Raises:
        EntryClosed: its week is closed.

    Locks: the entry. Safe to repeat: yes.
    """
    with transaction.atomic():
        row = WorkEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if row.removed_at is None:
            row = _lock_entry(entry)
            row.removed_at = clock.now()
            row.save(update_fields=["removed_at"])


def is_week_open(moment: dt.datetime, market: Market) -> bool:
    """Whether the week of a moment can still be changed: two days after its end."""
    zone = ZoneInfo(market.time_zone)
    end = week_bounds(local_week(moment, zone), zone)[1]
    return clock.now() < end + CLOSES_AFTER


def _tell_entered(row: WorkEntry) -> None:
    """Look again at premiums, and tell the apps that know of other shows."""
    book_premiums_of(row.user, row.starts_at, row.ends_at)
    facts = {"user": row.user, "starts_at": row.starts_at, "ends_at": row.ends_at}
    work_entered.send(WorkEntry, **facts)


def _lock_entry(entry: WorkEntry) -> WorkEntry:
    row = (
        WorkEntry.objects.select_for_update(of=("self",))
        .select_related("market", "user")
        .get(pk=entry.pk)
    )
    if row.removed_at is not None or not is_week_open(row.starts_at, row.market):
        raise EntryClosed
    return row


def _check_entry(
    market: Market, starts_at: dt.datetime, ends_at: dt.datetime, note: str
) -> str:
    words = " ".join(note.split())[:200]
    lasts = ends_at - starts_at
    is_ahead = ends_at > clock.now()
    if not words or is_ahead or not dt.timedelta() < lasts <= LONGEST_ENTRY:
        raise EntryInvalid
    is_old = starts_at < clock.now() - LONG_CLOSED  # no calendar before the year 1
    if is_old or not is_week_open(starts_at, market):
        raise EntryClosed
    return words


def _has_preparation(user: User, show_ref: str) -> bool:
    return WorkSession.objects.filter(
        user=user, show_ref=show_ref, kind=Kind.PREPARATION
    ).exists()
