"""The way out of a reminder by the link in a letter, without signing in."""

from django.core import signing

from livestreams.errors.planning import ReminderMissing
from livestreams.models import Rsvp

SALT = "livestreams.rsvp"
LINK_SECONDS = 180 * 24 * 3600


def mint_leave_link(rsvp: Rsvp) -> str:
    """Return the signed part of the address at which a reminder is taken back."""
    return signing.dumps(rsvp.public_id, salt=SALT)


def find_rsvp_by_link(code: str) -> Rsvp | None:
    """Return the reminder that a link is for, or None once it was taken back.

    Raises:
        ReminderMissing: the link is not ours or too old.
    """
    try:
        named = signing.loads(code, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as fault:
        raise ReminderMissing from fault
    rows = Rsvp.objects.select_related(
        "user", "livestream__creator", "livestream__market"
    )
    return rows.filter(public_id=str(named)).first()
