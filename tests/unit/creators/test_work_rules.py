"""Limits of work as arithmetic: caps, night, rest, breaks, and days of 23 and 25 h."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from creators.models import WorkDecision, WorkLimit
from creators.selectors.stretches import Stretch, measure
from creators.selectors.work_rules import (
    WorkRules,
    find_overtime,
    find_return,
    find_stop,
)
from creators.selectors.worktime import combine_rules
from shopfront.models import Market, MarketRule

Limit = WorkDecision.Limit
LONDON, BERLIN = "Europe/London", "Europe/Berlin"
MONDAY = dt.date(2026, 11, 16)


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


def make_rules(zone: str = LONDON, **changes: int) -> WorkRules:
    """Return the rules of Great Britain with some changed."""
    rule = MarketRule(
        market=Market(code="GB", time_zone=zone),
        valid_from=dt.date(2026, 4, 1),
        night_from=dt.time(23),
        night_until=dt.time(6),
        **({"break_minutes": 20, "long_break_minutes": 40} | changes),
    )
    return combine_rules(rule, [])


def at(text: str, zone: str = LONDON, day: dt.date = MONDAY) -> dt.datetime:
    """Return a moment by the local clock of a day; `+1 02:00` is the day after."""
    days, _space, time = text.rpartition(" ")
    wall = dt.datetime.combine(day, dt.time.fromisoformat(time), ZoneInfo(zone))
    return (wall + dt.timedelta(days=int(days or 0))).astimezone(dt.UTC)


def work(*spans: tuple[str, str], zone: str = LONDON) -> list[Stretch]:
    return [(at(begin, zone), at(end, zone)) for begin, end in spans]


DAY = (("08:00", "12:00"), ("12:30", "17:30"))
"""Nine hours with one break."""


@pytest.mark.parametrize(
    ("done", "now", "stops", "limit", "returns"),
    [
        ((), "09:00", "15:00", Limit.BREAK, "09:00"),
        ((("08:00", "14:00"),), "14:00", "14:00", Limit.BREAK, "14:20"),
        ((("08:00", "14:00"),), "14:20", "17:20", Limit.BREAK, "14:20"),
        (DAY, "17:30", "17:30", Limit.BREAK, "17:50"),
        (DAY, "18:00", "19:00", Limit.DAY, "18:00"),
        ((*DAY, ("18:00", "19:00")), "19:00", "19:00", Limit.DAY, "+1 06:00"),
        ((("13:00", "17:00"), ("18:00", "22:00")), "22:00", "23:00", Limit.NIGHT, None),
        ((("13:00", "17:00"), ("18:00", "23:00")), "23:00", "23:00", Limit.NIGHT, None),
        ((("06:00", "08:00"), ("18:30", "18:31")), "18:31", "19:00", Limit.REST, None),
        ((("06:00", "08:00"), ("18:00", "19:00")), "19:00", "19:00", Limit.REST, None),
    ],
)
def test_the_first_limit_stops(
    done: tuple[tuple[str, str], ...],
    now: str,
    stops: str,
    limit: str,
    returns: str | None,
) -> None:
    rules, stretches = make_rules(), work(*done)
    stop = find_stop(stretches, at(now), rules)
    assert (stop.at, stop.limit) == (at(stops), limit)
    if returns is not None:
        assert find_return(stretches, at(now), rules) == at(returns)


def test_rest_is_over_after_eleven_hours() -> None:
    rules = make_rules()
    late = work(("13:00", "17:00"), ("18:00", "23:00"))
    assert find_return(late, at("23:00"), rules) == at("+1 10:00")
    assert find_stop(late, at("+1 09:59"), rules).at == at("+1 09:59")
    assert find_stop(late, at("+1 10:00"), rules).at == at("+1 16:00")


def test_the_week_has_its_cap_and_its_rest() -> None:
    rules = make_rules()
    days = [(f"{n} 08:00", f"{n} 12:00") for n in range(7)]
    more = [(f"{n} 13:00", f"{n} 17:00") for n in range(7)]
    six = work(*sorted((*days[:6], *more[:6]), key=lambda span: at(span[0])))
    stop = find_stop(six, at("5 17:00"), rules)
    assert (stop.at, stop.limit) == (at("5 17:00"), Limit.WEEK)
    assert find_return(six, at("5 17:00"), rules) == at("7 00:00")
    short = work(*days[:6])
    stop = find_stop(short, at("6 08:00"), rules)
    assert (stop.at, stop.limit) == (at("6 08:00"), Limit.WEEKLY_REST)
    assert find_return(short, at("6 08:00"), rules) == at("6 12:00"), "24 hours"
    free = work(*days[:3], *days[4:6])
    assert find_stop(free, at("6 08:00"), rules).limit == Limit.BREAK


def test_midnight_parts_a_show_between_two_days() -> None:
    rules = make_rules(break_after_minutes=1440, long_break_after_minutes=1440)
    done = work(("15:00", "23:00"))
    overtime = find_overtime(work(("15:00", "+1 09:30")), rules)
    assert overtime == [(at("23:00"), at("+1 00:00")), (at("+1 08:00"), at("+1 09:30"))]
    stop = find_stop(done, at("23:00"), rules)
    assert (stop.at, stop.limit) == (at("23:00"), Limit.NIGHT)
    early = work(("22:00", "23:30"))
    stop = find_stop(early, at("23:30"), rules)
    assert (stop.at, stop.limit) == (at("+1 06:00"), Limit.NIGHT), "no second day"


@pytest.mark.parametrize(
    ("zone", "day", "elapsed"),
    [
        (LONDON, dt.date(2026, 10, 25), 9),
        (LONDON, dt.date(2027, 3, 28), 7),
        (BERLIN, dt.date(2026, 10, 25), 9),
        (BERLIN, dt.date(2027, 3, 28), 7),
    ],
)
def test_a_changed_clock_neither_gives_nor_takes_an_hour(
    zone: str, day: dt.date, elapsed: int
) -> None:
    rules = make_rules(zone, break_after_minutes=1440, long_break_after_minutes=1440)
    begin, end = at("00:00", zone, day), at("08:00", zone, day)
    assert end - begin == hours(elapsed)
    stop = find_stop([], begin, rules)
    assert stop.at == begin + hours(8), "elapsed hours count, not those of the wall"
    overtime = measure(find_overtime([(begin, end)], rules))
    assert overtime == max(hours(0), hours(elapsed - 8))


def test_limits_only_tighten() -> None:
    rule = MarketRule(
        market=Market(code="GB", time_zone=LONDON),
        valid_from=dt.date(2026, 4, 1),
        night_from=dt.time(23),
        night_until=dt.time(6),
        break_minutes=20,
        long_break_minutes=40,
        extension_minutes=720,
    )
    tight = WorkLimit(market=rule.market, valid_from=rule.valid_from)
    tight.daily_cap_minutes, tight.rest_minutes = 300, 720
    loose = WorkLimit(market=rule.market, valid_from=rule.valid_from)
    loose.daily_cap_minutes, loose.rest_minutes = 1440, 60
    found = combine_rules(rule, [tight, loose], 900)
    assert found.daily_cap == found.night_cap == hours(5)
    assert (found.rest, found.extension) == (hours(12), hours(12))
    tight.weekly_cap_minutes = 600
    assert combine_rules(rule, [tight], 720).extension == hours(0)
