"""A line on its way while its author is stopped and wiped: it ends removed."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from livestreams.models import ChatMessage, Livestream, RoomEvent, Sanction
from livestreams.services import chat, removals, room, sanctions
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import outbox
from tests.factories import make_user
from tests.meeting import count_waiting, meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

State = ChatMessage.State
Stop = Callable[..., Sanction]


def say(show: Livestream, author: User, text: str = "Hello") -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=text,
        )
    )


def stop_while_writing(show: Livestream, person: User, stop: Stop) -> None:
    """Stop a person whose next line waits for the numbers that the wiping holds."""
    say(show, person)
    by = show.creator.user
    faults = meet(
        lambda: stop(show, person, by=by, reason="Rude", is_wiping=True),
        lambda: say(show, person, "One more"),
        after=(room, "take_numbers"),
    )
    assert faults == []


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("stop", [sanctions.mute_person, sanctions.ban_person])
def test_a_line_on_its_way_goes_too(
    show: Livestream, shopper: User, stop: Stop, is_known: bool
) -> None:
    if is_known:
        say(show, shopper)
    else:
        chat._memory.cache_clear()
    stop_while_writing(show, shopper, stop)
    late = show.messages.get(text="One more")
    assert late.state == State.VISIBLE  # the control: nothing else takes it away
    outbox.relay(only_urgent=True)
    late.refresh_from_db()
    action = Sanction.objects.get().action
    assert (late.state, late.taken_by) == (State.REMOVED, action)
    assert set(show.messages.values_list("state", flat=True)) == {State.REMOVED}
    posted = RoomEvent.objects.filter(type="chat.posted").count()
    assert RoomEvent.objects.filter(type="chat.removed").count() == posted


def test_who_takes_late_lines_waits_for_those_that_store_them(
    show: Livestream, shopper: User
) -> None:
    def hold_numbers() -> None:
        with transaction.atomic():
            room.take_numbers(show, 0)

    def write() -> None:
        say(show, shopper)
        connection.close()

    def stop_meanwhile() -> None:
        writing = threading.Thread(target=write)
        writing.start()
        while not count_waiting():
            pass
        by = show.creator.user
        sanctions.mute_person(show, shopper, by=by, reason="Rude", is_wiping=True)
        outbox.relay(only_urgent=True)
        writing.join()

    faults = meet(hold_numbers, stop_meanwhile, after=(room, "take_numbers"), waiting=2)
    assert faults == []
    assert show.messages.get(author=shopper).state == State.REMOVED


def test_what_is_written_once_it_ended_or_is_taken_back_stays(
    show: Livestream, shopper: User
) -> None:
    by, person = show.creator.user, make_user()
    until = clock.now() + dt.timedelta(minutes=30)
    mute = sanctions.mute_person(
        show, shopper, by=by, reason="Rude", until=until, is_wiping=True
    )
    undone = sanctions.mute_person(show, person, by=by, reason="Rude", is_wiping=True)
    assert undone.action is not None
    removals.undo_action(undone.action, by=by, reason="Mistake")
    back = say(show, person)
    Sanction.objects.filter(pk=mute.pk).update(until=clock.now())
    ended = say(show, shopper)
    ChatMessage.objects.filter(pk=ended.pk).update(at=until)
    for _ in range(2):
        outbox.relay(only_urgent=True)
        Outbox.objects.update(state=Outbox.State.WAITING)
    for line in (back, ended):
        line.refresh_from_db()
        assert line.state == State.VISIBLE
