"""The room's socket: take a seat, then one command at a time."""

import datetime as dt
import functools
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from django.db import DatabaseError

from livestreams.access.tickets import Renewal, Ticket, read_ticket
from livestreams.broadcast.hub import get_hub
from livestreams.broadcast.room import CLOSE_SLOW, CLOSE_TICKET, Member, Room
from livestreams.broadcast.threads import call_in_thread
from livestreams.consumers import seats
from livestreams.consumers.batcher import ChatBatcher
from livestreams.consumers.commands import Seat, obey
from livestreams.consumers.limits import PersonLimits
from livestreams.consumers.renewals import Renewals
from livestreams.errors import Banned, LivestreamMissing, RoomBusy, TicketInvalid
from livestreams.protocol.commands import parse_command
from livestreams.protocol.events import Error, Event, Hello, encode
from livestreams.protocol.events import Ticket as TicketEvent
from livestreams.selectors.host_side import list_host_side
from shopfront.common.errors import DomainError
from shopfront.common.sockets import QueueSink, Send, choose_sink

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@functools.cache
def _get_batcher() -> ChatBatcher:
    return ChatBatcher()


@functools.cache
def _get_limits() -> PersonLimits:
    return PersonLimits()


@functools.cache
def _get_renewals() -> Renewals:
    return Renewals()


async def serve_room(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one socket of `/ws/live/<id>/` from its first word to its last."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": seats.find_offer(scope)})
    livestream: str = scope["url_route"]["kwargs"]["public_id"]
    try:
        ticket = seats.take_seat(scope, livestream)
        if ticket is not None and ticket.is_host_side:
            await _check_duty(ticket)
        room = await _open(livestream)
        if room.is_limited:
            _check_audience(ticket, room)
    except seats.SeatRefused as refusal:
        await _close(send, refusal.code, refusal.reason)
        return
    await _RoomSocket(scope, receive, send, room, ticket).serve()


async def refuse_unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """Close a socket on an address that we do not have, with a reason."""
    await receive()
    await send({"type": "websocket.accept"})
    await _close(send, seats.CLOSE_MISSING, "no such address")


async def _open(livestream: str) -> Room:
    try:
        return await get_hub().open_room(livestream)
    except LivestreamMissing as error:
        raise seats.SeatRefused(seats.CLOSE_MISSING, "no such show") from error
    except DatabaseError as error:
        raise seats.SeatRefused(seats.CLOSE_LATER, "try again soon") from error


async def _check_duty(ticket: Ticket) -> None:
    """Ask whether the duty that a ticket says was not taken away since; one query."""
    place = (ticket.livestream, ticket.person)
    try:
        held = await call_in_thread(list_host_side, {place})
    except DatabaseError as error:
        raise seats.SeatRefused(seats.CLOSE_LATER, "try again soon") from error
    if not held:
        raise seats.SeatRefused(CLOSE_TICKET, "duty ended")


def _check_audience(ticket: Ticket | None, room: Room) -> None:
    """Refuse a seat that was given before the show was limited as it is now."""
    if ticket is None:
        raise seats.SeatRefused(seats.CLOSE_FORBIDDEN, "not open to everybody")
    if not ticket.is_host_side and ticket.audience != room.audience:
        raise seats.SeatRefused(CLOSE_TICKET, "audience changed")


async def _close(send: Send, code: int, reason: str) -> None:
    await send({"type": "websocket.close", "code": code, "reason": reason})


class _RoomSocket:
    """One accepted socket: its member in the room and the ticket it holds."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        room: Room,
        ticket: Ticket | None,
    ) -> None:
        self._receive = receive
        self._room = room
        self._sink = choose_sink(scope, send)
        self._member = Member(
            sink=self._sink,
            person=ticket.person if ticket else "",
            viewer=ticket.viewer if ticket else "",
            is_host=ticket is not None and ticket.is_host_side,
            is_counted=ticket is not None and ticket.is_counted,
        )
        self._seat = Seat(room, self._member, ticket, _get_batcher(), _get_limits())
        self._is_gone = False

    @property
    def ticket(self) -> Ticket | None:
        """The ticket in force, if this is no guest without a seat."""
        return self._seat.ticket

    async def serve(self) -> None:
        """Greet, then obey until the socket is gone."""
        self._room.join(self._member, self._greet)
        _get_renewals().plan(self)
        try:
            while True:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._hear(message.get("text") or message.get("bytes") or b"")
        finally:
            self._leave()

    def _greet(self, seq: int) -> bytes:
        return encode(Hello(seq=seq, you=seats.describe_you(self.ticket)))

    def _leave(self) -> None:
        self._is_gone = True
        self._room.leave(self._member)
        _get_renewals().forget(self)
        if isinstance(self._sink, QueueSink):
            self._sink.stop()

    async def _hear(self, text: str | bytes) -> None:
        """Read one command and answer it; a bug is logged and answered too."""
        identity: str | None = None
        name = ""
        try:
            command = parse_command(text)
            identity, name = command.id, command.type
            answer = await obey(self._seat, command)
        except RoomBusy:
            self._refuse(RoomBusy.of(name), identity)
            return
        except DomainError as refusal:
            self._refuse(refusal, identity or refusal.extra.get("id"))
            return
        except DatabaseError as error:
            log.warning("room.command_failed", error=repr(error))
            self._answer(_describe_error(RoomBusy.of(name), identity))
            return
        self._answer(answer.event, answer.before)

    def _refuse(self, refusal: DomainError, identity: object) -> None:
        """Say why not; a socket that sends nothing else is closed."""
        self._answer(_describe_error(refusal, identity))
        if self._seat.refusals.find_wait():
            self._member.close(seats.CLOSE_FLOOD, "too many refusals")

    def _answer(self, event: Event, before: tuple[bytes, ...] = ()) -> None:
        if not self._member.send([*before, encode(event)]):
            self._member.close(CLOSE_SLOW, "too slow")

    def take_renewal(self, renewal: Renewal) -> None:
        """Send a fresh ticket on, or close the socket that gets none.

        Who changed sides comes again, and is shown what that side sees.
        """
        ticket = self.ticket
        if self._is_gone or ticket is None:
            return
        if isinstance(renewal, Banned):
            self._member.close(seats.CLOSE_FORBIDDEN, "banned")
        elif isinstance(renewal, TicketInvalid):
            self._member.close(CLOSE_TICKET, "ticket")
        else:
            fresh = read_ticket(renewal, ticket.livestream)
            if fresh.is_host_side is not ticket.is_host_side:
                self._member.close(CLOSE_TICKET, "duty changed")
                return
            self._seat.ticket = fresh
            self._member.is_counted = fresh.is_counted
            self._answer(_describe_ticket(renewal, fresh))
            _get_renewals().plan(self)


def _describe_error(refusal: DomainError, identity: object) -> Error:
    wait = refusal.extra.get("retry_after")
    return Error(
        id=identity if isinstance(identity, str) else None,
        code=refusal.code,
        message=refusal.message,
        retry_after=wait if isinstance(wait, float) else None,
    )


def _describe_ticket(value: str, ticket: Ticket) -> TicketEvent:
    return TicketEvent(
        value=value,
        expires_at=dt.datetime.fromtimestamp(ticket.expires_at, tz=dt.UTC),
    )
