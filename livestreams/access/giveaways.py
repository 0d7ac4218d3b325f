"""The way from an outside id to a giveaway."""

from livestreams.access.shows import Person, get_livestream_for
from livestreams.errors.giveaways import GiveawayMissing
from livestreams.models import Giveaway, Livestream


def get_giveaway_for(user: Person, public_id: str) -> Giveaway:
    """Return a giveaway of a show that this person may see.

    Raises:
        GiveawayMissing: there is none.
        DomainError: the show is not for this person.
    """
    rows = Giveaway.objects.select_related("livestream__market", "livestream__creator")
    giveaway = rows.filter(public_id=public_id).first()
    if giveaway is None:
        raise GiveawayMissing
    get_livestream_for(user, giveaway.livestream.public_id)
    return giveaway


def get_giveaway_of(livestream: Livestream, public_id: str) -> Giveaway:
    """Return a giveaway of a show.

    Raises:
        GiveawayMissing: the show has none of this id.
    """
    rows = Giveaway.objects.filter(livestream=livestream, public_id=public_id)
    giveaway = rows.first()
    if giveaway is None:
        raise GiveawayMissing
    return giveaway
