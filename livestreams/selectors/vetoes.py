"""Which refusals hold in a show: a rehearsal has those of the show it rehearses."""

from livestreams.models import Livestream


def find_show_ref(livestream: Livestream) -> str:
    """Return the public id that refusals of a show are kept under."""
    rehearsed = livestream.rehearsal_of
    return rehearsed.public_id if rehearsed else livestream.public_id
