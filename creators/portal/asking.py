"""The studio's acts on questions and polls (C2)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from creators.portal.moderating import say_why
from livestreams.access.asking import get_poll_for, get_question_for
from livestreams.access.studio import Seat
from livestreams.errors.asking import QuestionMissing
from livestreams.errors.moderation import ActionUndone
from livestreams.models import Question
from livestreams.services import polls, questions, removals
from shopfront.models import User


def change_question(request: HttpRequest, seat: Seat) -> str:
    """Answer, pin, hand over, let in, dismiss or take back; return what to say.

    Raises:
        QuestionMissing: the show has no such question, or we no such act.
        ActionUndone: a question that is taken back waits again, or was never out.
    """
    question = get_question_for(seat.livestream, request.POST.get("question", ""))
    act = QUESTION_ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise QuestionMissing
    return act(question, seat.person, request)


def open_poll(request: HttpRequest, seat: Seat) -> str:
    """Open a poll with the options that were written."""
    polls.open_poll(
        seat.livestream,
        question=request.POST.get("question", ""),
        options=request.POST.getlist("option"),
        by=seat.person,
    )
    return _("The poll is open.")


def close_poll(request: HttpRequest, seat: Seat) -> str:
    """Close a poll and keep its result."""
    polls.close_poll(get_poll_for(seat.livestream, request.POST.get("poll", "")))
    return _("The poll is closed. Its result is kept.")


def _answer_aloud(question: Question, by: User, _request: HttpRequest) -> str:
    questions.answer_question(question, by=by)
    return _("Marked as answered aloud.")


def _answer(question: Question, by: User, request: HttpRequest) -> str:
    words = request.POST.get("answer", "")
    questions.answer_in_writing(question, by=by, answer=words)
    return _("The answer is kept, and the asker reads it.")


def _pin(question: Question, by: User, _request: HttpRequest) -> str:
    questions.pin_question(question, by=by)
    return _("The question is on screen.")


def _unpin(question: Question, _by: User, _request: HttpRequest) -> str:
    questions.unpin_question(question)
    return ""


def _hand(question: Question, by: User, _request: HttpRequest) -> str:
    questions.hand_question(question, by=by)
    return _("The moderators have it.")


def _allow(question: Question, by: User, _request: HttpRequest) -> str:
    questions.allow_question(question, by=by)
    return _("The question is in the queue.")


def _dismiss(question: Question, by: User, request: HttpRequest) -> str:
    reason = say_why(request, _("The host does not take this question."))
    questions.dismiss_question(question, by=by, reason=reason)
    return _("Dismissed, and the asker is told.")


def _undo(question: Question, by: User, _request: HttpRequest) -> str:
    if question.taken_by is None:
        raise ActionUndone
    reason = _("Undone in the studio.")
    removals.undo_action(question.taken_by, by=by, reason=reason)
    return _("The question is back where it was, and the asker is told.")


QUESTION_ACTS: dict[str, Callable[[Question, User, HttpRequest], str]] = {
    "aloud": _answer_aloud,
    "answer": _answer,
    "pin": _pin,
    "unpin": _unpin,
    "hand": _hand,
    "allow": _allow,
    "dismiss": _dismiss,
    "undo": _undo,
}
