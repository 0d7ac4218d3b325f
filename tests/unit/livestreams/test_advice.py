"""Advice on a plan: one fact, one sentence, one place to mend it (P2)."""

import datetime as dt

import pytest

from creators.models import WorkLimit
from creators.selectors.worktime import combine_rules
from livestreams.selectors.advice import (
    GoodsFacts,
    PlanFacts,
    Stretch,
    advise,
    advise_on_time,
)
from shopfront.common.money import Money
from shopfront.models import Market, MarketRule

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
RULE = MarketRule(
    market=Market(code="GB", time_zone="Europe/London"),
    valid_from=dt.date(2026, 4, 1),
    night_from=dt.time(23),
    night_until=dt.time(6),
    break_minutes=30,
    long_break_minutes=45,
)
RULES = combine_rules(RULE, ())
HOUR = dt.timedelta(hours=1)


def work(
    hours: float = 0, minutes: int = 60, title: str = "Stools", at: dt.datetime = NOON
) -> Stretch:
    begins = at + dt.timedelta(hours=hours)
    return Stretch(title, begins, begins + dt.timedelta(minutes=minutes))


def facts(**changes: object) -> PlanFacts:
    known: dict[str, object] = {
        "zone": "Europe/London",
        "work": work(),
        "show_minutes": 60,
        "rules": RULES,
        "goods": (GoodsFacts(title="Oak"),),
    }
    return PlanFacts(**(known | changes))  # type: ignore[arg-type]


def codes(**changes: object) -> list[str]:
    return [one.code for one in advise(facts(**changes))]


def test_a_sound_plan_needs_nothing() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("other", "is_clash"),
    [
        (work(-1), False),
        (work(1), False),
        (work(-0.5), True),
        (work(0.5), True),
        (work(-2, 300), True),
        (work(0.25, 5), True),
    ],
)
def test_what_overlaps_is_a_clash_and_what_touches_is_none(
    other: Stretch, is_clash: bool
) -> None:
    assert ("clash" in codes(others=(other,))) is is_clash


@pytest.mark.parametrize(
    ("hours", "told"),
    [(-13, True), (-24, False), (3, False), (13, False), (23, False)],
)
def test_rest_is_asked_between_days_of_work(hours: float, told: bool) -> None:
    """Eleven hours: from 00:00 to 12:00 less an hour of work there are eleven."""
    other = work(hours, 150 if hours < 0 else 60, "Night show")
    said = [one.code for one in advise(facts(others=(other,)))]
    assert ("rest" in said) is told


def test_a_day_is_counted_with_its_other_shows_and_at_night_it_is_shorter() -> None:
    assert codes(work=work(0, 600), break_minutes=45) == []
    assert codes(work=work(0, 601), break_minutes=45) == ["cap"]
    assert codes(work=work(0, 300), others=(work(-6, 301),)) == ["cap"]
    assert codes(work=work(8, 200), others=(work(-5, 281),)) == ["night"]
    assert codes(work=work(8, 180), others=(work(-5, 281),)) == []


@pytest.mark.parametrize(
    ("minutes", "breaks", "told"),
    [(360, 0, 0), (361, 0, 30), (361, 30, 0), (541, 30, 45), (541, 45, 0)],
)
def test_breaks_are_due_by_the_length_of_the_work(
    minutes: int, breaks: int, told: int
) -> None:
    said = advise(facts(work=work(-2, minutes), break_minutes=breaks))
    assert [one.sentence for one in said if one.code == "break"] == (
        [
            f"So long a piece of work needs breaks of {told} minutes; the run has "
            f"{breaks}."
        ]
        if told
        else []
    )


def test_a_week_is_what_was_worked_and_what_is_planned() -> None:
    """NOON is a Tuesday; the week's cap is 48 hours."""
    days = tuple(work(24 * day, 600, at=NOON - 6 * HOUR) for day in range(-1, 5))
    four = {"others": days[:4], "break_minutes": 45}
    assert "week" not in codes(work=work(72, 480), **four)
    assert "week" in codes(work=work(72, 481), **four)
    assert "week" not in codes(work=work(24 * 7, 481), **four), "another week"
    monday = (NOON - 30 * HOUR, NOON - 20 * HOUR)
    begun = {"now": NOON - HOUR, "others": days[2:4], "worked": (monday,)}
    assert "week" not in codes(work=work(72, 600), **begun), "40 hours"
    begun["worked"] = (monday, (NOON - 20 * HOUR, NOON - 11 * HOUR))
    assert "week" in codes(work=work(72, 600), **begun)
    sunday = ((NOON - 60 * HOUR, NOON - 37 * HOUR),)
    assert "week" not in codes(work=work(72, 600), **(begun | {"worked": sunday}))


def test_tighter_limits_of_operator_or_payer_are_the_ones_told() -> None:
    limit = WorkLimit(
        market=RULE.market,
        valid_from=dt.date(2026, 5, 1),
        daily_cap_minutes=240,
        night_cap_minutes=120,
        weekly_cap_minutes=300,
        rest_minutes=840,
    )
    tight = combine_rules(RULE, (limit,))
    assert codes(work=work(0, 241)) == []
    assert codes(rules=tight, work=work(0, 241)) == ["cap"]
    assert codes(rules=tight, work=work(10, 121)) == ["night"]
    late = (work(-13, 60, "Night show"),)
    assert codes(others=late) == []
    said = advise_on_time(facts(rules=tight, others=late))
    assert [one.sentence for one in said] == [
        "Only 12 hours of rest between this show and “Night show”; at least 14 are "
        "needed."
    ]
    longer = combine_rules(RULE, (limit,), 600)
    assert codes(rules=longer, work=work(0, 240), others=(work(24, 61),)) == ["week"]


def test_a_country_without_rules_asks_for_no_rest() -> None:
    assert codes(rules=None, work=work(0, 900), others=(work(16),)) == []


def test_money_help_length_and_briefing_are_told_with_their_place() -> None:
    said = advise(
        facts(
            terms_version=2,
            missing=Money(2000, "GBP"),
            has_moderator=False,
            has_roster=False,
            over_minutes=1,
            unanswered_lines=2,
            goods=(),
        )
    )
    assert [(one.code, one.part) for one in said] == [
        ("terms", "terms"),
        ("funding", "pay"),
        ("moderator", "duties"),
        ("empty", "shelf"),
        ("over", "run"),
        ("briefing", "briefing"),
    ]
    assert said[0].sentence.startswith("Version 2 of the terms")
    assert said[1].sentence.startswith("£20.00 of the guarantee")
    assert codes(has_moderator=False, missing=Money(0, "GBP")) == []
    assert codes(has_roster=False) == []
    (said_new,) = advise_on_time(facts(has_moderator=False, has_roster=False))
    assert said_new.code == "moderator"


def test_unfit_goods_are_named_once_by_the_gravest_of_their_faults() -> None:
    gone = GoodsFacts(title="Gone", is_withdrawn=True, has_price=False, available=0)
    goods = (
        gone,
        GoodsFacts(title="Priceless", has_price=False, available=0),
        GoodsFacts(title="Sold", available=0),
        GoodsFacts(title="Cheap", is_below_floor=True),
        GoodsFacts(title="Back", is_barred=True),
        GoodsFacts(title="Free", is_unpaid=True),
        GoodsFacts(title="Mine", is_refused=True, has_sample=False, is_unpaid=True),
        *(GoodsFacts(title=f"No {n}", has_sample=False) for n in range(5)),
    )
    said = {one.code: one.sentence for one in advise(facts(goods=goods))}
    assert said == {
        "withdrawn": "Not for sale any more: Gone.",
        "price": "Without a price in this country: Priceless.",
        "stock": "Sold out: Sold.",
        "floor": "Below the lowest price: Cheap.",
        "barred": (
            "Too many came back or have a case, so they cannot be pinned: Back."
        ),
        "unpaid": "No agreement pays you for what sells of: Free.",
        "refused": "On the shelf, but you refused: Mine.",
        "sample": "You have no sample in hand of: No 0, No 1, No 2 and 2 more.",
    }
