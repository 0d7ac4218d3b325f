"""When a person must stop and may begin again: the limits of E2 as arithmetic.

A day of work is a run of stretches with less than the rest between them; within 24
hours of its beginning the rest must have room. The caps of a day hold for the local
day and for such a run, so that midnight gives nobody a second day. A break counts
from 20 minutes, which is what Great Britain asks in one piece (Working Time
Regulations 1998, regulation 12) and more than Germany does (ArbZG Section 4). Lengths
are elapsed time; days, nights and weeks are those of the market's clocks, so a day has
23 or 25 hours twice a year.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from creators.models import WorkDecision
from creators.selectors.stretches import (
    DAY,
    NOTHING,
    Stretch,
    after,
    at_wall,
    clip,
    day_bounds,
    local_day,
    local_week,
    measure,
    overlap,
    pair_up,
    week_bounds,
)

Limit = WorkDecision.Limit
LEAST_BREAK = dt.timedelta(minutes=20)
MOST_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRules:
    """What holds for a person's work: market rules, tightened, with what they agreed.

    `version` names the rule; `tightened` the rows that made it tighter.
    """

    version: str
    zone: ZoneInfo
    daily_cap: dt.timedelta
    night_cap: dt.timedelta
    weekly_cap: dt.timedelta
    extension: dt.timedelta
    rest: dt.timedelta
    weekly_rest: dt.timedelta
    night_from: dt.time
    night_until: dt.time
    break_after: dt.timedelta
    break_length: dt.timedelta
    long_break_after: dt.timedelta
    long_break_length: dt.timedelta
    overtime_after: dt.timedelta
    tightened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """The moment from which a person may not go on, and the limit that says so."""

    at: dt.datetime
    limit: WorkDecision.Limit


def find_stop(work: Sequence[Stretch], now: dt.datetime, rules: WorkRules) -> Stop:
    """Return when somebody who works on from now must stop.

    It is now where a limit is reached already.

    Args:
        work: joined stretches in order, none later than now.
        now: the present.
        rules: what holds for the person.
    """
    run = _last_run(work, now, rules)
    stops = [
        *_stops_of_days(work, run, now, rules),
        *_stops_of_week(work, now, rules),
        *_stops_of_breaks(run, now, rules),
    ]
    begun = run[0][0] if run else now
    stops.append(Stop(begun + DAY - rules.rest, Limit.REST))
    first = min(stops, key=lambda stop: stop.at)
    return Stop(max(first.at, now), first.limit)


def find_return(
    work: Sequence[Stretch], now: dt.datetime, rules: WorkRules
) -> dt.datetime:
    """Return when a person may begin again, now if nothing forbids it.

    Args:
        work: joined stretches in order, none later than now.
        now: the present.
        rules: what holds for the person.
    """
    at = now
    for _number in range(MOST_TRIES):
        stop = find_stop(work, at, rules)
        if stop.at > at:
            break
        at = max(_free_at(work, at, stop.limit, rules), at + dt.timedelta(minutes=1))
    return at


def find_overtime(work: Sequence[Stretch], rules: WorkRules) -> list[Stretch]:
    """Return the parts of work that are beyond the limit of their local day."""
    beyond: list[Stretch] = []
    days = sorted({day for part in work for day in _days_of(part, rules.zone)})
    for day in days:
        done = clip(work, *day_bounds(day, rules.zone))
        beyond += after(done, rules.overtime_after)
    return beyond


def _days_of(part: Stretch, zone: ZoneInfo) -> Iterator[dt.date]:
    day, last = local_day(part[0], zone), local_day(part[1], zone)
    while day <= last:
        yield day
        day += DAY


def _last_run(
    work: Sequence[Stretch], now: dt.datetime, rules: WorkRules
) -> list[Stretch]:
    """Return the stretches of the day of work that has not ended by a rest."""
    run: list[Stretch] = []
    edge = now
    for begin, end in reversed(work):
        if edge - end >= rules.rest:
            break
        run.insert(0, (begin, end))
        edge = begin
    return run


def _stops_of_days(
    work: Sequence[Stretch], run: Sequence[Stretch], now: dt.datetime, rules: WorkRules
) -> Iterator[Stop]:
    """Give the caps of today, of tomorrow if work goes on so long, and of the run."""
    today = local_day(now, rules.zone)
    for day in (today, today + DAY):
        begin, end = day_bounds(day, rules.zone)
        nights = _nights_of(day, rules)
        stop = _stop_of_day(clip(work, begin, end), max(now, begin), nights, rules)
        if stop.at < end:
            yield stop
    nights = [
        night
        for number in (-1, 0, 1)
        for night in _nights_of(today + number * DAY, rules)
    ]
    yield _stop_of_day(run, now, nights, rules)


def _stop_of_day(
    done: Sequence[Stretch],
    since: dt.datetime,
    nights: Sequence[Stretch],
    rules: WorkRules,
) -> Stop:
    worked = measure(done)
    by_day = Stop(since + rules.daily_cap - worked, Limit.DAY)
    is_touched = bool(overlap(done, nights))
    is_night = any(begin <= since < end for begin, end in nights)
    by_night = since + rules.night_cap - worked
    if not is_touched and not is_night:
        ahead = [begin for begin, _end in nights if begin >= since]
        if not ahead or ahead[0] >= by_day.at:
            return by_day
        by_night = max(by_night, ahead[0])
    return min(by_day, Stop(by_night, Limit.NIGHT), key=lambda stop: stop.at)


def _nights_of(day: dt.date, rules: WorkRules) -> list[Stretch]:
    """Return the parts of a local day that are night; none where no night is set."""
    begin, end = day_bounds(day, rules.zone)
    falls = at_wall(day, rules.night_from, rules.zone)
    lifts = at_wall(day, rules.night_until, rules.zone)
    if rules.night_from < rules.night_until:
        return [(falls, lifts)]
    return [part for part in ((begin, lifts), (falls, end)) if part[0] < part[1]]


def _stops_of_week(
    work: Sequence[Stretch], now: dt.datetime, rules: WorkRules
) -> Iterator[Stop]:
    begin, end = week_bounds(local_week(now, rules.zone), rules.zone)
    done = clip(work, begin, end)
    by_cap = now + rules.weekly_cap + rules.extension - measure(done)
    if by_cap < end:
        yield Stop(by_cap, Limit.WEEK)
    edges = [begin, *(moment for part in done for moment in part), now]
    rests = [later - earlier for earlier, later in pair_up(edges)]
    if max(rests, default=NOTHING) < rules.weekly_rest:
        yield Stop(end - rules.weekly_rest, Limit.WEEKLY_REST)


def _stops_of_breaks(
    run: Sequence[Stretch], now: dt.datetime, rules: WorkRules
) -> Iterator[Stop]:
    """Give the moments at which a break is due in this day of work."""
    worked = measure(run)
    rested = _rested(run, now) if run else NOTHING
    if rested < rules.break_length:
        yield Stop(now + rules.break_after - worked, Limit.BREAK)
    if rested < rules.long_break_length:
        yield Stop(now + rules.long_break_after - worked, Limit.BREAK)


def _rested(run: Sequence[Stretch], now: dt.datetime) -> dt.timedelta:
    edges = [*[moment for part in run for moment in part][1:], now]
    breaks = [later - earlier for earlier, later in pair_up(edges)]
    return sum((length for length in breaks if length >= LEAST_BREAK), NOTHING)


def _free_at(
    work: Sequence[Stretch], at: dt.datetime, limit: str, rules: WorkRules
) -> dt.datetime:
    """Return when one limit lets a person begin again."""
    last = work[-1][1] if work else at
    if limit in {Limit.DAY, Limit.NIGHT}:
        midnight = day_bounds(local_day(at, rules.zone), rules.zone)[1]
        rested = last + rules.rest
        return min(midnight, rested) if rested > at else midnight
    week_end = week_bounds(local_week(at, rules.zone), rules.zone)[1]
    if limit == Limit.WEEK:
        return week_end
    if limit == Limit.WEEKLY_REST:
        return min(week_end, last + rules.weekly_rest)
    if limit == Limit.REST:
        return last + rules.rest
    return _end_of_break(work, at, rules)


def _end_of_break(
    work: Sequence[Stretch], at: dt.datetime, rules: WorkRules
) -> dt.datetime:
    run = _last_run(work, at, rules)
    last = run[-1][1]
    before = _rested(run, last)
    is_long = measure(run) >= rules.long_break_after
    needed = rules.long_break_length if is_long else rules.break_length
    return last + max(needed - before, LEAST_BREAK)
