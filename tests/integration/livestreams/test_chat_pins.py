"""Replies, and the line at the top of a chat (C1)."""

import datetime as dt
import threading

import orjson
import pytest
from django.db import connection

from creators.models import Creator
from livestreams.errors import MessageMissing, ShowNotOnAir
from livestreams.errors.rules import LineNotShown
from livestreams.models import ChatMessage, ChatPin, Livestream
from livestreams.selectors.replays import list_chat_between
from livestreams.selectors.room import list_events
from livestreams.services import chat, chat_pins
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.models import Audit, User
from tests.factories import make_livestream, make_user
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


def say(
    show: Livestream, author: User, text: str = "Hello", reply_to: str = ""
) -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=text,
            reply_to=reply_to,
        )
    )


def test_a_reply_names_its_line_and_repeats_no_words(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    asked = say(show, shopper, "Is it oak?")
    say(show, stranger, "It is.", reply_to=asked.public_id)
    chat.remove_message(asked, by=creator.user, reason="Private")
    bodies = [orjson.loads(one.body) for one in list_events(show.public_id, after=0)]
    (reply,) = [body for body in bodies if body["type"] == "chat.posted"]
    assert reply["reply_to"] == asked.public_id
    assert "oak" not in str(bodies)


def test_a_replay_says_whom_a_line_answers_while_that_line_stands(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    asked = say(show, shopper, "Is it oak?")
    reply = say(show, stranger, "It is.", reply_to=asked.public_id)
    span = (reply.at - dt.timedelta(minutes=1), reply.at + dt.timedelta(minutes=1))
    assert [line["answers"] for line in list_chat_between(show, *span)] == ["", "Sam"]
    chat.remove_message(asked, by=creator.user, reason="Private")
    assert [line["answers"] for line in list_chat_between(show, *span)] == [""]


def test_a_reply_to_what_is_not_shown_here_is_refused(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    gone = say(show, shopper, "Private")
    chat.remove_message(gone, by=creator.user, reason="Private")
    elsewhere = start_livestream(make_livestream(creator=creator))
    other = say(elsewhere, shopper)
    for public_id in (gone.public_id, other.public_id, "nothing"):
        with pytest.raises(MessageMissing):
            say(show, shopper, "Yes", reply_to=public_id)


def test_one_line_is_up_and_a_second_takes_its_place(
    show: Livestream, shopper: User, creator: Creator, listen: Listen
) -> None:
    first, second = say(show, shopper, "one"), say(show, shopper, "two")
    with listen() as told:
        chat_pins.pin_message(first, by=creator.user)
        chat_pins.pin_message(first, by=creator.user)
        chat_pins.pin_message(second, by=creator.user)
    bodies = [orjson.loads(event.body) for event in told]
    assert [(body["type"], body["id"]) for body in bodies] == [
        ("chat.pinned", first.public_id),
        ("chat.unpinned", first.public_id),
        ("chat.pinned", second.public_id),
    ]
    assert (bodies[2]["text"], bodies[2]["by"]) == ("two", "Ada")
    assert ChatPin.objects.get(removed_at=None).message == second


def test_a_line_is_taken_down_once_and_both_are_written_down(
    show: Livestream, shopper: User, creator: Creator, listen: Listen
) -> None:
    row = say(show, shopper)
    chat_pins.pin_message(row, by=creator.user)
    with listen() as told:
        chat_pins.unpin_message(row, by=creator.user)
        chat_pins.unpin_message(row, by=creator.user)
    assert [event.key for event in told] == [f"line:{row.public_id}"]
    acts = Audit.objects.filter(subject_ref=row.public_id).order_by("id")
    assert [one.action for one in acts] == [
        "livestreams.pin_message",
        "livestreams.unpin_message",
    ]


def test_only_what_all_see_goes_up_while_the_show_is_on_air(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    row = say(show, shopper)
    chat.remove_message(row, by=creator.user, reason="Private")
    with pytest.raises(LineNotShown):
        chat_pins.pin_message(row, by=creator.user)
    other = say(show, shopper)
    end_livestream(show)
    with pytest.raises(ShowNotOnAir):
        chat_pins.pin_message(other, by=creator.user)


def test_the_end_of_a_show_takes_its_line_down(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    chat_pins.pin_message(say(show, shopper), by=creator.user)
    end_livestream(show)
    assert not ChatPin.objects.filter(removed_at=None).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_moderators_put_up_one_line(creator: Creator) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    person = make_user()
    rows = [say(show, person, f"line {n}") for n in range(2)]
    together = threading.Barrier(2)

    def pin(row: ChatMessage) -> None:
        together.wait()
        chat_pins.pin_message(row, by=creator.user)
        connection.close()

    threads = [threading.Thread(target=pin, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ChatPin.objects.filter(removed_at=None).count() == 1
    assert ChatPin.objects.count() == 2
