"""Pins: at most three products on screen, announced as they come and go."""

import datetime as dt

from django.db import transaction

from catalog.models import Product
from catalog.selectors.vetoes import is_refused
from livestreams.errors import PinsFull, ProductNotPinnable, ShowNotOnAir
from livestreams.errors.planning import ProductRefused
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.protocol.envelopes import Envelope
from livestreams.selectors import pins as pin_reads
from livestreams.selectors.vetoes import find_show_ref
from livestreams.services import pin_decisions, room
from orders.selectors.quality import Bar, list_barred
from shopfront.common import clock
from shopfront.models import User

MOST_PINS = 3
MOST_BEHIND = dt.timedelta(seconds=30)


def place_pin(
    livestream: Livestream,
    product: Product,
    *,
    by: User,
    media_time: dt.datetime | None = None,
) -> Pin:
    """Put a product on screen, at most three at once.

    Args:
        livestream: a show on air.
        product: what is shown; it joins the shelf if it is not there yet.
        by: who pins.
        media_time: programme date-time of the frame the host saw, so that the card
            appears with the picture (W9); now unless told, and never far from it.

    Raises:
        ShowNotOnAir: the show is not live or paused.
        ProductNotPinnable: nothing of it can be bought in the show's market.
        ProductRefused: the host will not show it.
        ProductBarred: it is above a ceiling of the market; the sentence says which,
            and the decision is kept, so that the host may ask a human about it.
        PinsFull: three others are pinned.

    Locks: the livestream's row. Safe to repeat: a pinned product stays as it is.
    """
    with transaction.atomic():
        placed = _place(livestream, product, by, media_time)
    if isinstance(placed, Bar):
        raise pin_decisions.refuse_pin(livestream, placed)
    return placed


def remove_pin(pin: Pin, *, by: User | None = None) -> None:
    """Take a product off the screen. Safe to repeat: yes."""
    with transaction.atomic():
        room.announce(pin.livestream, close_pins(pin.livestream, only=pin))


def close_pins(livestream: Livestream, *, only: Pin | None = None) -> list[Envelope]:
    """Close pins in the open transaction and return what tells the room so."""
    pins = Pin.objects.select_for_update().filter(
        livestream=livestream, removed_at=None
    )
    rows = list(pins.filter(pk=only.pk) if only else pins)
    now = clock.now()
    for pin in rows:
        pin.removed_at = now
    Pin.objects.bulk_update(rows, ["removed_at"])
    return [pin_reads.describe_removed(pin) for pin in rows]


def _place(
    livestream: Livestream, product: Product, by: User, media_time: dt.datetime | None
) -> Pin | Bar:
    """Place a pin in the open transaction, or return what keeps the product away."""
    show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
    if not show.is_on_air:
        raise ShowNotOnAir
    open_pins = Pin.objects.filter(livestream=show, removed_at=None)
    existing = open_pins.filter(product=product).first()
    if existing is not None:
        return existing
    _check_product(product, show)
    bar = list_barred([product.pk], show.market, clock.now()).get(product.pk)
    if bar is not None:
        return bar
    if open_pins.count() >= MOST_PINS:
        raise PinsFull
    _add_to_shelf(product, show)
    pin = Pin.objects.create(
        livestream=show,
        product=product,
        placed_by=by,
        placed_at=clock.now(),
        media_time=_find_moment(media_time),
    )
    _announce_placed(pin)
    return pin


def _find_moment(media_time: dt.datetime | None) -> dt.datetime:
    """Return the moment of a pin: a host's preview is seconds behind at most."""
    now = clock.now()
    if media_time is None or not now - MOST_BEHIND <= media_time <= now:
        return now
    return media_time


def _check_product(product: Product, livestream: Livestream) -> None:
    is_sold = Product.objects.visible().filter(
        pk=product.pk
    ).exists() and pin_reads.has_price(product, livestream)
    if not is_sold:
        raise ProductNotPinnable
    if is_refused(product.pk, find_show_ref(livestream)):
        raise ProductRefused


def _add_to_shelf(product: Product, livestream: Livestream) -> None:
    position = LivestreamProduct.objects.filter(livestream=livestream).count()
    LivestreamProduct.objects.get_or_create(
        livestream=livestream, product=product, defaults={"position": position}
    )


def _announce_placed(pin: Pin) -> None:
    full = pin_reads.select_pins().get(pk=pin.pk)
    levels = pin_reads.list_stock([full.livestream.public_id])
    shown = {
        variant.public_id
        for variant in full.product.pinned_variants  # type: ignore[attr-defined]
    }
    stock = [
        pin_reads.describe_stock(level)
        for level in levels[full.livestream.public_id]
        if level.variant in shown
    ]
    room.announce(full.livestream, [pin_reads.describe_pin(full), *stock])
