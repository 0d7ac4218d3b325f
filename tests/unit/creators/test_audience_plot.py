"""The plot of an audience: true to scale, honest about gaps, pins never overlap."""

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.portal.audience_plot import HEIGHT, WIDTH, draw_audience
from livestreams.selectors.curves import AudienceCurve, CurvePin, CurvePoint

START = dt.datetime(2026, 11, 21, 18, 0, tzinfo=dt.UTC)


def at(minute: float) -> dt.datetime:
    return START + dt.timedelta(minutes=minute)


def make_curve(
    viewers: list[int | None], pins: list[tuple[float, float]] | None = None
) -> AudienceCurve:
    return AudienceCurve(
        minutes=1,
        starts_at=START,
        ends_at=at(len(viewers)),
        points=tuple(CurvePoint(at(n), count) for n, count in enumerate(viewers)),
        pins=tuple(
            CurvePin(n, "Stool", at(since), at(until), None, None)
            for n, (since, until) in enumerate(pins or [], start=1)
        ),
        breaks=((at(1), at(2)),),
    )


def test_the_highest_minute_is_as_tall_as_the_axis_says() -> None:
    plot = draw_audience(make_curve([0, 10, 5, 0]))
    assert plot is not None
    assert [mark.label for mark in plot.levels] == [0, 5, 10]
    steps = "M0,150 L150,150 L150,0 L300,0 L300,75 L450,75 L450,150 L600,150"
    assert plot.lines == (steps,)
    assert plot.areas[0].endswith(f"V{HEIGHT} H0 Z")
    assert (plot.breaks[0].x, plot.breaks[0].width) == (150, 150)


def test_minutes_that_nobody_counted_are_a_gap_and_not_nobody() -> None:
    plot = draw_audience(make_curve([3, None, None, 4]))
    assert plot is not None
    assert len(plot.lines) == 2


@pytest.mark.parametrize("viewers", [[], [None, None]])
def test_a_show_that_was_not_counted_has_no_plot(viewers: list[int | None]) -> None:
    curve = make_curve(viewers) if viewers else None
    assert draw_audience(curve) is None


def test_an_empty_room_is_a_line_on_the_ground() -> None:
    plot = draw_audience(make_curve([0, 0]))
    assert plot is not None
    assert f",{HEIGHT}" in plot.lines[0]


MINUTES = st.floats(0, 60, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(MINUTES, MINUTES), max_size=12))
def test_pins_of_a_lane_never_overlap_and_stay_on_the_drawing(
    pairs: list[tuple[float, float]],
) -> None:
    pins = sorted((min(pair), max(pair)) for pair in pairs)
    plot = draw_audience(make_curve([1] * 60, pins))
    assert plot is not None
    assert len(plot.pins) == len(pins)
    assert all(0 <= one.x <= WIDTH and one.y < plot.full_height for one in plot.pins)
    for one, other in combinations(plot.pins, 2):
        is_apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert one.y != other.y or is_apart


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 800))
def test_the_minutes_are_marked_a_few_times_whatever_the_length(length: int) -> None:
    plot = draw_audience(make_curve([1] * length))
    assert plot is not None
    assert 1 <= len(plot.minutes) <= 9
    assert plot.minutes[0].label == 0
