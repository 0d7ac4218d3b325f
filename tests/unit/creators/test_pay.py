"""What work pays and must pay at least: preparation and overtime counted."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.models import Agreement, PayTerms
from creators.selectors.bank_days import add_bank_days, find_bank_day
from creators.selectors.pay import Pay, expect_pay, measure_pay
from shopfront.common.money import Money
from shopfront.models import Market, MarketRule

RULES = MarketRule(
    market=Market(code="GB", currency="GBP"),
    valid_from=dt.date(2026, 4, 1),
    pay_floor_minor=1271,
)


def terms(**changes: object) -> PayTerms:
    facts: dict[str, object] = {"commission_bps": 1000, "guarantee_minor": 2000}
    return Agreement(**(facts | changes))


def measure(agreed: PayTerms, minutes: int | None = None) -> Pay:
    return measure_pay(agreed, rules=RULES, currency="GBP", minutes=minutes)


def test_preparation_counts_towards_the_floor() -> None:
    assert measure(terms()).missing.minor == 0
    with_preparation = measure(terms(preparation_minutes=60))
    assert with_preparation.floor == Money(2542, "GBP")
    assert with_preparation.missing == Money(542, "GBP")
    assert with_preparation.per_hour == Money(1000, "GBP")
    assert with_preparation.hours_shown == "2:00"
    assert with_preparation.rule_version == "work-GB-20260401"


def test_overtime_counts_with_its_premium() -> None:
    long = terms(guarantee_per="hour", guarantee_minor=1271, show_minutes=540)
    pay = measure(long)
    assert pay.overtime_minutes == 60
    assert pay.guaranteed.minor == pay.floor.minor == -(-1271 * (480 + 75) // 60)
    by_show = measure(terms(guarantee_minor=1271 * 9, show_minutes=540))
    assert by_show.missing.minor == pay.floor.minor - 1271 * 9


def test_minutes_beyond_the_plan_raise_what_an_hourly_guarantee_pays() -> None:
    hourly = terms(guarantee_per="hour", guarantee_minor=2000)
    assert measure(hourly).guaranteed.minor == 2000
    assert measure(hourly, 85).guaranteed.minor == 2834
    assert measure(terms(), 85).guaranteed.minor == 2000


@settings(max_examples=60)
@given(
    rate=st.integers(0, 5000),
    minutes=st.integers(1, 1440),
    preparation=st.integers(0, 600),
)
def test_an_hour_at_the_floor_or_above_never_misses_anything(
    rate: int, minutes: int, preparation: int
) -> None:
    pay = measure(
        terms(
            guarantee_per="hour",
            guarantee_minor=rate,
            show_minutes=minutes,
            preparation_minutes=preparation,
        )
    )
    assert (pay.missing.minor == 0) == (rate >= 1271 or pay.floor == pay.guaranteed)
    assert pay.guaranteed + pay.missing >= pay.floor


@pytest.mark.parametrize(
    ("pays", "bases", "expected"),
    [
        ("greater", [10_000, 10_000], None),
        ("greater", [10_000, 10_000, 10_000], 2000),
        ("greater", [30_000, 40_000, 50_000], 4000),
        ("both", [30_000, 40_000, 50_000], 6000),
    ],
)
def test_what_is_expected_comes_from_enough_shows_of_the_past(
    pays: str, bases: list[int], expected: int | None
) -> None:
    agreed = terms(pays=pays)
    found = expect_pay(agreed, measure(agreed), [Money(base, "GBP") for base in bases])
    assert found == (None if expected is None else Money(expected, "GBP"))


def test_bank_days_leave_out_weekends_and_holidays() -> None:
    britain, germany = Market(code="GB"), Market(code="DE")
    friday = dt.date(2026, 12, 18)
    assert add_bank_days(britain, friday, 5) == dt.date(2026, 12, 29)
    assert add_bank_days(germany, friday, 5) == dt.date(2026, 12, 28)
    assert find_bank_day(britain, dt.date(2026, 12, 26)) == dt.date(2026, 12, 29)
