"""Acts on a show and a busy chat: neither waits for what the other holds."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from creators.models import Creator
from livestreams.models import Livestream, Question
from livestreams.services import publishing, questions, room
from livestreams.services.chat import NewMessage, post_message, store_messages
from livestreams.services.chat_pins import pin_message
from livestreams.services.rules import change_rules
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

Act = Callable[[Livestream, User], object]


def say(show: Livestream, author: User) -> NewMessage:
    return NewMessage(
        livestream=show.public_id,
        person=author.public_id,
        badges=(),
        text="Hello",
    )


def lose_picture(show: Livestream, _host: User) -> None:
    publishing.note_picture_lost(show.public_id)


def pin_question(show: Livestream, host: User) -> None:
    row = Question.objects.create(livestream=show, asker=host, text="Is it oak?")
    questions.pin_question(row, by=host)


def keep_line(show: Livestream, host: User) -> object:
    return pin_message(show.messages.earliest("id"), by=host)


def slow_down(show: Livestream, host: User) -> object:
    return change_rules(show, by=host, slow_seconds=10)


def lock_as_if_it_were_deleted(show: Livestream, host: User) -> object:
    with transaction.atomic():
        Livestream.objects.select_for_update().get(pk=show.pk)
        return room.take_numbers(show, 1)


def meet(show: Livestream, author: User, act: Act) -> list[Exception]:
    """Let chat hold the numbers of a room while an act has locked its show."""
    chat_holds, act_asks = threading.Event(), threading.Event()
    faults: list[Exception] = []
    take_numbers = room.take_numbers

    def ask(livestream: Livestream, count: int) -> int:
        act_asks.set()
        return take_numbers(livestream, count)

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except OperationalError as fault:
            faults.append(fault)
        finally:
            connection.close()

    def chat() -> None:
        with transaction.atomic():
            store_messages([say(show, author)])
            chat_holds.set()
            act_asks.wait(20)

    def change() -> None:
        chat_holds.wait(20)
        act(show, show.creator.user)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "take_numbers", ask)
        threads = [threading.Thread(target=run, args=[work]) for work in (chat, change)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return faults


def make_busy_show(creator: Creator) -> Livestream:
    show = make_livestream(
        creator=creator,
        state=Livestream.State.LIVE,
        publisher_seen_at=clock.now(),
    )
    post_message(say(show, make_user()))
    return show


@pytest.mark.parametrize("act", [lose_picture, pin_question, keep_line, slow_down])
def test_a_busy_chat_and_an_act_on_the_show_both_come_through(
    creator: Creator, act: Act
) -> None:
    show = make_busy_show(creator)
    assert meet(show, make_user(), act) == []
    assert show.messages.count() == 2


def test_a_show_locked_against_its_own_chat_would_stand_still(
    creator: Creator,
) -> None:
    """Negative control: what chat refers to is locked, and PostgreSQL ends one."""
    show = make_busy_show(creator)
    assert len(meet(show, make_user(), lock_as_if_it_were_deleted)) == 1
