"""What the page of hours shows: weeks, entries, longer weeks and decisions."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Min

from creators.models import WorkEntry, WorkExtension, WorkSession
from creators.selectors.decisions import ABOUT_TIME, list_decisions
from creators.selectors.stretches import (
    Stretch,
    clip,
    day_bounds,
    list_days,
    local_week,
    measure,
    week_bounds,
)
from creators.selectors.tables import write_table
from creators.selectors.work_rules import WorkRules, find_overtime
from creators.selectors.work_sayings import explain
from creators.selectors.worktime import (
    MINUTE,
    find_work_rules,
    read_work,
    select_sessions,
    whole,
)
from shopfront.models import Market, User

COLUMNS = ("kind", "show", "what", "from", "until", "minutes")


@dataclass(frozen=True, slots=True)
class WorkDay:
    """One local day: its stretches, joined, with the minutes they last."""

    day: dt.date
    stretches: tuple[Stretch, ...]
    minutes: int
    overtime: int


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """A local week of a person."""

    monday: dt.date
    days: tuple[WorkDay, ...]
    rules: WorkRules | None

    @property
    def minutes(self) -> int:
        """What was worked in the week."""
        return whole(measure([part for day in self.days for part in day.stretches]))

    @property
    def overtime(self) -> int:
        """What of it was beyond the limit of its day."""
        return sum(day.overtime for day in self.days)


def read_week(
    user: User, market: Market, monday: dt.date, now: dt.datetime
) -> WorkWeek:
    """Return a person's week day by day, up to now; five queries."""
    zone = ZoneInfo(market.time_zone)
    begin, end = week_bounds(monday, zone)
    rules = find_work_rules(user, market, min(now, end - MINUTE))
    work = read_work([user.pk], since=begin, until=max(begin, min(end, now)))[user.pk]
    beyond = find_overtime(work, rules) if rules else []
    days = []
    for day in list_days(monday):
        bounds = day_bounds(day, zone)
        parts = tuple(clip(work, *bounds))
        overtime = measure(clip(beyond, *bounds))
        days.append(WorkDay(day, parts, whole(measure(parts)), whole(overtime)))
    return WorkWeek(monday, tuple(days), rules)


def list_sessions(
    user: User, *, since: dt.datetime, until: dt.datetime
) -> list[WorkSession]:
    """Return what we saw of a person between two moments, in order; one query."""
    return list(select_sessions([user.pk], since, until))


def list_entries(
    user: User, *, since: dt.datetime, until: dt.datetime
) -> list[WorkEntry]:
    """Return what a person entered between two moments, in order; one query."""
    rows = WorkEntry.objects.filter(
        user=user, removed_at=None, starts_at__lt=until, ends_at__gt=since
    )
    return list(rows.order_by("starts_at", "id"))


def write_weeks(
    user: User, market: Market, mondays: Iterable[dt.date], now: dt.datetime
) -> Iterator[str]:
    """Write weeks as CSV: all that was seen and entered, what counts, decisions.

    Moments are in UTC. The columns change only by growing at the end.
    """
    rows = (_list_rows(user, market, monday, now) for monday in mondays)
    return write_table(COLUMNS, chain.from_iterable(rows))


def list_weeks(user: User, market: Market, now: dt.datetime) -> list[dt.date]:
    """Return the Mondays from a person's first work to now; two queries."""
    zone = ZoneInfo(market.time_zone)
    firsts = [
        rows.filter(user=user).aggregate(first=Min("starts_at"))["first"]
        for rows in (WorkSession.objects, WorkEntry.objects)
    ]
    monday = local_week(min([now, *filter(None, firsts)]), zone)
    weeks = (local_week(now, zone) - monday).days // 7
    return [monday + dt.timedelta(weeks=number) for number in range(weeks + 1)]


def _list_rows(
    user: User, market: Market, monday: dt.date, now: dt.datetime
) -> Iterator[Sequence[object]]:
    begin, end = week_bounds(monday, ZoneInfo(market.time_zone))
    for row in list_sessions(user, since=begin, until=min(end, now)):
        until = row.ends_at or now
        yield _write(row.kind, row.show_ref, row.title, row.starts_at, until)
    for entry in list_entries(user, since=begin, until=end):
        yield _write("entry", "", entry.note, entry.starts_at, entry.ends_at)
    week = read_week(user, market, monday, now)
    for day in week.days:
        name = day.day.isoformat()
        for since, until in day.stretches:
            yield _write("counted", "", name, since, until)
        yield ("day", "", name, "", "", day.minutes)
        yield ("overtime", "", name, "", "", day.overtime)
    version = week.rules.version if week.rules else ""
    yield ("week", "", version, begin.isoformat(), end.isoformat(), week.minutes)
    for made in list_decisions(user, since=begin, until=end, kinds=ABOUT_TIME):
        said = f"{explain(made)} {made.reason}".strip()
        yield (made.kind, made.show_ref, said, made.at.isoformat(), "", "")


def _write(
    kind: str, show: str, what: str, since: dt.datetime, until: dt.datetime
) -> Sequence[object]:
    minutes = whole(until - since)
    return (kind, show, what, since.isoformat(), until.isoformat(), minutes)


def list_extensions(user: User, *, since: dt.date) -> list[WorkExtension]:
    """Return what a person agreed to from a week on, the nearest first; one query."""
    rows = WorkExtension.objects.filter(user=user, week__gte=since)
    return list(rows.order_by("week", "id"))
