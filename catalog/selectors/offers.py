"""What is left of an offer."""

from django.db.models import Q, Sum

from catalog.models import Offer, OfferUse, Reservation

LIVE_HOLDS = [
    Reservation.State.HELD,
    Reservation.State.COMMITTED,
    Reservation.State.DISPATCHED,
]


def count_left(offer: Offer) -> int:
    """Return how many pieces may still be had at an offer's price; one query.

    What lapsed or was released counts as left; what was sold does not come back. A
    price is kept for who is about to pay, also where the piece is not.
    """
    about_to_pay = Q(
        reservation__state=Reservation.State.UNHELD, reservation__ended_at=None
    )
    is_taken = Q(reservation__state__in=LIVE_HOLDS) | about_to_pay
    uses = OfferUse.objects.filter(is_taken, offer=offer)
    taken = uses.aggregate(taken=Sum("quantity"))["taken"] or 0
    return max(0, (offer.most_pieces or 0) - taken)
