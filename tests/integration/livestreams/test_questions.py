"""Questions: their own queue, one on screen, answers kept, nothing comes back."""

import datetime as dt

import orjson
import pytest
import time_machine

from catalog.models import Product
from creators.models import Creator
from livestreams.errors import ChatBlocked, ChatClosed, LinksDenied, MessageEmpty, Muted
from livestreams.errors.asking import AskedJustNow, QuestionDecided
from livestreams.models import ChatMessage, Livestream, Question, RoomEvent, WordList
from livestreams.selectors.own_chat import count_own_chat, list_own_chat
from livestreams.selectors.questions import list_answered, read_queue
from livestreams.selectors.room import list_events
from livestreams.services import pins, questions, sanctions
from livestreams.services.chat import NewMessage
from livestreams.services.erasure import erase_chat
from livestreams.services.shows import end_livestream
from shopfront.common import clock
from shopfront.models import User
from tests.integration.livestreams.conftest import Listen, Told

pytestmark = pytest.mark.django_db
State = Question.State


def ask(show: Livestream, person: User, text: str = "Is it oak?") -> Question:
    return questions.ask_question(
        NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def words_told(told: Told) -> list[tuple[str, str]]:
    return [(orjson.loads(one.body)["type"], one.to) for one in told]


def test_a_question_waits_apart_from_the_chat_and_only_its_asker_is_told(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    with listen() as told:
        question = ask(show, shopper)
    assert question.state == State.OPEN
    assert words_told(told) == [("question.told", shopper.public_id)]
    assert not ChatMessage.objects.exists()
    assert [item.text for item in read_queue(show)] == ["Is it oak?"]


def test_one_open_question_per_person_and_minute(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False) as traveller:
        first = ask(show, shopper)
        with pytest.raises(AskedJustNow) as caught:
            ask(show, shopper, "And ash?")
        assert caught.value.extra == {"retry_after": 60.0}
        ask(show, stranger)
        questions.answer_question(first, by=creator.user)
        ask(show, shopper, "And ash?")
        traveller.move_to(now + dt.timedelta(seconds=61))
        ask(show, shopper, "And elm?")


def test_questions_keep_to_the_rules_of_the_chat(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    WordList.objects.create(language="en", severity="block", words=["badword"])
    for text, error in (
        ("badword?", ChatBlocked),
        ("see https://scam.example", LinksDenied),
        ("  ", MessageEmpty),
    ):
        with pytest.raises(error):
            ask(show, shopper, text)
    sanctions.mute_person(show, shopper, by=creator.user, reason="Spam")
    with pytest.raises(Muted):
        ask(show, shopper)
    end_livestream(show)
    with pytest.raises(ChatClosed):
        ask(show, shopper)
    assert not Question.objects.exists()


def test_doubtful_words_wait_for_a_moderator_and_cannot_be_pinned(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    question = ask(show, shopper, "Is it rubbish?")
    assert question.state == State.HELD
    with pytest.raises(QuestionDecided):
        questions.pin_question(question, by=creator.user)
    with pytest.raises(QuestionDecided):
        questions.answer_question(question, by=creator.user)
    questions.allow_question(question, by=creator.user)
    questions.pin_question(question, by=creator.user)
    assert Question.objects.get().is_pinned


def test_flagged_words_let_a_question_into_the_queue_without_a_reason(
    show: Livestream, shopper: User
) -> None:
    WordList.objects.create(language="en", severity="flag", words=["fake"])
    question = ask(show, shopper, "Is it fake?")
    assert (question.state, question.why) == (State.OPEN, "")


def test_one_question_is_on_screen_and_the_next_takes_its_place(
    show: Livestream, shopper: User, stranger: User, creator: Creator, listen: Listen
) -> None:
    first, second = ask(show, shopper), ask(show, stranger, "And ash?")
    questions.pin_question(first, by=creator.user)
    with listen() as told:
        questions.pin_question(second, by=creator.user)
        questions.pin_question(second, by=creator.user)
    assert [kind for kind, _ in words_told(told)] == [
        "question.unpinned",
        "question.pinned",
    ]
    assert Question.objects.get(is_pinned=True) == second
    questions.unpin_question(second)
    assert not Question.objects.filter(is_pinned=True).exists()


def test_an_answer_stays_with_the_product_on_screen_for_the_replay(
    show: Livestream,
    shopper: User,
    stranger: User,
    creator: Creator,
    product: Product,
    listen: Listen,
) -> None:
    aloud, written = ask(show, shopper), ask(show, stranger, "And ash?")
    questions.answer_question(aloud, by=creator.user)
    pins.place_pin(show, product, by=creator.user)
    questions.hand_question(written, by=creator.user)
    with pytest.raises(MessageEmpty):
        questions.answer_in_writing(written, by=creator.user, answer=" ")
    with listen() as told:
        questions.answer_in_writing(written, by=creator.user, answer="Ash too.")
    assert orjson.loads(told[0].body)["answer"] == "Ash too."
    kept = [(one.text, one.answer, one.product) for one in list_answered(show)]
    assert kept == [("Is it oak?", "", ""), ("And ash?", "Ash too.", product.title)]
    assert read_queue(show) == ()
    with pytest.raises(QuestionDecided):
        questions.hand_question(written, by=creator.user)


def test_one_answered_aloud_leaves_the_screen_a_written_answer_joins_it(
    show: Livestream, shopper: User, stranger: User, creator: Creator, listen: Listen
) -> None:
    first = ask(show, shopper)
    questions.pin_question(first, by=creator.user)
    questions.answer_question(first, by=creator.user)
    assert not Question.objects.filter(is_pinned=True).exists()
    second = ask(show, stranger)
    questions.pin_question(second, by=creator.user)
    with listen() as told:
        questions.answer_in_writing(second, by=creator.user, answer="Oak.")
    assert ("question.pinned", "") in words_told(told)


def test_dismissed_words_never_come_back(
    show: Livestream, shopper: User, creator: Creator, listen: Listen
) -> None:
    question = ask(show, shopper, "secret?")
    questions.pin_question(question, by=creator.user)
    with listen() as told:
        for _ in range(2):
            questions.dismiss_question(question, by=creator.user, reason="Private")
    kinds = [kind for kind, _ in words_told(told)]
    assert kinds == ["question.unpinned", "question.told"]
    bodies = b"".join(one.body for one in list_events(show.public_id, after=0))
    assert b"secret" not in bodies
    stored = RoomEvent.objects.get(livestream=show, type="question.pinned")
    assert stored.body == {"id": question.public_id}


def test_the_end_of_the_show_clears_the_screen(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    questions.pin_question(ask(show, shopper), by=creator.user)
    end_livestream(show)
    assert not Question.objects.filter(is_pinned=True).exists()


def test_erasing_a_persons_chat_erases_their_questions(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    question = ask(show, shopper, "secret?")
    questions.pin_question(question, by=creator.user)
    assert [line.text for line in list_own_chat(shopper)] == ["secret?"]
    assert count_own_chat(shopper) == 1
    assert erase_chat(shopper, by=shopper) == 1
    question.refresh_from_db()
    assert (question.text, question.asker_name, question.is_pinned) == ("", "", False)
    assert erase_chat(shopper, by=shopper) == 0
