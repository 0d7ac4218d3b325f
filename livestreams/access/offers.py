"""Offers by public id, in a show that the caller helps to run."""

from catalog.errors import OfferMissing
from catalog.models import Offer
from livestreams.models import Livestream

CAUSE = "livestream"
"""What the catalogue names as the cause of an offer that came from a show."""


def get_offer_for(livestream: Livestream, public_id: str) -> Offer:
    """Return an offer that was opened or planned from a show.

    Raises:
        OfferMissing: the show has no such offer.
    """
    offer = Offer.objects.filter(
        public_id=public_id, cause_kind=CAUSE, cause_ref=livestream.public_id
    ).first()
    if offer is None:
        raise OfferMissing
    return offer
