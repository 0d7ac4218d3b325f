"""A show beside its creator's earlier ones."""

import datetime as dt

import pytest

from creators.portal.comparing import Comparison, compare
from livestreams.selectors.show_reports import ShowFigures
from shopfront.common.money import Money


def make_figures(viewers: int, *, gross: int = 0, back: int = 0) -> ShowFigures:
    return ShowFigures(
        public_id="x",
        title="Stools",
        ended_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
        minutes=30,
        viewers_total=viewers,
        viewers_peak=viewers // 2,
        messages=0,
        gross=Money(gross, "GBP"),
        back=Money(back, "GBP"),
        commission=Money(0, "GBP"),
    )


def read(found: Comparison, name: str) -> tuple[object, object, int | None]:
    (one,) = [row for row in found.measures if row.name == name]
    return one.own, one.usual, one.change


def test_usual_is_the_middle_of_the_shows_before() -> None:
    earlier = [make_figures(count) for count in (100, 10, 40)]
    found = compare([make_figures(50), *earlier])
    assert not found.is_early
    assert read(found, "Viewers") == (50, 40, 25)
    assert read(found, "Messages") == (0, 0, None)


def test_sales_are_compared_net_of_returns_and_by_the_hour() -> None:
    earlier = [make_figures(1, gross=1000)] * 3
    found = compare([make_figures(1, gross=4000, back=2500), *earlier])
    net, usual = Money(1500, "GBP"), Money(1000, "GBP")
    assert read(found, "Sales, net of returns") == (net, usual, 50)
    own = Money(3000, "GBP"), Money(2000, "GBP"), 50
    assert read(found, "Net sales per hour on air") == own


@pytest.mark.parametrize("count", [0, 1, 2])
def test_under_three_shows_it_is_too_early_to_compare(count: int) -> None:
    assert compare([make_figures(5)] * (count + 1)).is_early
