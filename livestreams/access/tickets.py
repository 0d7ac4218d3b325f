"""Tickets to a room: who sits there, signed by us, good for ten minutes."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from django.utils.crypto import salted_hmac

from livestreams.access.audiences import is_in_audience
from livestreams.access.bans import is_banned
from livestreams.access.shows import HOST_SIDE, Person, Role, find_role
from livestreams.access.signing import decode, encode, is_signed, sign
from livestreams.errors import Banned, TicketForeign, TicketInvalid
from livestreams.models import Livestream
from shopfront.common import clock
from shopfront.models import User

LIFETIME = 600
RENEW_BEFORE = 120
_SALT = "livestreams.ticket"

Renewal = str | Banned | TicketInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One seat: read without any I/O when the socket opens."""

    livestream: str
    person: str
    """Public id of the account, empty for a guest."""
    viewer: str
    """What is counted: the account, else a random id of the browser."""
    name: str
    role: Role
    badges: tuple[str, ...]
    is_counted: bool
    expires_at: int
    audience: str = Livestream.Audience.EVERYBODY
    """For whom the show was when this seat was given."""

    @property
    def is_host_side(self) -> bool:
        """Whether this person has a duty in the show."""
        return self.role in HOST_SIDE


def mint_ticket(
    livestream: Livestream,
    *,
    user: Person | None,
    browser_key: str | None = None,
    role: Role | None = None,
) -> str:
    """Return a ticket for the page's `data-ticket`, good for ten minutes.

    Args:
        livestream: the show whose room it opens.
        user: who asks; anybody not signed in gets a seat that only reads.
        browser_key: the browser's random key, so that its tabs count once.
        role: from `find_role`, where it was asked before.

    Raises:
        Banned: a moderator closed this room to the person.
    """
    person = user if isinstance(user, User) else None
    if person is not None and is_banned(person, livestream):
        raise Banned
    role = role or find_role(person, livestream)
    is_simulated = _is_simulated(person, livestream)
    return sign_ticket(
        Ticket(
            livestream=livestream.public_id,
            person=person.public_id if person else "",
            viewer=person.public_id if person else _name_browser(browser_key),
            name=person.name if person else "",
            role=role,
            badges=_list_badges(role, is_simulated=is_simulated),
            is_counted=not (
                role in HOST_SIDE or is_simulated or livestream.is_rehearsal
            ),
            expires_at=int(clock.now().timestamp()) + LIFETIME,
            audience=livestream.audience,
        )
    )


def sign_ticket(ticket: Ticket) -> str:
    """Write a ticket as text that a subprotocol header may hold."""
    body = encode(orjson.dumps(asdict(ticket)))
    return f"{body}.{sign(_SALT, body)}"


def read_ticket(value: str, livestream: str) -> Ticket:
    """Read a ticket for a room: one HMAC, no query.

    Raises:
        TicketForeign: it is for another room.
        TicketInvalid: it is forged, damaged or expired.
    """
    body, _, signature = value.partition(".")
    if not is_signed(_SALT, body, signature):
        raise TicketInvalid
    fields: dict[str, Any] = orjson.loads(decode(body))
    fields["role"] = Role(fields["role"])
    fields["badges"] = tuple(fields["badges"])
    fields.pop("is_calm", None)  # of tickets from before; they live ten minutes
    ticket = Ticket(**fields)
    if ticket.expires_at <= clock.now().timestamp():
        raise TicketInvalid
    if ticket.livestream != livestream:
        raise TicketForeign
    return ticket


def renew_tickets(tickets: Sequence[Ticket]) -> list[Renewal]:
    """Return a fresh ticket for each seat, after a look at its account, or a refusal.

    Two queries for all, two more for each account; a guest costs none.
    """
    rows = Livestream.objects.select_related("creator").filter(
        public_id__in={ticket.livestream for ticket in tickets}
    )
    people = User.objects.filter(
        public_id__in={ticket.person for ticket in tickets if ticket.person},
        is_active=True,
    )
    shows = {row.public_id: row for row in rows}
    users = {user.public_id: user for user in people}
    return [
        _renew(ticket, shows.get(ticket.livestream), users.get(ticket.person))
        for ticket in tickets
    ]


def _renew(ticket: Ticket, livestream: Livestream | None, user: User | None) -> Renewal:
    if livestream is None:
        return TicketInvalid()
    if not ticket.person:
        if livestream.is_limited:
            return TicketInvalid()
        return mint_ticket(livestream, user=None, browser_key=ticket.viewer)
    if user is None:
        return TicketInvalid()
    if not ticket.is_host_side and not is_in_audience(user, livestream):
        return TicketInvalid()
    try:
        return mint_ticket(livestream, user=user)
    except Banned as refusal:
        return refusal


def _list_badges(role: Role, *, is_simulated: bool) -> tuple[str, ...]:
    """Return the badges of a role; whoever tries the demo is a person, not marked."""
    if role is not Role.VIEWER:
        return (role.value,)
    return ("demo",) if is_simulated else ()


def find_counted_viewer(
    livestream: Livestream, *, user: User | None, browser_key: str | None
) -> str:
    """Return what a viewer counts as, or nothing for whom no count includes (W10)."""
    role = find_role(user, livestream)
    is_simulated = _is_simulated(user, livestream)
    if role in HOST_SIDE or is_simulated or livestream.is_rehearsal:
        return ""
    return user.public_id if user else _name_browser(browser_key)


def _is_simulated(user: User | None, livestream: Livestream) -> bool:
    return user is not None and user.is_demo and not livestream.is_demo


def _name_browser(browser_key: str | None) -> str:
    """Return what is counted for a browser; never its cart's key itself."""
    key = browser_key or secrets.token_urlsafe(12)
    if key.startswith("b-"):
        return key
    return "b-" + salted_hmac(_SALT + ".browser", key).hexdigest()[:20]
