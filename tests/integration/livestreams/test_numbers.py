"""The numbers of a room, slot by slot."""

import datetime as dt

import pytest

from creators.portal.room_plot import HEIGHT, draw_room
from livestreams.models import ChatMessage, Livestream
from livestreams.selectors.numbers import MOST_SLOTS, read_numbers
from shopfront.models import User

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 21, 18, 0, 30, tzinfo=dt.UTC)


def write(show: Livestream, author: User, minute: int, state: str = "visible") -> None:
    ChatMessage.objects.create(
        livestream=show,
        author=author,
        author_name=author.name,
        text="Hello",
        state=state,
        at=START + dt.timedelta(minutes=minute),
    )


def test_messages_count_in_their_minute_by_what_became_of_them(
    show: Livestream, shopper: User
) -> None:
    for minute, state in ((0, "visible"), (0, "held"), (2, "removed"), (2, "visible")):
        write(show, shopper, minute, state)
    numbers = read_numbers(show)
    found = [(slot.shown, slot.held, slot.removed) for slot in numbers.slots]
    assert found == [(1, 1, 0), (0, 0, 0), (1, 0, 1)]
    assert numbers.slots[0].at == START.replace(second=0)
    assert (numbers.minutes, numbers.total) == (1, 4)


def test_a_long_show_has_longer_slots_and_loses_no_message(
    show: Livestream, shopper: User
) -> None:
    for minute in range(0, 150, 10):
        write(show, shopper, minute)
    numbers = read_numbers(show)
    assert numbers.minutes == 3
    assert len(numbers.slots) <= MOST_SLOTS
    assert numbers.total == 15


def test_bars_stand_on_the_ground_and_fill_the_height(
    show: Livestream, shopper: User
) -> None:
    for state in ("visible", "visible", "held", "removed"):
        write(show, shopper, 0, state)
    plot = draw_room(read_numbers(show))
    assert plot is not None
    (bar,) = plot.bars
    assert [part.kind for part in bar.parts] == ["shown", "held", "removed"]
    assert sum(part.height for part in bar.parts) == HEIGHT
    assert bar.parts[0].y + bar.parts[0].height == HEIGHT


def test_a_silent_show_has_no_plot(show: Livestream) -> None:
    assert draw_room(read_numbers(show)) is None
