"""The way out of a reminder by the link in a letter, without signing in."""

from livestreams.errors.planning import ReminderMissing
from livestreams.models import Rsvp
from shopfront.common.links import SignedLink

LINK = SignedLink("livestreams.rsvp", days=180)


def mint_leave_link(rsvp: Rsvp) -> str:
    """Return the signed part of the address at which a reminder is taken back."""
    return LINK.mint(rsvp.public_id)


def find_rsvp_by_link(code: str) -> Rsvp | None:
    """Return the reminder that a link is for, or None once it was taken back.

    Raises:
        ReminderMissing: the link is not ours or too old.
    """
    named = LINK.read(code)
    if named is None:
        raise ReminderMissing
    rows = Rsvp.objects.select_related(
        "user", "livestream__creator", "livestream__market"
    )
    return rows.filter(public_id=named).first()
