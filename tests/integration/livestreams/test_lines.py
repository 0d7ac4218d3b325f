"""Lines of chat in one statement: numbers, events and rows of one room."""

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Sum

from livestreams.models import (
    ChatMessage,
    Livestream,
    RoomEvent,
    RoomMinute,
    RoomSequence,
)
from livestreams.services.lines import store_lines
from shopfront.models import User

pytestmark = pytest.mark.django_db


def line(show: Livestream, author: User, **changes: object) -> ChatMessage:
    facts = {"author_name": author.name, "badges": ["host"], "text": "Hello"}
    return ChatMessage(livestream=show, author=author, **(facts | changes))


def test_what_all_may_see_is_numbered_in_its_order(
    show: Livestream, shopper: User
) -> None:
    first = RoomSequence.objects.get(livestream=show).seq
    held = line(show, shopper, state=ChatMessage.State.HELD, why="Looks like spam")
    rows = [line(show, shopper), held, line(show, shopper, text="Café \u05d0 {}%s")]
    store_lines(show, rows)
    assert [row.seq for row in rows] == [first + 1, None, first + 2]
    events = RoomEvent.objects.filter(livestream=show, seq__gt=first)
    assert [event.body for event in events] == [
        {"id": rows[0].public_id},
        {"id": rows[2].public_id},
    ]
    assert RoomSequence.objects.get(livestream=show).seq == first + 2


def test_every_fact_of_a_line_is_stored_as_it_was(
    show: Livestream, shopper: User
) -> None:
    row = line(show, shopper, why="Said aloud", decided_by=shopper)
    store_lines(show, [row])
    stored = ChatMessage.objects.get(pk=row.pk)
    for field in ChatMessage._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(row, field.attname)


def test_lines_are_counted_in_their_minute_as_they_are_stored(
    show: Livestream, shopper: User
) -> None:
    held = line(show, shopper, state=ChatMessage.State.HELD)
    store_lines(show, [line(show, shopper), held, line(show, shopper)])
    store_lines(show, [line(show, shopper)])
    counted = RoomMinute.objects.filter(livestream=show).aggregate(
        shown=Sum("shown"), held=Sum("held"), removed=Sum("removed")
    )
    assert counted == {"shown": 3, "held": 1, "removed": 0}


def test_a_room_that_said_nothing_yet_begins_at_one(
    show: Livestream, shopper: User
) -> None:
    RoomSequence.objects.all().delete()
    RoomEvent.objects.all().delete()
    row = line(show, shopper)
    store_lines(show, [row])
    assert row.seq == 1


def test_text_that_does_not_fit_is_refused_and_never_cut(
    show: Livestream, shopper: User
) -> None:
    before = RoomSequence.objects.get(livestream=show).seq
    with pytest.raises(DataError), transaction.atomic():
        store_lines(show, [line(show, shopper), line(show, shopper, text="x" * 501)])
    assert RoomSequence.objects.get(livestream=show).seq == before
    assert not ChatMessage.objects.filter(livestream=show).exists()


@pytest.mark.django_db(transaction=True)
def test_only_the_lines_commit_without_waiting_for_the_disk(
    show: Livestream, shopper: User
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # as production has it
    with transaction.atomic():
        store_lines(show, [line(show, shopper)])
        assert _read_commit() == "off"
    assert _read_commit() == "on"


def _read_commit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (value,) = cursor.fetchone()
    return str(value)
