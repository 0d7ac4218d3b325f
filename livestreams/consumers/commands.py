"""What each command does: check the pace, call one service, answer."""

import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from livestreams.access import shows
from livestreams.access.asking import get_poll_for
from livestreams.access.shield import get_own_shielded_for
from livestreams.access.tickets import Ticket
from livestreams.broadcast import ring
from livestreams.broadcast.room import Member, Room
from livestreams.broadcast.threads import call_for_person, call_in_thread
from livestreams.consumers.batcher import ChatBatcher
from livestreams.consumers.limits import REFUSALS, Bucket, PersonLimits
from livestreams.errors import NotYourShow, SignInToChat, TooFast
from livestreams.models import ChatMessage
from livestreams.protocol.commands import (
    CaseDecline,
    CaseOpen,
    ChatPost,
    ChatReport,
    Command,
    PlayerBeat,
    PollVote,
    QuestionAsk,
    ReactionSend,
    RoomSync,
)
from livestreams.protocol.envelopes import Envelope
from livestreams.protocol.events import Event, Ok
from livestreams.selectors.host_side import list_host_side
from livestreams.selectors.room import list_events
from livestreams.services import polls, questions, reports, shieldings
from livestreams.services.chat import NewMessage
from orders.access import get_paid_line_for
from orders.models import Case
from shopfront.common.errors import DomainError


@dataclass(slots=True)
class Seat:
    """One socket in a room, with what its commands need."""

    room: Room
    member: Member
    ticket: Ticket | None
    batcher: ChatBatcher
    limits: PersonLimits
    refusals: Bucket = field(default_factory=lambda: Bucket.fill(*REFUSALS))

    @property
    def pace_key(self) -> str:
        """Who is slowed down: the person, else this one socket."""
        return self.member.viewer or f"socket-{id(self.member)}"


@dataclass(slots=True)
class Answer:
    """What goes back: bodies of older events first, then the answer itself."""

    event: Event
    before: tuple[bytes, ...] = ()


async def obey(seat: Seat, command: Command) -> Answer:
    """Carry out one command.

    Raises:
        DomainError: any reason for which it is refused.
    """
    wait = seat.limits.find_wait(seat.pace_key, command.type)
    if wait:
        raise TooFast(extra={"retry_after": wait})
    return await _ACTS[type(command)](seat, command)


async def _post_chat(seat: Seat, command: ChatPost) -> Answer:
    message = await _write_message(seat, command.text, reply_to=command.reply_to)
    outcome = await seat.batcher.submit(message)
    if isinstance(outcome, DomainError):
        raise outcome
    return _ok(command, message=outcome.public_id, state=str(outcome.state))


async def _write_message(seat: Seat, text: str, *, reply_to: str = "") -> NewMessage:
    """Return what a seat says; a duty that its ticket names is asked for once more."""
    ticket = seat.ticket
    if ticket is None or not ticket.person:
        raise SignInToChat
    place = (ticket.livestream, ticket.person)
    if ticket.is_host_side and not await call_in_thread(list_host_side, {place}):
        raise NotYourShow
    return NewMessage(
        livestream=ticket.livestream,
        person=ticket.person,
        badges=ticket.badges,
        text=text,
        is_host_side=ticket.is_host_side,
        reply_to=reply_to,
    )


async def _send_reaction(seat: Seat, command: ReactionSend) -> Answer:
    if seat.ticket is None:
        raise SignInToChat
    seat.room.reactions += 1
    return _ok(command)


async def _report_chat(seat: Seat, command: ChatReport) -> Answer:
    ticket = seat.ticket
    if ticket is None or not ticket.person:
        raise SignInToChat
    receipt = await call_for_person(
        _report, ticket.livestream, ticket.person, command.message, command.reason
    )
    return _ok(command, receipt=receipt)


def _report(livestream: str, person: str, message: str, reason: str) -> str:
    reporter = shows.get_person(person)
    show = shows.get_livestream_for(reporter, livestream)
    row = shows.get_message_for(show, message)
    return reports.report_message(row, reporter=reporter, reason=reason).public_id


async def _sync_room(seat: Seat, command: RoomSync) -> Answer:
    """Answer from memory, else from the ring, else from the table."""
    state = seat.room.state
    if command.after > state.seq:
        return _ok(command, seq=state.seq, is_reset=True)
    missed: list[Envelope] | None = state.since(command.after)
    if missed is None:
        missed = await call_for_person(
            _read_missed, seat.room.livestream, command.after, state.seq
        )
    last = missed[-1].seq if missed else state.seq
    answer = _ok(command, seq=last, is_complete=last >= state.seq)
    answer.before = tuple(envelope.body for envelope in missed)
    return answer


def _read_missed(livestream: str, after: int, until: int) -> list[Envelope]:
    missed: list[Envelope] | None = None
    with contextlib.suppress(RedisError, OSError):
        missed = ring.read(livestream, after=after, until=until)
    return list_events(livestream, after=after) if missed is None else missed


async def _note_beat(seat: Seat, command: PlayerBeat) -> Answer:
    seat.member.note_beat(time.monotonic())
    return _ok(command)


async def _ask_question(seat: Seat, command: QuestionAsk) -> Answer:
    message = await _write_message(seat, command.text)
    question = await call_for_person(questions.ask_question, message)
    return _ok(command, question=question.public_id, state=question.state)


async def _vote(seat: Seat, command: PollVote) -> Answer:
    ticket = seat.ticket
    if ticket is None or not ticket.person:
        raise SignInToChat(_("Sign in to vote."))
    await call_for_person(
        _cast_vote, ticket.livestream, ticket.person, command.poll, command.choice
    )
    return _ok(command, choice=command.choice)


def _cast_vote(livestream: str, person: str, poll: str, choice: int) -> None:
    voter = shows.get_person(person)
    show = shows.get_livestream_for(voter, livestream)
    polls.cast_vote(get_poll_for(show, poll), voter, choice)


async def _open_case(seat: Seat, command: CaseOpen) -> Answer:
    case = await call_for_person(_open, seat.ticket, command.message, command.line)
    return _ok(command, number=case.number, url=case.get_absolute_url())


def _open(ticket: Ticket | None, message: str, line: str) -> Case:
    row = _find_shielded(ticket, message)
    paid = get_paid_line_for(row.author, line) if line else None
    return shieldings.open_private_case(row, line=paid)


async def _decline_case(seat: Seat, command: CaseDecline) -> Answer:
    await call_for_person(_decline, seat.ticket, command.message)
    return _ok(command)


def _decline(ticket: Ticket | None, message: str) -> None:
    shieldings.say_in_room(_find_shielded(ticket, message))


def _find_shielded(ticket: Ticket | None, message: str) -> ChatMessage:
    if ticket is None or not ticket.person:
        raise SignInToChat
    author = shows.get_person(ticket.person)
    show = shows.get_livestream_for(author, ticket.livestream)
    return get_own_shielded_for(author, show, message)


def _ok(command: Command, **result: Any) -> Answer:
    return Answer(Ok(id=command.id, result=result or None))


_ACTS: dict[type[Command], Callable[[Seat, Any], Awaitable[Answer]]] = {
    ChatPost: _post_chat,
    ReactionSend: _send_reaction,
    ChatReport: _report_chat,
    RoomSync: _sync_room,
    PlayerBeat: _note_beat,
    QuestionAsk: _ask_question,
    PollVote: _vote,
    CaseOpen: _open_case,
    CaseDecline: _decline_case,
}
