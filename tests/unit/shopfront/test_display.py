"""How money, moments and lengths are shown."""

import datetime as dt

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation
from lucide.templatetags.lucide import lucide as draw_icon

from shopfront.common.money import Money
from shopfront.models import Market
from shopfront.templatetags.shopfront import clock_length, country, money, show_time

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "shown"), [("en-gb", "£1,234.50"), ("de", "1.234,50\xa0£")]
)
def test_money_is_written_as_people_of_the_language_do(
    language: str, shown: str
) -> None:
    with translation.override(language):
        assert money(Money(123450, "GBP")) == shown


def test_no_money_is_nothing() -> None:
    assert money(None) == ""


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(1, "Today, 14:00"), (24, "Tomorrow, 13:00"), (72, "Sat 4 Jul, 13:00")],
)
def test_a_show_is_told_by_its_day_in_its_own_zone(hours: int, shown: str) -> None:
    with time_machine.travel(NOON, tick=False), translation.override("en-gb"):
        moment = NOON + dt.timedelta(hours=hours)
        assert show_time(moment, "Europe/London") == shown


def test_today_is_the_day_of_the_shows_zone() -> None:
    late = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)  # 00:30 in London
    with time_machine.travel(late, tick=False), translation.override("en-gb"):
        assert show_time(late, "Europe/London") == "Today, 00:30"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (75, "1:15"), (3725, "1:02:05"), (-3, "0:00")]
)
def test_lengths_read_like_a_clock(seconds: int, shown: str) -> None:
    assert clock_length(seconds) == shown


def test_a_country_is_named_in_the_language_of_the_page() -> None:
    germany, nowhere = Market(code="DE", name="Germany"), Market(code="XX", name="Sea")
    with translation.override("de"):
        assert country(germany) == "Deutschland"
        assert country(nowhere) == "Sea"
    with translation.override("en-gb"):
        assert country(germany) == "Germany"


def test_an_icon_is_the_one_that_was_asked_for_in_its_own_size() -> None:
    page = Template('{% lucide "x" size=18 aria_hidden="true" %}{% lucide "x" %}')
    drawn = draw_icon("x", size=18, aria_hidden="true") + draw_icon("x")
    for _ in range(2):
        assert page.render(Context()) == drawn
