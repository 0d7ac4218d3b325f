"""The numbers of a room, minute by minute."""

import datetime as dt

import pytest
import time_machine

from creators.models import Creator
from creators.portal.room_plot import HEIGHT, draw_room
from livestreams.models import Livestream, RoomMinute, WordList
from livestreams.selectors.numbers import (
    LIVE_MINUTES,
    MOST_SLOTS,
    read_live_numbers,
    read_numbers,
)
from livestreams.services import chat
from livestreams.services.minutes import count_messages
from shopfront.models import User

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 21, 18, 0, 30, tzinfo=dt.UTC)


def say(show: Livestream, author: User, text: str = "Hello") -> chat.NewMessage:
    return chat.NewMessage(
        livestream=show.public_id,
        person=author.public_id,
        badges=(),
        text=text,
    )


def count(show: Livestream, minute: int, **facts: int) -> None:
    with time_machine.travel(START + dt.timedelta(minutes=minute), tick=False):
        count_messages(show, **facts)


def test_messages_count_in_the_minute_in_which_it_happened(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    with time_machine.travel(START, tick=False) as traveller:
        batch = [say(show, shopper), say(show, shopper, "rubbish")]
        shown, held = chat.store_messages(batch)
        traveller.shift(120)
        assert not isinstance(shown, Exception)
        assert not isinstance(held, Exception)
        chat.remove_message(shown, by=creator.user, reason="Private")
        chat.release_message(held, by=creator.user, reason="Fine")
    numbers = read_numbers(show)
    found = [(slot.shown, slot.held, slot.removed) for slot in numbers.slots]
    assert found == [(1, 1, 0), (0, 0, 0), (1, 0, 1)]
    assert numbers.slots[0].at == START.replace(second=0)
    assert (numbers.shown, numbers.held, numbers.removed) == (2, 1, 1)


def test_a_batch_is_counted_by_one_row(show: Livestream, shopper: User) -> None:
    with time_machine.travel(START, tick=False):
        chat.store_messages([say(show, shopper) for _ in range(5)])
        chat.store_messages([say(show, shopper)])
    assert RoomMinute.objects.get().shown == 6


def test_a_long_show_has_longer_slots_and_loses_no_message(show: Livestream) -> None:
    for minute in range(0, 150, 10):
        count(show, minute, shown=1)
    numbers = read_numbers(show)
    assert numbers.minutes == 3
    assert len(numbers.slots) <= MOST_SLOTS
    assert numbers.shown == 15


def test_the_studio_sees_the_last_half_hour_up_to_now(show: Livestream) -> None:
    count(show, 0, shown=9)
    count(show, 40, shown=2, shielded=1)
    with time_machine.travel(START + dt.timedelta(minutes=42), tick=False):
        numbers = read_live_numbers(show)
    assert len(numbers.slots) == LIVE_MINUTES
    assert (numbers.shown, numbers.shielded) == (2, 1)
    assert numbers.slots[-3].total == 3


def test_bars_stand_on_the_ground_and_fill_the_height(show: Livestream) -> None:
    count(show, 0, shown=2, held=1, removed=1, shielded=1)
    plot = draw_room(read_numbers(show))
    assert plot is not None
    (bar,) = plot.bars
    assert [part.kind for part in bar.parts] == ["shown", "held", "removed", "shielded"]
    assert sum(part.height for part in bar.parts) == HEIGHT
    assert bar.parts[0].y + bar.parts[0].height == HEIGHT


def test_a_silent_show_has_no_plot(show: Livestream) -> None:
    assert draw_room(read_numbers(show)) is None
    assert draw_room(read_live_numbers(show)) is None
