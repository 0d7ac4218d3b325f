"""Questions: asked apart from the chat, answered aloud or in writing (C2)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F

from livestreams.errors import MessageEmpty, ShowNotOnAir
from livestreams.errors.asking import AskedJustNow, QuestionDecided
from livestreams.errors.shield import QuestionAboutPerson, QuestionForTheShop
from livestreams.models import (
    ChatMessage,
    Livestream,
    ModerationAction,
    Pin,
    Question,
    Shielding,
)
from livestreams.protocol.asking import QuestionUnpinned
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import Event
from livestreams.selectors.questions import (
    WAITING,
    describe_erased,
    describe_pinned,
    describe_told,
)
from livestreams.services import actions, room, shield
from livestreams.services.chat import NewMessage, draft_message
from livestreams.services.shieldings import DANGER_TOPIC
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

BETWEEN = dt.timedelta(minutes=1)
State = Question.State


def ask_question(message: NewMessage) -> Question:
    """Put a question into the show's queue; doubtful words wait for a moderator.

    What is asked about danger is told to staff at once, as in the chat.

    Raises:
        QuestionForTheShop: it is about an order.
        QuestionAboutPerson: it is about the host's person.
        AskedJustNow: the person asked less than a minute ago and it still waits.
        DomainError: any reason for which the chat would refuse the words.

    Locks: the asker's row, so that two sockets ask once.
    """
    with transaction.atomic():
        draft = draft_message(message)
        kind = _check_subject(draft)
        User.objects.select_for_update(no_key=True).get(pk=draft.author_id)
        _check_pace(draft)
        is_held = draft.state == ChatMessage.State.HELD
        question = Question.objects.create(
            livestream=draft.livestream,
            asker=draft.author,
            asker_name=draft.author_name,
            text=draft.text,
            state=State.HELD if is_held else State.OPEN,
            why=draft.why if is_held else "",
            is_about_danger=kind == Shielding.Kind.DANGER,
        )
        if question.is_about_danger:
            show = question.livestream.public_id
            outbox.post(DANGER_TOPIC, question.public_id, {"show": show})
        _tell_asker(question)
    return question


def allow_question(question: Question, *, by: User) -> None:
    """Let a held question into the queue. Safe to repeat: yes."""
    with transaction.atomic():
        if _move(question, (State.HELD,), State.OPEN, by, why=""):
            _tell_asker(question)


def hand_question(question: Question, *, by: User) -> None:
    """Hand a question to the moderators, who answer it in writing.

    Raises:
        QuestionDecided: it was answered or dismissed.
    """
    with transaction.atomic():
        if not _move(question, (State.OPEN, State.HANDED), State.HANDED, by):
            raise QuestionDecided
        _tell_asker(question)


def pin_question(question: Question, *, by: User) -> None:
    """Put a question on screen in place of the one that is there.

    Raises:
        ShowNotOnAir: the show is not live or paused.
        QuestionDecided: it was dismissed, or nobody has looked at its words yet.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(
            pk=question.livestream_id
        )
        if not show.is_on_air:
            raise ShowNotOnAir
        question.refresh_from_db()
        if question.is_pinned:
            return
        if question.state in {State.HELD, State.DISMISSED}:
            raise QuestionDecided
        events = clear_screen(show)
        question.is_pinned, question.decided_by = True, by
        question.save(update_fields=["is_pinned", "decided_by"])
        _announce_pinned(question, events)


def unpin_question(question: Question) -> None:
    """Take a question off the screen. Safe to repeat: yes."""
    _clear(question.livestream)


def answer_question(question: Question, *, by: User, answer: str = "") -> None:
    """Mark a question answered, aloud or in writing, with the product on screen.

    One answered aloud leaves the screen; a written answer joins it there.

    Raises:
        QuestionDecided: it was answered in writing before, or dismissed.

    Locks: the livestream's row.
    """
    answer = answer.strip()[:500]
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(
            pk=question.livestream_id
        )
        sources = (*WAITING, State.ANSWERED) if answer else WAITING
        moved = _move(
            question,
            [state for state in sources if state != State.HELD],
            State.ANSWERED,
            by,
            answer=answer,
            product=_find_product(show),
            answered_at=clock.now(),
        )
        if not moved:
            raise QuestionDecided
        _tell_asker(question)
        if question.is_pinned and answer:
            _announce_pinned(question, [])
        elif question.is_pinned:
            _clear(show)


def answer_in_writing(question: Question, *, by: User, answer: str) -> None:
    """Keep a written answer, which must say something.

    Raises:
        MessageEmpty: nothing is written.
        QuestionDecided: it was dismissed.
    """
    if not answer.strip():
        raise MessageEmpty
    answer_question(question, by=by, answer=answer)


def dismiss_question(question: Question, *, by: User, reason: str) -> None:
    """Take a question out of the queue and off the screen, as an act (C9).

    The asker reads why and may appeal; `removals.undo_action` takes it back.

    Locks: the livestream's row, the question, then the room's sequence row.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(
            pk=question.livestream_id
        )
        sources = (*WAITING, State.ANSWERED)
        rows = Question.objects.filter(pk=question.pk, state__in=sources)
        if not rows.update(state=State.DISMISSED, state_before=F("state")):
            return
        _note_dismissal(question, by=by, reason=reason)
        if question.is_pinned:
            _clear(show)
        _tell_asker(question)


def give_back(action: ModerationAction) -> bool:
    """Put the question that an act dismissed back as it was; return whether it was.

    One that its asker erased meanwhile stays away. It does not come on screen again.

    Locks: the question.
    """
    taken = Question.objects.filter(taken_by=action, state=State.DISMISSED)
    related = taken.exclude(text="").select_related("livestream", "asker")
    question = related.select_for_update(of=("self",)).first()
    if question is None:
        return False
    question.state, question.state_before = question.state_before, ""
    question.taken_by = None
    question.save(update_fields=["state", "state_before", "taken_by"])
    _tell_asker(question)
    return True


def clear_screen(livestream: Livestream) -> list[Event]:
    """Unpin what is on screen in the open transaction and return what says so."""
    pinned = Question.objects.select_for_update(of=("self",)).filter(
        livestream=livestream, is_pinned=True
    )
    rows = list(pinned)
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(is_pinned=False)
    return [QuestionUnpinned(id=row.public_id) for row in rows]


def erase_questions(user: User) -> int:
    """Erase text, answer and name of all that a person asked; return how many.

    Locks: a show's row, its questions of this person in key order, then the room's
    sequence row; show by show. Safe to repeat: yes.
    """
    asked = Question.objects.filter(asker=user).exclude(text="")
    shows = Livestream.objects.filter(pk__in=asked.order_by().values("livestream"))
    return sum(_erase_in(show, user) for show in shows.order_by("pk"))


def _erase_in(livestream: Livestream, user: User) -> int:
    with transaction.atomic():
        # Who puts a question on screen has done so before, or reads that it is gone.
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        asked = Question.objects.filter(livestream=show, asker=user).exclude(text="")
        rows = list(asked.select_for_update(of=("self",)).order_by("pk"))
        if any(row.is_pinned for row in rows):
            _clear(show)
        Question.objects.filter(pk__in=[row.pk for row in rows]).update(
            text="", answer="", asker_name="", why="", state=State.DISMISSED
        )
        told = [seal(describe_erased(row), to=user.public_id) for row in rows]
        if told:
            room.announce(show, told)
    return len(rows)


def _check_subject(draft: ChatMessage) -> str:
    """Refuse what the shield keeps from the host; say what else a question is about."""
    kind = shield.weigh(draft.text, draft.livestream.language).kind
    if kind == Shielding.Kind.COMPLAINT:
        raise QuestionForTheShop
    if kind == Shielding.Kind.REMARK:
        raise QuestionAboutPerson
    return kind


def _check_pace(draft: ChatMessage) -> None:
    now = clock.now()
    last = (
        Question.objects.filter(
            livestream=draft.livestream,
            asker=draft.author,
            state__in=WAITING,
            asked_at__gt=now - BETWEEN,
        )
        .order_by("-asked_at")
        .first()
    )
    if last is not None:
        wait = (last.asked_at + BETWEEN - now).total_seconds()
        raise AskedJustNow(extra={"retry_after": round(wait, 1)})


def _move(
    question: Question,
    sources: tuple[str, ...] | list[str],
    target: str,
    by: User,
    **changes: Any,
) -> bool:
    """Change state where it is still one of the sources; read the row anew."""
    rows = Question.objects.filter(pk=question.pk, state__in=sources)
    moved = rows.update(state=target, decided_by=by, **changes)
    question.refresh_from_db()
    return bool(moved)


def _note_dismissal(question: Question, *, by: User, reason: str) -> None:
    """Record who took a question out and why, and read the row anew."""
    action = actions.record(
        actions.Kind.DISMISS,
        question.livestream,
        person=question.asker,
        by=by,
        reason=reason,
    )
    Question.objects.filter(pk=question.pk).update(taken_by=action)
    question.refresh_from_db()
    audit.record(
        "livestreams.dismiss_question",
        actor=by,
        subject_kind="question",
        subject_ref=question.public_id,
        reason=reason,
    )


def _clear(livestream: Livestream) -> None:
    with transaction.atomic():
        events = clear_screen(livestream)
        if events:
            room.append_events(livestream, events)


def _announce_pinned(question: Question, before: list[Event]) -> None:
    events = [*before, describe_pinned(question)]
    first = room.append_events(question.livestream, events)
    question.seq = first + len(before)
    question.save(update_fields=["seq"])


def _find_product(livestream: Livestream) -> Any:
    """Return the product pinned last and still on screen, if any."""
    pin = (
        Pin.objects.filter(livestream=livestream, removed_at=None)
        .select_related("product")
        .order_by("-placed_at", "-id")
        .first()
    )
    return pin.product if pin else None


def _tell_asker(question: Question) -> None:
    event = describe_told(question)
    told = seal(event, to=question.asker.public_id)
    room.announce(question.livestream, [told])
