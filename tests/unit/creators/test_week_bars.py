"""Bars of weeks: to scale, from the ground, nothing where nothing was."""

import datetime as dt

from creators.portal.week_bars import HEIGHT, draw_weeks
from livestreams.selectors.wellbeing import Week
from shopfront.common.money import Money

MONDAY = dt.date(2026, 11, 16)


def make_week(minutes: int = 0, *, met: int = 0, shielded: int = 0) -> Week:
    return Week(MONDAY, minutes, Money(6000, "GBP"), met, shielded, 0)


def test_the_longest_week_fills_the_height_and_abuse_is_stacked() -> None:
    plot = draw_weeks([make_week(300, met=2, shielded=6), make_week(600)])
    assert plot is not None
    assert (plot.most_hours, plot.most_abuse) == (10, 8)
    first, second = plot.bars
    assert (first.hours, second.hours) == (HEIGHT // 2, HEIGHT)
    assert first.met + first.shielded == HEIGHT
    assert first.shielded_y == 0
    assert first.met_y == HEIGHT - first.met


def test_a_calm_week_does_not_look_like_a_storm() -> None:
    plot = draw_weeks([make_week(60, met=1)])
    assert plot is not None
    assert plot.bars[0].met == HEIGHT // 4


def test_weeks_without_anything_have_no_plot() -> None:
    quiet = Week(MONDAY, 0, Money(0, "GBP"), 0, 0, 0)
    assert draw_weeks([quiet, quiet]) is None


def test_little_work_says_nothing_of_the_pay_of_an_hour() -> None:
    assert make_week(59).per_hour is None
    assert make_week(120).per_hour == Money(3000, "GBP")
    assert make_week(125).hours_shown == "2:05"
