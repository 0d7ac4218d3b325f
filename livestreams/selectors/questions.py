"""Questions as the room, their askers, the studio and a replay read them."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from livestreams.models import Livestream, Question
from livestreams.models.sayings import say
from livestreams.protocol.asking import QuestionPinned, QuestionTold, QuestionUnpinned
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Event

MOST_TOLD = 500
QUEUE_SHOWN = 40
DISMISSED_SHOWN = 10
EVENT_TYPES = frozenset({QuestionPinned.type})
State = Question.State
WAITING = (State.HELD, State.OPEN, State.HANDED)


@dataclass(frozen=True, slots=True)
class StudioQuestion:
    """A question as the host's side sees it."""

    public_id: str
    name: str
    text: str
    state: str
    why: str
    answer: str
    is_pinned: bool
    at: dt.datetime

    @property
    def is_held(self) -> bool:
        """Whether a moderator must look at it first."""
        return self.state == State.HELD

    @property
    def is_handed(self) -> bool:
        """Whether the moderators have it."""
        return self.state == State.HANDED


@dataclass(frozen=True, slots=True)
class DismissedQuestion:
    """A question that somebody took out, and that can be taken back in one step."""

    public_id: str
    name: str
    text: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class StudioQuestions:
    """What waits and is on screen, and what was dismissed last."""

    queue: tuple[StudioQuestion, ...]
    dismissed: tuple[DismissedQuestion, ...]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question of a show that is over, with what was on screen."""

    name: str
    text: str
    answer: str
    product: str
    at_ms: int
    offset: int


def describe_pinned(question: Question) -> QuestionPinned:
    """Return a question as all see it on screen."""
    return QuestionPinned(
        id=question.public_id,
        name=question.asker_name,
        text=question.text,
        answer=question.answer,
        at=question.asked_at,
    )


def describe_told(question: Question) -> QuestionTold:
    """Return what the asker is told of a question."""
    return QuestionTold(
        id=question.public_id,
        text=question.text,
        state=question.state,
        answer=question.answer,
        explanation=say(question.explanation, language=question.asker.language),
        at=question.asked_at,
    )


def describe_erased(question: Question) -> QuestionTold:
    """Return what ends a question that its asker erased."""
    return QuestionTold(
        id=question.public_id,
        text="",
        state="erased",
        answer="",
        explanation="",
        at=question.asked_at,
    )


def read_questions(public_ids: Collection[str]) -> Mapping[str, Question]:
    """Return questions by public id; no query where none is asked for."""
    if not public_ids:
        return {}
    rows = Question.objects.filter(public_id__in=public_ids)
    return {row.public_id: row for row in rows}


def read_event(public_id: str, asked: Mapping[str, Question]) -> Event:
    """Return what an event of a question says today; what left never comes back."""
    row = asked.get(public_id)
    if row is not None and row.is_pinned:
        return describe_pinned(row)
    return QuestionUnpinned(id=public_id)


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return the question on screen and what each asker knows of theirs.

    What its asker erased is not told again.
    """
    rows = list(
        Question.objects.filter(livestream=livestream)
        .exclude(text="")
        .select_related("asker", "taken_by")
        .order_by("-id")[:MOST_TOLD]
    )
    pinned = Question.objects.filter(livestream=livestream, is_pinned=True)
    shown = [seal(describe_pinned(row), seq=row.seq or 0) for row in pinned]
    told = [seal(describe_told(row), to=row.asker.public_id) for row in reversed(rows)]
    return shown + told


def read_queue(livestream: Livestream) -> tuple[StudioQuestion, ...]:
    """Return the questions that wait, oldest first, and the one on screen."""
    rows = Question.objects.filter(livestream=livestream)
    waiting = rows.filter(state__in=WAITING) | rows.filter(is_pinned=True)
    return tuple(
        StudioQuestion(
            public_id=row.public_id,
            name=row.asker_name,
            text=row.text,
            state=row.state,
            why=say(row.why),
            answer=row.answer,
            is_pinned=row.is_pinned,
            at=row.asked_at,
        )
        for row in waiting.order_by("-is_pinned", "id")[:QUEUE_SHOWN]
    )


def read_studio_questions(livestream: Livestream) -> StudioQuestions:
    """Return the queue and the questions dismissed last; two queries."""
    rows = Question.objects.filter(livestream=livestream, state=State.DISMISSED)
    undoable = rows.filter(taken_by__undone_at=None, taken_by__isnull=False)
    gone = undoable.exclude(text="").select_related("taken_by__by")
    dismissed = tuple(
        DismissedQuestion(
            public_id=row.public_id,
            name=row.asker_name,
            text=row.text,
            by=row.taken_by.by.name if row.taken_by and row.taken_by.by else "",
            reason=say(row.explanation),
        )
        for row in gone.order_by("-taken_by")[:DISMISSED_SHOWN]
    )
    return StudioQuestions(read_queue(livestream), dismissed)


def list_answered(livestream: Livestream) -> list[AnsweredQuestion]:
    """Return what was answered in a show, in its order; one query."""
    rows = Question.objects.filter(
        livestream=livestream, state=State.ANSWERED
    ).select_related("product")
    start = livestream.started_at
    answered = []
    for row in rows.order_by("answered_at", "id"):
        at = row.answered_at or row.asked_at
        answered.append(
            AnsweredQuestion(
                name=row.asker_name,
                text=row.text,
                answer=row.answer,
                product=row.product.shown_title if row.product else "",
                at_ms=int(at.timestamp() * 1000),
                offset=max(0, round((at - (start or at)).total_seconds())),
            )
        )
    return answered
