"""Offers in a show: opened and closed by its hosts, told to every room (D2)."""

import datetime as dt

from django.db import transaction

from catalog.errors import ProductMissing
from catalog.models import Offer, Product
from catalog.services import offers as prices
from catalog.services.offer_limits import OfferTerms
from livestreams.access.offers import CAUSE
from livestreams.errors import ShowNotOnAir
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream, LivestreamProduct
from livestreams.selectors import offers as offer_reads
from livestreams.selectors import pins as pin_reads
from livestreams.services import room
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "livestreams.offer_changed"


def open_offer(
    livestream: Livestream,
    product: Product,
    *,
    amount_minor: int,
    minutes: int,
    by: User,
    most_pieces: int | None = None,
    delay_minutes: int = 0,
) -> Offer:
    """Offer a product of the shelf for a while, at once or a few minutes later.

    Args:
        livestream: a show on air, no rehearsal: the price holds for everybody.
        product: what is offered.
        amount_minor: price with tax, in minor units.
        minutes: how long it runs.
        by: the host.
        most_pieces: how many may be had at this price, if not all.
        delay_minutes: from now to its opening.

    Raises:
        ShowNotOnAir, NotInRehearsal: not in this show, or not now.
        ProductMissing: not on the shelf.
        DomainError: a refusal of `catalog.services.offers.open_offer`.

    Locks: the show's row, so that its end closes what was opened before.
    """
    length = dt.timedelta(minutes=minutes)
    cause = {"cause_kind": CAUSE, "cause_ref": livestream.public_id}
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if not show.is_on_air:
            raise ShowNotOnAir
        if show.is_rehearsal:
            raise NotInRehearsal
        shelf = LivestreamProduct.objects.filter(livestream=show, product=product)
        if not shelf.exists():
            raise ProductMissing
        if delay_minutes > 0:
            start = clock.now() + dt.timedelta(minutes=delay_minutes)
            terms = OfferTerms(amount_minor, start, start + length, most_pieces)
            return prices.plan_offer(product, show.market, terms, by=by, **cause)
        return prices.open_offer(
            product,
            show.market,
            amount_minor=amount_minor,
            length=length,
            most_pieces=most_pieces,
            by=by,
            **cause,
        )


def close_offer(offer: Offer, *, by: User) -> bool:
    """Close an offer from the studio. Safe to repeat: yes."""
    return prices.close_offer(offer, reason=Offer.Close.HOST, by=by)


def close_offers(livestream: Livestream) -> None:
    """Close what a show offers, in the open transaction: the show is over."""
    prices.close_offers_of(CAUSE, livestream.public_id, reason=Offer.Close.SHOW)


def post_offer_changed(offer: Offer) -> None:
    """Write into the open transaction that the rooms must hear of an offer."""
    if offer.opened_at is not None:
        key = f"offer:{offer.public_id}:{offer.state}"
        outbox.post(TOPIC, key, {"offer": offer.public_id})


def carry_offer_changed(message: Outbox) -> None:
    """Tell the rooms with the product how its offer stands, and its pins' prices.

    Safe to repeat: yes, they are told what holds by now.
    """
    offer = (
        Offer.objects.select_related("product", "market")
        .filter(public_id=message.payload["offer"])
        .first()
    )
    if offer is None:
        return
    told = offer_reads.describe_offer(offer)
    for show in offer_reads.list_shows_with(offer):
        pins = pin_reads.list_open_pins(show).filter(product=offer.product_id)
        room.announce(show, [told, *(pin_reads.describe_pin(pin) for pin in pins)])
