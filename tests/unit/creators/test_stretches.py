"""Stretches of time against a naive set of minutes, and days over clock changes."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.selectors.stretches import (
    Stretch,
    after,
    day_bounds,
    local_week,
    measure,
    merge,
    overlap,
    subtract,
    week_bounds,
)

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 60)).map(lambda s: (s[0], sum(s))),
    max_size=8,
)


def place(spans: list[tuple[int, int]]) -> list[Stretch]:
    return [(START + begin * MINUTE, START + end * MINUTE) for begin, end in spans]


def minutes_of(stretches: list[Stretch]) -> set[int]:
    return {
        minute
        for begin, end in stretches
        for minute in range((begin - START) // MINUTE, (end - START) // MINUTE)
    }


@settings(max_examples=50, deadline=None)
@given(SPANS, SPANS, st.integers(0, 300))
def test_stretches_are_sets_of_minutes(
    some: list[tuple[int, int]], others: list[tuple[int, int]], length: int
) -> None:
    work, gone = place(some), place(others)
    joined = merge(work)
    every = minutes_of(work)
    assert minutes_of(joined) == every
    assert measure(joined) == len(every) * MINUTE, "tabs and devices count once"
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined))
    assert minutes_of(subtract(work, gone)) == every - minutes_of(gone)
    assert minutes_of(overlap(work, gone)) == every & minutes_of(gone)
    assert minutes_of(after(joined, length * MINUTE)) == set(sorted(every)[length:])


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (LONDON, dt.date(2026, 10, 25), 25),
        (LONDON, dt.date(2027, 3, 28), 23),
        (BERLIN, dt.date(2026, 10, 25), 25),
        (BERLIN, dt.date(2027, 3, 28), 23),
        (BERLIN, dt.date(2026, 11, 16), 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(
    zone: ZoneInfo, day: dt.date, hours: int
) -> None:
    begin, end = day_bounds(day, zone)
    assert end - begin == dt.timedelta(hours=hours)
    monday = local_week(begin, zone)
    assert monday.weekday() == 0
    week = week_bounds(monday, zone)
    assert week[1] - week[0] == dt.timedelta(hours=6 * 24 + hours)


def test_the_week_turns_at_midnight_of_the_market() -> None:
    moment = dt.datetime(2026, 11, 15, 23, 30, tzinfo=dt.UTC)
    assert local_week(moment, LONDON) == dt.date(2026, 11, 9)
    assert local_week(moment, BERLIN) == dt.date(2026, 11, 16)
