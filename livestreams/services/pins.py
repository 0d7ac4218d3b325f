"""Pins: at most three goods on screen, announced as they come and go."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Bundle, Product
from catalog.selectors.bundles import find_bundle_view
from catalog.selectors.vetoes import is_refused
from livestreams.errors import PinsFull, ProductNotPinnable, ShowNotOnAir
from livestreams.errors.planning import ProductRefused
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.protocol.envelopes import Envelope
from livestreams.selectors import bundles as bundle_reads
from livestreams.selectors import pins as pin_reads
from livestreams.selectors.vetoes import find_show_ref
from livestreams.services import pin_decisions, room
from livestreams.services.drops import tell_drops_of
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
        placed = _place_product(livestream, product, by, media_time)
    return _settle(livestream, placed)


def pin_bundle(
    livestream: Livestream,
    bundle: Bundle,
    *,
    by: User,
    media_time: dt.datetime | None = None,
) -> Pin:
    """Put a bundle on screen, at most three goods at once.

    Args:
        livestream: a show on air.
        bundle: what is shown; the part that leads it joins the shelf where none of
            its parts is there.
        by: who pins.
        media_time: as for a product.

    Raises:
        ShowNotOnAir: the show is not live or paused.
        ProductNotPinnable: it is not sold in the show's market now.
        ProductRefused: the host will not show a part of it.
        ProductBarred: a part is above a ceiling of the market, as for a product.
        PinsFull: three others are pinned.

    Locks: the livestream's row. Safe to repeat: a pinned bundle stays as it is.
    """
    with transaction.atomic():
        placed = _place_bundle(livestream, bundle, by, media_time)
    return _settle(livestream, placed)


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


def _settle(livestream: Livestream, placed: Pin | Bar) -> Pin:
    """Return the pin, or keep the decision against it and refuse.

    Raises:
        ProductBarred: a ceiling of the market keeps it off the screen.
    """
    if isinstance(placed, Bar):
        raise pin_decisions.refuse_pin(livestream, placed)
    return placed


def _place_product(
    livestream: Livestream, product: Product, by: User, media_time: dt.datetime | None
) -> Pin | Bar:
    """Pin a product in the open transaction, or return what keeps it away."""
    show = _lock_show(livestream)
    existing = _select_open(show).filter(product=product, bundle=None).first()
    if existing is not None:
        return existing
    pin = Pin(livestream=show, product=product, placed_by=by)
    return _find_bar([product], show) or _place(pin, media_time)


def _place_bundle(
    livestream: Livestream, bundle: Bundle, by: User, media_time: dt.datetime | None
) -> Pin | Bar:
    """Pin a bundle in the open transaction, or return what keeps a part away."""
    show = _lock_show(livestream)
    existing = _select_open(show).filter(bundle=bundle).first()
    if existing is not None:
        return existing
    view = find_bundle_view(bundle, show.market)
    if view is None or view.rests:
        raise ProductNotPinnable(
            _("This bundle is not sold now, so it cannot be pinned.")
        )
    products = [one.product for one in view.parts]
    lead = _find_lead(products, show)
    pin = Pin(livestream=show, product=lead, bundle=bundle, placed_by=by)
    return _find_bar(products, show) or _place(pin, media_time)


def _lock_show(livestream: Livestream) -> Livestream:
    """Lock a show that is on air.

    Raises:
        ShowNotOnAir: it is not live or paused.
    """
    show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
    if not show.is_on_air:
        raise ShowNotOnAir
    return show


def _select_open(show: Livestream) -> QuerySet[Pin]:
    return Pin.objects.filter(livestream=show, removed_at=None)


def _place(pin: Pin, media_time: dt.datetime | None) -> Pin:
    """Write a pin that may be, and tell the room.

    Raises:
        PinsFull: three others are pinned.
    """
    if _select_open(pin.livestream).count() >= MOST_PINS:
        raise PinsFull
    _add_to_shelf(pin.product, pin.livestream)
    pin.placed_at, pin.media_time = clock.now(), _find_moment(media_time)
    pin.save(force_insert=True)
    _announce_placed(pin)
    return pin


def _find_bar(products: Sequence[Product], show: Livestream) -> Bar | None:
    """Return the first ceiling that keeps one of some products off the screen.

    Raises:
        ProductNotPinnable: one of them cannot be bought in the show's market.
        ProductRefused: the host will not show one of them.
    """
    for product in products:
        _check_product(product, show)
    keys = [product.pk for product in products]
    bars = list_barred(keys, show.market, clock.now())
    return next((bars[key] for key in keys if key in bars), None)


def _find_lead(products: Sequence[Product], show: Livestream) -> Product:
    """Return the first part that the shelf has, else the first."""
    shelf = LivestreamProduct.objects.filter(livestream=show, product__in=products)
    shelved = set(shelf.values_list("product", flat=True))
    return next((one for one in products if one.pk in shelved), products[0])


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
    _, is_new = LivestreamProduct.objects.get_or_create(
        livestream=livestream, product=product, defaults={"position": position}
    )
    if is_new:
        tell_drops_of(livestream, product.pk)


def _announce_placed(pin: Pin) -> None:
    full = pin_reads.select_pins().get(pk=pin.pk)
    public_id = full.livestream.public_id
    terms = bundle_reads.list_terms([public_id])[public_id]
    shown = {
        variant.public_id
        for variant in full.product.pinned_variants  # type: ignore[attr-defined]
    }
    shown |= {part.variant.public_id for one in terms for part in one.parts}
    told = [pin_reads.describe_pin(full), *map(bundle_reads.describe_terms, terms)]
    told += [
        pin_reads.describe_stock(level)
        for level in pin_reads.list_stock([public_id])[public_id]
        if level.variant in shown
    ]
    room.announce(full.livestream, told)
