"""Minutes of work: full ones for limits, begun ones for pay."""

import datetime as dt

import pytest

from creators.selectors.worktime import begun, whole


@pytest.mark.parametrize(
    ("seconds", "for_limits", "for_pay"),
    [(0, 0, 0), (1, 0, 1), (60, 1, 1), (61, 1, 2), (36 * 60 + 20, 36, 37)],
)
def test_limits_count_full_minutes_and_pay_begun_ones(
    seconds: float, for_limits: int, for_pay: int
) -> None:
    length = dt.timedelta(seconds=seconds)
    assert (whole(length), begun(length)) == (for_limits, for_pay)


def test_a_clock_that_was_put_back_pays_nothing() -> None:
    assert begun(dt.timedelta(seconds=-90)) == 0
