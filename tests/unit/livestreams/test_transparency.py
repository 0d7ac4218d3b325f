"""The transparency report: what is left unsaid, and where a period begins."""

import datetime as dt

import pytest
import time_machine

from livestreams.access.transparency import Period
from livestreams.selectors.transparency import FEW, UNSAID, Row, Table, hide_small
from livestreams.views.transparency_plot import draw_months
from shopfront.models import Market

BERLIN = Market(code="DE", name="Germany", time_zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([0, 0], [0, 0]),
        ([5, 12], [5, 12]),
        ([2, 3, 40], [FEW, FEW, 40]),
        # One alone, or few together, would be what the sum of all leaves over.
        ([3, 40, 9], [FEW, 40, UNSAID]),
        ([1, 1, 40, 9], [FEW, FEW, 40, UNSAID]),
        ([3], [FEW]),
        ([0, 4, 0], [0, FEW, 0]),
        ([], []),
    ],
)
def test_small_groups_are_unsaid_and_cannot_be_worked_out(
    numbers: list[int], said: list[int | str]
) -> None:
    assert hide_small(numbers) == said


@pytest.mark.parametrize(
    ("half", "begins", "ends"),
    [
        (1, "2025-12-31T23:00", "2026-06-30T22:00"),
        (2, "2026-06-30T22:00", "2026-12-31T23:00"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_of_its_market(
    half: int, begins: str, ends: str
) -> None:
    period = Period(BERLIN, 2026, half)
    assert period.begins_at == dt.datetime.fromisoformat(f"{begins}Z")
    assert period.ends_at == dt.datetime.fromisoformat(f"{ends}Z")
    assert [one.month for one in period.months] == list(
        range(6 * half - 5, 6 * half + 1)
    )
    with time_machine.travel(period.ends_at - dt.timedelta(seconds=1), tick=False):
        assert not period.is_over
    with time_machine.travel(period.ends_at, tick=False):
        assert period.is_over


def test_a_plot_draws_what_is_said_and_marks_the_rest() -> None:
    months = Period(BERLIN, 2026, 1).months[:3]
    values: list[int | str] = [10, FEW, 0]
    rows = tuple(
        Row(f"{month:%Y-%m}", (value,) * 4)
        for month, value in zip(months, values, strict=True)
    )
    plot = draw_months(Table("months", ("a", "b", "c", "d"), rows), months)[0]
    assert [bar.is_unsaid for bar in plot.bars] == [False, True, False]
    assert [bar.height for bar in plot.bars] == [plot.height, 0, 0]
    assert plot.most == 10
