"""RSVPs to upcoming shows."""

from livestreams.errors import ShowNotUpcoming
from livestreams.models import Livestream, Rsvp
from shopfront.models import User


def add_rsvp(livestream: Livestream, *, user: User) -> Rsvp:
    """Remember that a person wants to be reminded of an upcoming show.

    Safe to repeat: one row per person and show.

    Raises:
        ShowNotUpcoming: the show has begun, is over, or is a rehearsal.
    """
    is_ahead = livestream.state == Livestream.State.SCHEDULED
    if not is_ahead or livestream.is_rehearsal:
        raise ShowNotUpcoming
    rsvp, _made = Rsvp.objects.get_or_create(livestream=livestream, user=user)
    return rsvp


def remove_rsvp(livestream: Livestream, *, user: User) -> None:
    """Forget a person's wish to be reminded.

    Safe to repeat.
    """
    Rsvp.objects.filter(livestream=livestream, user=user).delete()
