"""Days of runs: the next and the last of a rule always bracket a day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.models import PayoutRule
from creators.selectors.run_days import (
    expect_payment,
    find_last_run,
    find_next_run,
    is_due_on,
)
from shopfront.models import Market

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2030, 1, 1))
RULES = st.one_of(
    st.builds(PayoutRule, rhythm=st.just("weekly"), day=st.integers(1, 7)),
    st.builds(PayoutRule, rhythm=st.just("monthly"), day=st.integers(1, 28)),
)


@settings(max_examples=50)
@given(rule=RULES, day=DAYS)
def test_the_last_and_the_next_run_bracket_every_day(
    rule: PayoutRule, day: dt.date
) -> None:
    last, following = find_last_run(rule, day), find_next_run(rule, day)
    assert last <= day <= following
    between = range((following - last).days - 1)
    assert is_due_on(rule, last)
    assert is_due_on(rule, following)
    assert not any(is_due_on(rule, last + dt.timedelta(n + 1)) for n in between)


@pytest.mark.parametrize(
    ("settles", "expected"),
    [
        ("2026-11-30T23:30:00+00:00", dt.date(2026, 12, 1)),
        ("2026-12-01T18:37:00+00:00", dt.date(2027, 1, 4)),  # that day's has gone
        ("2026-12-02T00:30:00+00:00", dt.date(2027, 1, 4)),
    ],
)
def test_payment_is_expected_on_the_bank_day_of_the_next_run(
    settles: str, expected: dt.date
) -> None:
    market = Market(code="GB", time_zone="Europe/London")
    rule = PayoutRule(market=market, rhythm="monthly", day=1)
    assert expect_payment(rule, dt.datetime.fromisoformat(settles)) == expected
