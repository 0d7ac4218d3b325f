"""Acts that meet in one room lock in one order: none waits until PostgreSQL ends it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, transaction

from creators.models import Creator
from livestreams.models import (
    ChatMessage,
    Livestream,
    ModerationAction,
    Question,
    RoomEvent,
    Sanction,
)
from livestreams.services import (
    actions,
    appeals,
    chat,
    chat_pins,
    erasure,
    moderation,
    polls,
    questions,
    removals,
    reports,
    room,
    sanctions,
    sweeps,
)
from livestreams.services.shows import end_livestream
from shopfront.common import clock
from tests.factories import make_livestream, make_user
from tests.meeting import Act, meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

Pair = tuple[Act, Act]
FLOODS = ("buy followers at the corner", "cheap watches in my profile")


def say(show: Livestream, text: str = "Hello") -> ChatMessage:
    author = make_user()
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=text,
        )
    )


def make_mute(show: Livestream) -> Sanction:
    line = say(show)
    return sanctions.mute_person(
        show,
        line.author,
        by=show.creator.user,
        reason="Rude",
        until=clock.now().replace(year=clock.now().year + 1),
        is_wiping=True,
    )


def undo(mute: Sanction) -> Act:
    action = ModerationAction.objects.get(sanction=mute)
    return lambda: removals.undo_action(action, by=make_user(), reason="Mistake")


def lift(mute: Sanction) -> Act:
    return lambda: sanctions.lift_sanction(mute, by=make_user(), reason="Enough")


def undo_and_lift(show: Livestream) -> Pair:
    mute = make_mute(show)
    return undo(mute), lift(mute)


def undo_and_grant(show: Livestream) -> Pair:
    mute = make_mute(show)
    assert mute.action is not None
    appeal = appeals.open_appeal(mute.action, person=mute.user, text="I was not rude")
    return undo(mute), lambda: removals.grant_appeal(
        appeal, by=make_user(), answer="True"
    )


def undo_and_mute_for_longer(show: Livestream) -> Pair:
    mute = make_mute(show)
    return undo(mute), lambda: sanctions.mute_person(
        show, mute.user, by=make_user(), reason="Ruder", is_wiping=True
    )


def remove_and_let_stand(show: Livestream) -> Pair:
    line, by = say(show), show.creator.user
    reports.report_message(line, reporter=make_user(), reason="rude")
    return (
        lambda: chat.remove_message(line, by=by, reason="Rude"),
        lambda: moderation.let_stand(line, by=make_user(), reason="Not rude"),
    )


def hold_two_floods_and_remove(show: Livestream) -> Pair:
    lines = [say(show, text) for text in FLOODS for _ in range(sweeps.FLOOD_ACCOUNTS)]
    # The newest words are held first.
    return sweeps.hold_floods, lambda: chat.remove_message(
        lines[0], by=show.creator.user, reason="Spam"
    )


def fill_screen(show: Livestream) -> tuple[Act, ChatMessage, Act]:
    """Put a question, a poll and a line up; return the end and what takes them down."""
    line, host = say(show), show.creator.user
    draft = chat.NewMessage(
        livestream=show.public_id,
        person=make_user().public_id,
        badges=(),
        text="Is it oak?",
    )
    questions.pin_question(questions.ask_question(draft), by=host)
    chat_pins.pin_message(line, by=host)
    poll = polls.open_poll(show, question="Which?", options=["Oak", "Ash"], by=host)
    return (
        lambda: end_livestream(show, by=host),
        line,
        lambda: polls.close_poll(poll),
    )


def end_and_close_poll(show: Livestream) -> Pair:
    end, _, close = fill_screen(show)
    return end, close


def end_and_unpin_line(show: Livestream) -> Pair:
    end, line, _ = fill_screen(show)
    return end, lambda: chat_pins.unpin_message(line, by=show.creator.user)


def end_and_dismiss(show: Livestream) -> Pair:
    end, _, _ = fill_screen(show)
    question, host = Question.objects.get(livestream=show), show.creator.user
    return end, lambda: questions.dismiss_question(question, by=host, reason="Rude")


def undo_dismissal_and_erase(show: Livestream) -> Pair:
    fill_screen(show)
    question, host = Question.objects.get(livestream=show), show.creator.user
    questions.dismiss_question(question, by=host, reason="Rude")
    action = ModerationAction.objects.get()
    return (
        lambda: removals.undo_action(action, by=make_user(), reason="Mistake"),
        lambda: erasure.erase_chat(question.asker, by=question.asker),
    )


@pytest.mark.parametrize(
    ("prepare", "after"),
    [
        (undo_and_lift, (actions, "mark_undone")),
        (undo_and_grant, (actions, "mark_undone")),
        (undo_and_mute_for_longer, (actions, "mark_undone")),
        (remove_and_let_stand, (room, "take_numbers")),
        (hold_two_floods_and_remove, (room, "take_numbers")),
        (end_and_close_poll, (room, "take_numbers")),
        (end_and_unpin_line, (room, "take_numbers")),
        (end_and_dismiss, (room, "take_numbers")),
        (undo_dismissal_and_erase, (questions, "give_back")),
    ],
)
def test_two_acts_that_meet_both_come_through(
    creator: Creator,
    prepare: Callable[[Livestream], Pair],
    after: tuple[Any, str],
) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    holder, other = prepare(show)
    faults = meet(holder, other, after=after)
    assert not any(isinstance(fault, OperationalError) for fault in faults)


def test_a_question_erased_while_its_dismissal_is_undone_stays_away(
    creator: Creator,
) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    undo, erase = undo_dismissal_and_erase(show)
    assert meet(undo, erase, after=(questions, "give_back")) == []
    question = Question.objects.get(livestream=show)
    assert (question.state, question.text) == (Question.State.DISMISSED, "")


def test_a_question_erased_while_it_goes_on_screen_leaves_it(
    creator: Creator,
) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    draft = chat.NewMessage(
        livestream=show.public_id,
        person=make_user().public_id,
        badges=(),
        text="Is it oak?",
    )
    question = questions.ask_question(draft)
    faults = meet(
        lambda: questions.pin_question(question, by=creator.user),
        lambda: erasure.erase_chat(question.asker, by=question.asker),
        after=(questions, "clear_screen"),
    )
    assert faults == []
    question.refresh_from_db()
    assert (question.text, question.is_pinned) == ("", False)
    told = RoomEvent.objects.filter(livestream=show).order_by("seq")
    names = list(told.values_list("type", flat=True))
    assert names == ["question.pinned", "question.unpinned"]


def test_an_act_against_the_order_would_stand_still(creator: Creator) -> None:
    """Negative control: the numbers first, then the line, and PostgreSQL ends one."""
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    line = say(show)

    def remove_crosswise() -> None:
        with transaction.atomic():
            room.take_numbers(show, 1)
            ChatMessage.objects.select_for_update().get(pk=line.pk)

    faults = meet(
        remove_crosswise,
        lambda: chat.remove_message(line, by=creator.user, reason="Rude"),
        after=(room, "take_numbers"),
    )
    assert [type(fault) for fault in faults] == [OperationalError]
