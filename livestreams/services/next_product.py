"""Next product: what is on screen leaves, the next of the shelf comes (P3)."""

import datetime as dt

from django.db import transaction

from catalog.access import get_product_by_id
from catalog.selectors import cards_for
from livestreams.errors import ShowNotOnAir
from livestreams.errors.showing import NothingNext
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.services import room
from livestreams.services.pins import close_pins, place_pin
from shopfront.common.errors import DomainError
from shopfront.models import User


def pin_next(
    livestream: Livestream,
    *,
    by: User,
    after: str = "",
    media_time: dt.datetime | None = None,
) -> Pin:
    """Show the next product of the shelf alone, from its beginning after its end.

    Args:
        livestream: a show on air.
        by: who moves on.
        after: public id of the pin that this person saw last; where another came
            meanwhile, that one stands, so that two taps never skip a product.
        media_time: programme date-time of the frame that the host saw.

    Raises:
        ShowNotOnAir: the show is not live or paused.
        NothingNext: no other product of the shelf can be bought or pinned.

    Locks: the livestream's row. Safe to repeat: yes, with the same `after`.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if not show.is_on_air:
            raise ShowNotOnAir
        last = find_last_pin(show)
        if last is not None and after and last.public_id != after:
            return last
        wanted = _list_candidates(show, last)
        room.announce(show, close_pins(show))
        for public_id in wanted:
            pin = _try(show, public_id, by=by, media_time=media_time)
            if pin is not None:
                return pin
        raise NothingNext


def find_last_pin(livestream: Livestream) -> Pin | None:
    """Return the pin that was placed last, on screen or not; one query."""
    pins = Pin.objects.filter(livestream=livestream).select_related("product")
    return pins.order_by("-placed_at", "-id").first()


def _list_candidates(show: Livestream, last: Pin | None) -> list[str]:
    """Return what may come, in the order of the shelf from the last pin on."""
    shelf = LivestreamProduct.objects.filter(livestream=show)
    keys = list(shelf.order_by("position", "id").values_list("product", flat=True))
    shown = set(
        Pin.objects.filter(livestream=show, bundle=None, removed_at=None).values_list(
            "product__public_id", flat=True
        )
    )
    if last is not None and last.product_id in keys:
        at = keys.index(last.product_id) + 1
        keys = keys[at:] + keys[:at]
    cards = cards_for(keys, show.market)
    return [
        card.public_id
        for card in cards
        if card.available and card.public_id not in shown
    ]


def _try(
    show: Livestream, public_id: str, *, by: User, media_time: dt.datetime | None
) -> Pin | None:
    """Pin a product, or return None where it may not be."""
    try:
        with transaction.atomic():
            product = get_product_by_id(public_id)
            return place_pin(show, product, by=by, media_time=media_time)
    except DomainError:
        return None
