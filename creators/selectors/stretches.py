"""Stretches of time: joined, taken from each other, cut at local days; no query."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

Stretch = tuple[dt.datetime, dt.datetime]
"""From and until, both in UTC."""

NOTHING = dt.timedelta()
DAY = dt.timedelta(days=1)


def merge(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order with what overlaps or touches joined into one."""
    joined: list[Stretch] = []
    for begin, end in sorted(stretches):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            first, last = joined[-1]
            joined[-1] = (first, max(last, end))
        else:
            joined.append((begin, end))
    return joined


def subtract(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """Return what is left of stretches without what is taken, joined and in order."""
    holes = merge(taken)
    left: list[Stretch] = []
    for begin, end in merge(stretches):
        at = begin
        for hole_begin, hole_end in holes:
            if hole_end <= at or hole_begin >= end:
                continue
            if hole_begin > at:
                left.append((at, hole_begin))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return left


def clip(
    stretches: Iterable[Stretch], since: dt.datetime, until: dt.datetime
) -> list[Stretch]:
    """Return the parts of stretches that lie between two moments."""
    cut = ((max(begin, since), min(end, until)) for begin, end in stretches)
    return [(begin, end) for begin, end in cut if begin < end]


def overlap(stretches: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """Return the parts of stretches that lie within others, joined and in order."""
    within = merge(others)
    joined = merge(stretches)
    return [part for begin, end in within for part in clip(joined, begin, end)]


def measure(stretches: Iterable[Stretch]) -> dt.timedelta:
    """Return how long stretches last; those that overlap must be joined before."""
    return sum((end - begin for begin, end in stretches), NOTHING)


def after(stretches: Sequence[Stretch], length: dt.timedelta) -> list[Stretch]:
    """Return what of joined stretches is left once so much of them has passed."""
    left = []
    for begin, end in stretches:
        passed = min(length, end - begin)
        length -= passed
        if begin + passed < end:
            left.append((begin + passed, end))
    return left


def pair_up(moments: Sequence[dt.datetime]) -> list[Stretch]:
    """Return an even number of moments as stretches, two by two."""
    return list(zip(moments[::2], moments[1::2], strict=True))


def local_day(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the day that it is somewhere."""
    return moment.astimezone(zone).date()


def local_week(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the Monday of the week that it is somewhere."""
    day = local_day(moment, zone)
    return day - dt.timedelta(days=day.weekday())


def at_wall(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return the moment at which clocks somewhere show a time, in UTC.

    A time that is skipped in spring is that of the clock that was not put forward; of
    a time that comes twice in autumn it is the first.
    """
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


def day_bounds(day: dt.date, zone: ZoneInfo) -> Stretch:
    """Return a local day as a stretch: 23, 24 or 25 hours."""
    midnight = dt.time()
    return at_wall(day, midnight, zone), at_wall(day + DAY, midnight, zone)


def week_bounds(monday: dt.date, zone: ZoneInfo) -> Stretch:
    """Return a local week as a stretch: 168 hours, give or take one."""
    midnight = dt.time()
    return at_wall(monday, midnight, zone), at_wall(monday + 7 * DAY, midnight, zone)


def list_days(monday: dt.date) -> Iterator[dt.date]:
    """Return the seven days of a week."""
    return (monday + number * DAY for number in range(7))
