"""Seats: who a new socket belongs to, decided without any I/O."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from livestreams.access.tickets import Ticket, read_ticket
from livestreams.broadcast.room import CLOSE_TICKET
from livestreams.errors import TicketForeign, TicketInvalid
from livestreams.protocol.events import You

PREFIX = "ticket."
CLOSE_FORBIDDEN = 4403
CLOSE_MISSING = 4404
CLOSE_FLOOD = 4429
CLOSE_LATER = 1013


class SeatRefused(Exception):
    """This socket may not stay: a close code and a short reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


def find_offer(scope: Mapping[str, Any]) -> str | None:
    """Return the subprotocol that carries a ticket, which is also the answer."""
    offers: list[str] = scope.get("subprotocols") or []
    return next((offer for offer in offers if offer.startswith(PREFIX)), None)


def take_seat(scope: Mapping[str, Any], livestream: str) -> Ticket | None:
    """Return the ticket of a socket; None for a guest with a right Origin.

    Raises:
        SeatRefused: wrong Origin, or a ticket that is forged, expired or foreign.
    """
    headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
    origin = headers.get(b"origin", "")
    offer = find_offer(scope)
    if not _is_own(origin, headers.get(b"host", "")) and (origin or offer is None):
        raise SeatRefused(CLOSE_FORBIDDEN, "origin")
    if offer is None:
        return None
    try:
        return read_ticket(offer.removeprefix(PREFIX), livestream)
    except TicketForeign as error:
        raise SeatRefused(CLOSE_FORBIDDEN, "foreign ticket") from error
    except TicketInvalid as error:
        raise SeatRefused(CLOSE_TICKET, "ticket") from error


def describe_you(ticket: Ticket | None) -> You:
    """Return what the first frame tells a person of their seat."""
    is_signed_in = ticket is not None and bool(ticket.person)
    return You(
        name=ticket.name if ticket else "",
        role=ticket.role if ticket else "viewer",
        can_chat=is_signed_in,
        can_react=ticket is not None,
        is_signed_in=is_signed_in,
    )


def _is_own(origin: str, host: str) -> bool:
    return bool(origin) and (
        urlsplit(origin).netloc == host or origin == settings.SITE_URL
    )
