"""Many messages taken away at once, and every act taken back in one step (C5, C9)."""

from django.db import transaction
from django.db.models import QuerySet

from livestreams.errors.moderation import PhraseTooShort
from livestreams.models import (
    Appeal,
    ChatMessage,
    Livestream,
    ModerationAction,
    Report,
    Sanction,
)
from livestreams.models.sayings import Saying, keep
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import ChatRemoved, Event
from livestreams.selectors.moderation import select_left
from livestreams.selectors.room import describe_held, describe_message
from livestreams.services import (
    actions,
    appeals,
    chat_pins,
    questions,
    reports,
    room,
    shield_mode,
    shieldings,
)
from livestreams.services.minutes import count_messages
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

REST_TOPIC = "livestreams.phrase_goes_on"
BACK_TOPIC = "livestreams.undo_goes_on"
LEAST_PHRASE = 3
MOST_AT_ONCE = 5_000
"""How many lines one transaction takes or gives back; the outbox goes on with more."""
IN_ROOM = (ChatMessage.State.VISIBLE, ChatMessage.State.HELD)


def remove_phrase(livestream: Livestream, phrase: str, *, by: User) -> ModerationAction:
    """Take away every line of a room that holds a phrase; the host's side is spared.

    Those written until now: the first portion at once, the others by `take_rest`.

    Raises:
        PhraseTooShort: it would take nearly everything.

    Locks: the lines in key order, then the room's sequence row.
    Safe to repeat: yes; lines that are gone are not taken again.
    """
    wanted = check_phrase(phrase)
    with transaction.atomic():
        reason = keep(Saying.PHRASE)
        action = actions.record(
            actions.Kind.PHRASE, livestream, by=by, reason=reason, phrase=wanted
        )
        _take_portion(action)
        payload = {"action": action.public_id}
        outbox.post(REST_TOPIC, action.public_id, payload)
    return action


def take_rest(message: Outbox) -> None:
    """Take away the next lines with a phrase: more than a portion, or on their way.

    A line on its way was written before the act and stored after it. An act that is
    taken back takes no more.

    Locks: the room's sequence row, in a transaction of its own: who stores a line
    has it then, or wrote it later. Then the act's row, the lines in key order, and
    the sequence row. Safe to repeat: yes.
    """
    rows = ModerationAction.objects.select_related("livestream")
    known = rows.filter(public_id=message.payload["action"]).first()
    if known is None:
        return
    room.await_chat(known.livestream)
    with transaction.atomic():
        action = actions.lock(known)
        gone = _take_portion(action) if action.undone_at is None else []
        if len(gone) == MOST_AT_ONCE:
            key = f"{action.public_id}:{gone[-1].pk}"
            outbox.post(REST_TOPIC, key, message.payload)


def check_phrase(phrase: str) -> str:
    """Return a phrase without needless space.

    Raises:
        PhraseTooShort: it would take nearly everything.
    """
    wanted = " ".join(phrase.split())[:100]
    if len(wanted) < LEAST_PHRASE:
        raise PhraseTooShort
    return wanted


def take_away(
    action: ModerationAction, chosen: QuerySet[ChatMessage]
) -> list[ChatMessage]:
    """Remove lines of one show in the open transaction, with one word to the room.

    Their open reports are upheld; each author reads why.

    Locks: the lines in key order, then the room's sequence row.
    """
    rows = lock_lines(chosen.filter(state__in=IN_ROOM))
    if not rows:
        return []
    ChatMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=ChatMessage.State.REMOVED,
        why=action.reason,
        decided_by=action.by,
        looked_at=clock.now(),
        taken_by=action,
    )
    for row in rows:
        row.state, row.why = ChatMessage.State.REMOVED, action.reason
    _tell_gone(action.livestream, rows)
    _uphold(rows, action.by, action.reason)
    return rows


def hold_back(
    action: ModerationAction, chosen: QuerySet[ChatMessage]
) -> list[ChatMessage]:
    """Hold lines that all saw, until a moderator decides, in the open transaction.

    Each author reads why and sees it still; nobody else does.

    Locks: the lines in key order, then the room's sequence row.
    """
    rows = lock_lines(chosen.filter(state=ChatMessage.State.VISIBLE))
    if not rows:
        return []
    ChatMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=ChatMessage.State.HELD,
        why=action.reason,
        looked_at=clock.now(),
        taken_by=action,
    )
    for row in rows:
        row.state, row.why = ChatMessage.State.HELD, action.reason
    _hide(action.livestream, rows)
    count_messages(action.livestream, held=len(rows))
    _tell_authors(action.livestream, rows, "held")
    return rows


def undo_action(
    action: ModerationAction, *, by: User | None, reason: str
) -> ModerationAction:
    """Take back an act in one step: rights, words and shield mode as before.

    What another act took since, and what its author erased, stays away.

    Raises:
        ActionUndone: somebody was first.

    Locks: the show's row for its shield; the act's row, its sanction's, its open
    appeals, its lines in key order or its question, then the room's sequence row.
    """
    with transaction.atomic():
        if action.kind == actions.Kind.SHIELD:
            shield_mode.lower_shield(action.livestream)
        actions.mark_undone(action, by=by, reason=reason)
        Sanction.objects.filter(action=action, lifted_at=None).update(
            lifted_at=clock.now()
        )
        appeals.grant_open(action, by=by, answer=reason)
        if action.kind == actions.Kind.DISMISS:
            questions.give_back(action)
        else:
            give_back(action)
    return action


def grant_appeal(appeal: Appeal, *, by: User, answer: str) -> Appeal:
    """Take back an act, or of an act on many this person's part, and tell them.

    Raises:
        OwnDecision: the same person acted, or appeals.
        AppealDecided: somebody was first.

    Locks: the act's row, the appeal's, then as `undo_action` does.
    """
    with transaction.atomic():
        state = Appeal.State.GRANTED
        action = actions.lock(appeal.action)
        appeals.claim_appeal(appeal, by=by, state=state, answer=answer)
        if action.person_id is None:
            give_back(action, author=appeal.person)
        elif action.undone_at is None:
            undo_action(action, by=by, reason=answer)
    return appeal


def give_back(action: ModerationAction, *, author: User | None = None) -> int:
    """Show again what an act took, of all or of one author; return how many lines.

    A portion in the open transaction, the others by `give_rest`.

    Locks: the lines in key order, then the room's sequence row.
    """
    away = (ChatMessage.State.REMOVED, ChatMessage.State.HELD)
    taken = ChatMessage.objects.filter(taken_by=action, state__in=away).exclude(text="")
    rows = lock_lines(taken.filter(author=author) if author else taken)
    shown = [row for row in rows if row.seq is not None]
    held = [row for row in rows if row.seq is None]
    for state, group in (
        (ChatMessage.State.VISIBLE, shown),
        (ChatMessage.State.HELD, held),
    ):
        for row in group:
            row.state, row.why, row.taken_by = state, "", None
        ChatMessage.objects.filter(pk__in=[row.pk for row in group]).update(
            state=state, why="", taken_by=None
        )
    _tell_back(action.livestream, shown, held)
    if len(rows) == MOST_AT_ONCE:
        person = author.public_id if author else ""
        payload = {"action": action.public_id, "author": person}
        key = f"{action.public_id}:{person}:{rows[-1].pk}"
        outbox.post(BACK_TOPIC, key, payload)
    return len(rows)


def give_rest(message: Outbox) -> None:
    """Show again the next portion of what an act took that was taken back.

    Locks: the act's row, the lines in key order, then the room's sequence row.
    Safe to repeat: yes; lines that are back are not given back again.
    """
    known = ModerationAction.objects.filter(public_id=message.payload["action"]).first()
    if known is None:
        return
    person = message.payload["author"]
    author = User.objects.get(public_id=person) if person else None
    with transaction.atomic():
        give_back(actions.lock(known), author=author)


def lock_lines(rows: QuerySet[ChatMessage]) -> list[ChatMessage]:
    """Lock lines in key order, as everybody does who locks several."""
    related = rows.select_related("livestream", "author", "reply_to")
    locked = related.select_for_update(of=("self",)).order_by("pk")
    return list(locked[:MOST_AT_ONCE])


def _take_portion(action: ModerationAction) -> list[ChatMessage]:
    """Take away a portion of what a phrase is in, in the open transaction."""
    gone = take_away(action, select_left(action))
    if gone:
        audit.record(
            "livestreams.remove_phrase",
            actor=action.by,
            subject_kind="livestream",
            subject_ref=action.livestream.public_id,
            reason=action.reason,
            facts={"phrase": action.phrase, "messages": len(gone)},
        )
    return gone


def _tell_gone(livestream: Livestream, rows: list[ChatMessage]) -> None:
    """Tell the room in one go, and each author alone."""
    _hide(livestream, rows)
    count_messages(livestream, removed=len(rows))
    _tell_authors(livestream, rows, "removed")


def _hide(livestream: Livestream, rows: list[ChatMessage]) -> None:
    seen: list[Event] = [
        ChatRemoved(id=row.public_id) for row in rows if row.seq is not None
    ]
    seen += chat_pins.take_down(rows)
    if seen:
        room.append_events(livestream, seen)


def _tell_back(
    livestream: Livestream, shown: list[ChatMessage], held: list[ChatMessage]
) -> None:
    """Give lines that come back new numbers: the room hears of them in order."""
    if shown:
        first = room.append_events(livestream, [describe_message(row) for row in shown])
        for index, row in enumerate(shown):
            row.seq = first + index
        ChatMessage.objects.bulk_update(shown, ["seq"], batch_size=500)
    _tell_authors(livestream, shown, "released")
    _tell_authors(livestream, held, "held")


def _tell_authors(livestream: Livestream, rows: list[ChatMessage], state: str) -> None:
    told = [
        seal(describe_held(row, state=state), to=row.author.public_id) for row in rows
    ]
    if told:
        room.announce(livestream, told)
        shieldings.tell_anew(livestream, rows)


def _uphold(rows: list[ChatMessage], by: User | None, reason: str) -> None:
    reported = Report.objects.filter(message__in=rows, state=Report.State.OPEN)
    wanted = set(reported.order_by().values_list("message", flat=True))
    for row in rows:
        if row.pk in wanted:
            reports.uphold_reports(row, by=by, reason=reason)
