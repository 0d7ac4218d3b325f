"""Tickets of the studio: one person's leave to publish from a browser, for a moment."""

from livestreams.access.shows import HOST_SIDE, find_role
from livestreams.access.signing import is_signed, sign
from livestreams.access.studio import Seat
from livestreams.errors import TicketInvalid
from livestreams.models import Livestream
from shopfront.common import clock
from shopfront.models import User

LIFETIME = 120
_SALT = "livestreams.intake"


def mint_intake_ticket(seat: Seat, user: User) -> str:
    """Return a ticket that opens the gateway's socket within two minutes.

    Args:
        seat: a seat from which the show is run.
        user: who sits there.
    """
    livestream = seat.livestream
    expires_at = int(clock.now().timestamp()) + LIFETIME
    parts = [livestream.public_id, user.public_id, expires_at, livestream.key_version]
    body = ".".join(str(part) for part in parts)
    return f"{body}.{sign(_SALT, body)}"


def is_dismissed(livestream: Livestream, person: str) -> bool:
    """Whether who publishes from a browser runs the show no more; three queries."""
    user = User.objects.filter(public_id=person, is_active=True).first()
    return user is None or not _runs_show(livestream, user)


def _runs_show(livestream: Livestream, user: User) -> bool:
    role = find_role(user, livestream)
    return role in HOST_SIDE and Seat(livestream, role, user).runs_show


def read_intake_ticket(ticket: str, public_id: str) -> tuple[Livestream, User]:
    """Return show and person of a ticket, after a look at both.

    Raises:
        TicketInvalid: it is forged, for another show or too old, or the person does
            not run the show any more.
    """
    body, _, signature = ticket.rpartition(".")
    if not is_signed(_SALT, body, signature):
        raise TicketInvalid
    show, person, expires_at, version = body.split(".")
    if show != public_id or int(expires_at) <= clock.now().timestamp():
        raise TicketInvalid
    livestream = (
        Livestream.objects.select_related("creator")
        .filter(public_id=public_id, key_version=int(version))
        .first()
    )
    user = User.objects.filter(public_id=person, is_active=True).first()
    if livestream is None or user is None:
        raise TicketInvalid
    if not _runs_show(livestream, user):
        raise TicketInvalid
    return livestream, user
