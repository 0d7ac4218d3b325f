"""Questions: their own queue, one on screen, answers kept, nothing comes back."""

import datetime as dt

import orjson
import pytest
import time_machine

from catalog.models import Product
from creators.models import Creator
from livestreams.errors import ChatBlocked, ChatClosed, LinksDenied, MessageEmpty, Muted
from livestreams.errors.asking import AskedJustNow, QuestionDecided
from livestreams.errors.moderation import ActionUndone, OwnDecision
from livestreams.models import (
    ChatMessage,
    Livestream,
    ModerationAction,
    Question,
    RoomEvent,
    WordList,
)
from livestreams.selectors.moderation import list_own_actions
from livestreams.selectors.own_chat import count_own_chat, list_own_chat
from livestreams.selectors.questions import (
    list_answered,
    read_queue,
    read_studio_questions,
)
from livestreams.selectors.room import list_events
from livestreams.services import (
    appeals,
    pins,
    questions,
    removals,
    sanctions,
    sweeps,
)
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


@pytest.mark.parametrize("state", [State.HELD, State.HANDED, State.ANSWERED])
def test_a_dismissal_is_an_act_that_is_told_appealed_and_undone(
    show: Livestream,
    shopper: User,
    stranger: User,
    creator: Creator,
    staff: User,
    listen: Listen,
    state: State,
) -> None:
    question = ask(show, shopper)
    Question.objects.update(state=state, why="words", answer="Oak.")
    questions.dismiss_question(question, by=creator.user, reason="Spam")
    questions.dismiss_question(question, by=staff, reason="Twice")
    (own,) = list_own_actions(shopper)
    assert (own.texts, own.reason, own.by) == (
        ("Is it oak?",),
        "Spam",
        creator.user.name,
    )
    assert list_own_actions(stranger) == []
    (gone,) = read_studio_questions(show).dismissed
    assert (gone.text, gone.reason, gone.by) == ("Is it oak?", "Spam", own.by)
    assert [line.why for line in list_own_chat(shopper)] == ["Spam"]
    action = ModerationAction.objects.get()
    appeal = appeals.open_appeal(action, person=shopper, text="It was no spam")
    with pytest.raises(OwnDecision):
        removals.grant_appeal(appeal, by=creator.user, answer="No")
    with listen() as told:
        removals.grant_appeal(appeal, by=staff, answer="You are right")
    assert orjson.loads(told[-1].body)["state"] == state
    back = Question.objects.get()
    assert (back.state, back.why, back.answer) == (state, "words", "Oak.")
    assert not read_studio_questions(show).dismissed
    assert list_own_actions(shopper)[0].undone_at is not None


def test_an_undo_puts_back_no_more_than_its_own_act_took(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    question = ask(show, shopper)
    questions.pin_question(question, by=creator.user)
    questions.dismiss_question(question, by=creator.user, reason="Spam")
    first = ModerationAction.objects.get()
    removals.undo_action(first, by=creator.user, reason="Mistake")
    question.refresh_from_db()
    assert (question.state, question.is_pinned) == (State.OPEN, False)
    questions.dismiss_question(question, by=creator.user, reason="Rude")
    with pytest.raises(ActionUndone):
        removals.undo_action(first, by=creator.user, reason="Again")
    erase_chat(shopper, by=shopper)
    second = ModerationAction.objects.exclude(pk=first.pk).get()
    removals.undo_action(second, by=creator.user, reason="Mistake")
    question.refresh_from_db()
    assert (question.state, question.text) == (State.DISMISSED, "")


def test_a_dismissed_question_is_no_offence_of_its_asker(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    for number in range(sweeps.REPEAT_ACTS):
        question = Question.objects.create(
            livestream=show, asker=shopper, asker_name="Sam", text=f"Oak {number}?"
        )
        questions.dismiss_question(question, by=creator.user, reason="No time")
    assert sweeps.mute_repeaters() == 0


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
