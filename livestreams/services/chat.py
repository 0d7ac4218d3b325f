"""Chat: stored in batches, shown only once stored, taken back for good."""

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from livestreams.access.bans import choose_strongest
from livestreams.errors import (
    Banned,
    ChatBlocked,
    ChatClosed,
    LinksDenied,
    MessageEmpty,
    MessageMissing,
    Muted,
    SignInToChat,
)
from livestreams.errors.words import PaymentNumberPosted
from livestreams.models import ChatMessage, Livestream, Sanction
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import ChatRemoved
from livestreams.selectors.known import Memory
from livestreams.selectors.room import describe_held, describe_message
from livestreams.selectors.rules import find_gap, read_quoted
from livestreams.selectors.writers import Writers, read_writers
from livestreams.services import (
    actions,
    chat_pins,
    reports,
    room,
    shield,
    shieldings,
    words,
)
from livestreams.services.lines import store_lines
from livestreams.services.minutes import count_messages
from livestreams.services.rules import Door, take_turns
from livestreams.services.shield_mode import Shield
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_ids
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User
from shopfront.services import audit

SECOND_LOOK_TASK = "livestreams.second_look_task"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What somebody wants to say, as the ticket of the socket vouches for it."""

    livestream: str
    person: str
    badges: tuple[str, ...]
    text: str
    is_host_side: bool = False
    reply_to: str = ""
    """Public id of the line it answers, in the same room."""


Outcome = ChatMessage | DomainError


def post_message(message: NewMessage) -> ChatMessage:
    """Store one message and show it.

    Raises:
        DomainError: any reason for which the room refuses it.
    """
    (outcome,) = store_messages([message])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def draft_message(message: NewMessage) -> ChatMessage:
    """Return a message as the room would take it, not stored.

    Raises:
        DomainError: any reason for which the room refuses it.
    """
    outcome = _Desk.prepare([message]).weigh(message)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def store_messages(batch: Sequence[NewMessage]) -> list[Outcome]:
    """Store a batch in one transaction, then show it in order.

    Answers in the order of the batch: the stored row (visible or held), or why it
    was refused. The commit is asynchronous: a crash of PostgreSQL may lose the last
    half second of chat, never anything else.

    Locks: the turns of who writes in a slow room, then the sequence row of each
    room, both in key order.
    """
    return _store_of_known(batch) or _store_of_read(batch)


def _store_of_known(batch: Sequence[NewMessage]) -> list[Outcome] | None:
    """Store ordinary lines of one room by what was read before, in one trip.

    Answers None, with nothing stored, where somebody is not known, any line is not
    ordinary, or what was remembered holds no more.
    """
    if connection.in_atomic_block:
        return None
    rooms, people = _list_needed(batch)
    known = _memory().recall(rooms, people)
    if known is None:
        return None
    desk = _Desk.open(batch, known.writers)
    outcomes = [desk.weigh(message) for message in batch]
    rows = [row for row in outcomes if isinstance(row, ChatMessage)]
    is_ordinary = len(rows) == len(batch) and not desk.verdicts
    if not is_ordinary or any(_asks_more(row) for row in rows):
        return None
    if not store_lines(known.show, rows, known=known):
        return None
    _show(rows)
    return outcomes


def _store_of_read(batch: Sequence[NewMessage]) -> list[Outcome]:
    desk = _Desk.prepare(batch)
    outcomes = [desk.weigh(message) for message in batch]
    with _open_transaction(outcomes, desk.verdicts):
        outcomes = _await_turns(batch, outcomes)
        rows = [row for row in outcomes if isinstance(row, ChatMessage)]
        by_room: dict[int, list[ChatMessage]] = {}
        for row in rows:
            by_room.setdefault(row.livestream_id, []).append(row)
        for key in sorted(by_room):
            _store_in_room(by_room[key], desk.verdicts)
    return outcomes


def _open_transaction(
    outcomes: Sequence[Outcome], verdicts: dict[str, shield.Verdict]
) -> contextlib.AbstractContextManager[None]:
    """Hold statements together; one does for ordinary lines of one room, told at once.

    That one is a transaction of its own, which spares two trips to the database.
    """
    rows = [row for row in outcomes if isinstance(row, ChatMessage)]
    has_more = bool(verdicts) or len({row.livestream_id for row in rows}) > 1
    if has_more or any(_asks_more(row) for row in rows):
        return transaction.atomic(durable=not connection.in_atomic_block)
    return contextlib.nullcontext()


def _asks_more(row: ChatMessage) -> bool:
    """Whether a line takes a turn, or its author must be told that it waits."""
    return row.state != ChatMessage.State.VISIBLE or bool(find_gap(row.livestream))


def remove_message(message: ChatMessage, *, by: User, reason: str) -> None:
    """Take a message out of the room for good; its author reads why (C9).

    Locks: the line, then the room's sequence row, then the line's open reports.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        changed = (
            ChatMessage.objects.filter(pk=message.pk)
            .exclude(state=ChatMessage.State.REMOVED)
            .update(
                state=ChatMessage.State.REMOVED,
                why=reason[:200],
                decided_by=by,
                looked_at=clock.now(),
            )
        )
        if changed:
            note_removal(message, by=by, reason=reason)
            show_removal(message)
            reports.uphold_reports(message, by=by, reason=reason)


def release_message(message: ChatMessage, *, by: User | None, reason: str) -> bool:
    """Show a held message to all, with the next number of its room.

    Safe to repeat: yes; only a message that is still held is released.
    """
    with transaction.atomic():
        held = ChatMessage.objects.filter(
            pk=message.pk, state=ChatMessage.State.HELD
        ).update(
            state=ChatMessage.State.VISIBLE,
            why=reason[:200],
            decided_by=by,
            looked_at=clock.now(),
        )
        if not held:
            return False
        message.refresh_from_db()
        seq = room.append_events(message.livestream, [describe_message(message)])
        ChatMessage.objects.filter(pk=message.pk).update(seq=seq)
        count_messages(message.livestream, shown=1)
        tell_author(message, state="released")
        shieldings.tell_anew(message.livestream, [message])
    return True


def note_removal(message: ChatMessage, *, by: User | None, reason: str) -> None:
    """Record that a message was taken away, by whom and why (C9)."""
    action = actions.record(
        actions.Kind.REMOVE,
        message.livestream,
        person=message.author,
        by=by,
        reason=reason,
    )
    ChatMessage.objects.filter(pk=message.pk).update(taken_by=action)
    message.refresh_from_db()
    audit.record(
        "livestreams.remove_message",
        actor=by,
        subject_kind="chat_message",
        subject_ref=message.public_id,
        reason=reason,
    )


def show_removal(message: ChatMessage) -> None:
    """Tell the room, or the author alone where only the author saw it."""
    if message.seq is not None:
        gone = [ChatRemoved(id=message.public_id), *chat_pins.take_down([message])]
        room.append_events(message.livestream, gone)
    count_messages(message.livestream, removed=1)
    tell_author(message, state="removed")
    shieldings.tell_anew(message.livestream, [message])


def tell_author(message: ChatMessage, *, state: str) -> None:
    """Tell the author alone what became of a message."""
    event = describe_held(message, state=state)
    room.announce(message.livestream, [seal(event, to=message.author.public_id)])


@functools.cache
def _memory() -> Memory:
    return Memory()


def _list_needed(batch: Sequence[NewMessage]) -> tuple[set[str], set[str]]:
    rooms = {message.livestream for message in batch}
    return rooms, {message.person for message in batch}


class _Desk:
    """What is known of the rooms and people of one batch, read in one trip.

    Rules that are on, and replies, cost one query more each.
    """

    def __init__(
        self,
        livestreams: dict[str, Livestream],
        users: dict[str, User],
        sanctions: dict[tuple[int, int], str],
        quoted: dict[tuple[int, str], ChatMessage],
        ids: list[str],
    ) -> None:
        self._livestreams = livestreams
        self._users = users
        self._sanctions = sanctions
        self._quoted = quoted
        self._ids = ids
        self._door = Door(livestreams.values(), users.values())
        self._shield = Shield(livestreams.values(), users.values())
        self.verdicts: dict[str, shield.Verdict] = {}
        """What lines are about, by public id; ordinary ones are not here."""

    @classmethod
    def prepare(cls, batch: Sequence[NewMessage]) -> "_Desk":
        known = read_writers(*_list_needed(batch))
        if not connection.in_atomic_block:
            _memory().keep(known)
        return cls.open(batch, known)

    @classmethod
    def open(cls, batch: Sequence[NewMessage], known: Writers) -> "_Desk":
        shows, users = known.shows, known.people
        strongest = choose_strongest(shows.values(), known.sanctions)
        quoted = read_quoted({one.reply_to for one in batch if one.reply_to})
        return cls(shows, users, strongest, quoted, new_public_ids(len(batch)))

    def weigh(self, message: NewMessage) -> Outcome:
        """Return the row to store, or why there is none."""
        try:
            return self._accept(message)
        except DomainError as refusal:
            return refusal

    def _accept(self, message: NewMessage) -> ChatMessage:
        show = self._livestreams.get(message.livestream)
        author = self._users.get(message.person)
        if author is None:
            raise SignInToChat
        if show is None or not (show.is_on_air or message.is_host_side):
            raise ChatClosed
        self._check_sanction(show, author)
        if not message.is_host_side:
            self._shield.check(show, author)
            self._door.check(show, author)
        text = words.tidy(message.text)
        if not text:
            raise MessageEmpty
        if not message.is_host_side and words.has_link(text):
            raise LinksDenied
        verdict = words.judge(
            text,
            market_id=show.market_id,
            language=show.language,
            creator_id=show.creator_id,
        )
        if verdict.action is words.Action.BLOCK:
            raise PaymentNumberPosted if verdict.private else ChatBlocked
        is_held = verdict.action is words.Action.HOLD and not message.is_host_side
        is_flagged = verdict.action is words.Action.FLAG and not message.is_host_side
        row = ChatMessage(
            public_id=self._ids.pop(),
            livestream=show,
            author=author,
            author_name=author.name,
            badges=list(message.badges),
            text=text,
            reply_to=self._find_quoted(show, message.reply_to),
            state=ChatMessage.State.HELD if is_held else ChatMessage.State.VISIBLE,
            why=verdict.why if is_held or is_flagged else "",
            is_flagged=is_flagged,
            at=clock.now(),
        )
        if not message.is_host_side:
            self._set_aside(row, show)
        return row

    def _set_aside(self, row: ChatMessage, show: Livestream) -> None:
        told = shield.weigh(row.text, show.language)
        if not told.is_ordinary:
            self.verdicts[row.public_id] = told
            shieldings.place_line(row, told)

    def _find_quoted(self, show: Livestream, public_id: str) -> ChatMessage | None:
        if not public_id:
            return None
        quoted = self._quoted.get((show.pk, public_id))
        if quoted is None:
            raise MessageMissing
        return quoted

    def _check_sanction(self, show: Livestream, author: User) -> None:
        kind = self._sanctions.get((show.pk, author.pk))
        if kind == Sanction.Kind.BAN:
            raise Banned
        if kind == Sanction.Kind.MUTE:
            raise Muted


def _await_turns(batch: Sequence[NewMessage], outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse who wrote too soon in a slow room; host and moderators never wait."""
    rows = {
        place: outcome
        for place, outcome in enumerate(outcomes)
        if isinstance(outcome, ChatMessage) and not batch[place].is_host_side
    }
    late = take_turns(rows)
    return [late.get(place, outcome) for place, outcome in enumerate(outcomes)]


def _store_in_room(
    rows: list[ChatMessage], verdicts: dict[str, shield.Verdict]
) -> None:
    """Store all, tell the room what it may see and authors what waits."""
    livestream = rows[0].livestream
    store_lines(livestream, rows)
    _show(rows)
    held = [row for row in rows if row.state == ChatMessage.State.HELD]
    for row in held:
        tell_author(row, state="held")
        if row.looked_at is None:
            enqueue_on_commit(SECOND_LOOK_TASK, row.pk)
    shieldings.keep_shieldings(livestream, rows, verdicts)


def _show(rows: Sequence[ChatMessage]) -> None:
    shown = [row for row in rows if row.seq is not None]
    if shown:
        events = [seal(describe_message(row), seq=row.seq or 0) for row in shown]
        room.announce(shown[0].livestream, events)
