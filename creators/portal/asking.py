"""The studio's acts on questions and polls (C2)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from livestreams.access.asking import get_poll_for, get_question_for
from livestreams.access.studio import Seat
from livestreams.errors.asking import QuestionMissing
from livestreams.models import Question
from livestreams.services import polls, questions
from shopfront.models import User


def change_question(request: HttpRequest, seat: Seat) -> str:
    """Answer, pin, hand over, let in or dismiss a question; return what to say.

    Raises:
        QuestionMissing: the show has no such question, or we no such act.
    """
    question = get_question_for(seat.livestream, request.POST.get("question", ""))
    act = QUESTION_ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise QuestionMissing
    return act(question, seat.person, request.POST.get("answer", ""))


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


def _answer_aloud(question: Question, by: User, _words: str) -> str:
    questions.answer_question(question, by=by)
    return _("Marked as answered aloud.")


def _answer(question: Question, by: User, words: str) -> str:
    questions.answer_in_writing(question, by=by, answer=words)
    return _("The answer is kept, and the asker reads it.")


def _pin(question: Question, by: User, _words: str) -> str:
    questions.pin_question(question, by=by)
    return _("The question is on screen.")


def _unpin(question: Question, _by: User, _words: str) -> str:
    questions.unpin_question(question)
    return ""


def _hand(question: Question, by: User, _words: str) -> str:
    questions.hand_question(question, by=by)
    return _("The moderators have it.")


def _allow(question: Question, by: User, _words: str) -> str:
    questions.allow_question(question, by=by)
    return _("The question is in the queue.")


def _dismiss(question: Question, by: User, _words: str) -> str:
    reason = _("The host does not take this question.")
    questions.dismiss_question(question, by=by, reason=reason)
    return _("Dismissed, and the asker is told.")


QUESTION_ACTS: dict[str, Callable[[Question, User, str], str]] = {
    "aloud": _answer_aloud,
    "answer": _answer,
    "pin": _pin,
    "unpin": _unpin,
    "hand": _hand,
    "allow": _allow,
    "dismiss": _dismiss,
}
