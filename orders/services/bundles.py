"""Bundles bought: put in the cart whole, or held and checked out at the tap (D5)."""

from django.db import transaction

from catalog.models import Bundle, BundlePrice
from catalog.selectors.bundles import BundleView
from catalog.services.drops import refuse_gated
from orders.access import Shopper
from orders.errors import PriceUnknown
from orders.models import Cart, CartLine, Checkout
from orders.services.bundle_lines import (
    change_count,
    check_count,
    check_shown,
    lines_for,
    read_bundle,
    save_prices,
)
from orders.services.carts import Source, ensure_open_cart
from orders.services.checkout import open_checkout
from orders.services.lapses import give_up_taps_of_bundle
from orders.services.rules import read_key
from orders.services.spending import check_pause
from shopfront.models import Market
from shopfront.services.idempotency import run_once


def add_bundle(
    shopper: Shopper,
    bundle: Bundle,
    *,
    market: Market,
    count: int,
    price_shown: str,
    source: Source,
    key: str,
) -> None:
    """Put bundles into the cart, a line per part; nothing is held for them.

    A bundle that is there already grows; the last tap's source counts (N2).

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: it, or a part, may not.
        BundleRests: a part is in an offer, or it saves nothing.
        PriceUnknown, BundleRaised: the price shown is not, or no longer, the price.
        BadQuantity: more pieces of a part than a line may hold.

    Locks: the cart's row.
    Safe to repeat: yes, once per key.
    """
    view = _read_shown(shopper, bundle, market, price_shown)
    lines = lines_for(view, count)

    def act() -> dict[str, str]:
        cart = ensure_open_cart(shopper, market)
        _put(cart, view, lines, source)
        return {"cart": cart.public_id}

    run_once(
        actor=shopper.name,
        operation="orders.bundle_add",
        key=read_key(key),
        request={"bundle": bundle.public_id, "count": count},
        act=act,
    )


def buy_bundle(
    shopper: Shopper,
    bundle: Bundle,
    *,
    market: Market,
    count: int,
    price_shown: str,
    source: Source,
    key: str,
    return_path: str = "",
) -> Checkout:
    """Hold all parts of bundles at the tap and open a checkout of their own.

    The parts are held in the order of their stock rows, whatever the bundle's own
    order is; where one is short none is held.

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: it, or a part, may not.
        BundleRests: a part is in an offer, or it saves nothing.
        PriceUnknown, BundleRaised: the price shown is not, or no longer, the price.
        BadQuantity: more pieces of a part than a line may hold.
        DropNotOpen, AdmissionNeeded: a part is sold in a drop only.
        LineShort, LimitReached: too few of a part are left, or for this household.

    Safe to repeat: yes, once per key.
    """
    check_pause(shopper.user)
    view = _read_shown(shopper, bundle, market, price_shown)
    lines = lines_for(view, count)
    _note_source(lines, source)

    def act() -> dict[str, str]:
        refuse_gated([line.variant for line in lines])
        checkout = open_checkout(
            shopper,
            lines,
            market=market,
            source_cart=None,
            return_path=return_path,
            spare=give_up_taps_of_bundle(shopper, bundle),
        )
        return {"checkout": checkout.public_id}

    answer = run_once(
        actor=shopper.name,
        operation="orders.bundle_buy",
        key=read_key(key),
        request={"bundle": bundle.public_id, "count": count},
        act=act,
    )
    return Checkout.objects.get(public_id=answer["checkout"])


def _read_shown(
    shopper: Shopper, bundle: Bundle, market: Market, price_shown: str
) -> BundleView:
    view = read_bundle(shopper, bundle, market)
    seen = BundlePrice.objects.filter(
        public_id=price_shown, bundle=bundle, market=market
    ).first()
    if seen is None:
        raise PriceUnknown
    check_shown(view, seen.amount_minor)
    return view


def _put(cart: Cart, view: BundleView, lines: list[CartLine], source: Source) -> None:
    bundle, count = view.bundle, lines[0].bundle_count
    with transaction.atomic():
        locked = Cart.objects.select_for_update().get(pk=cart.pk)
        there = list(CartLine.objects.filter(cart=locked, bundle_price__bundle=bundle))
        _note_source(lines, source)
        if not there:
            for line in lines:
                line.cart = locked
            CartLine.objects.bulk_create(lines)
            return
        wanted = there[0].bundle_count + count
        check_count(bundle, wanted)
        fresh = {line.variant_id: line for line in lines}
        for row in there:
            new = fresh[row.variant_id]
            row.price_version, row.bundle_price = new.price_version, new.bundle_price
            row.shown_at = new.shown_at
        save_prices(there)
        if source.trimmed().ref:
            _note_source(there, source)
            CartLine.objects.bulk_update(there, ["source_id", "source_ref"])
        change_count(locked, bundle, wanted)


def _note_source(lines: list[CartLine], source: Source) -> None:
    kept = source.trimmed()
    for line in lines:
        line.source_id, line.source_ref = kept.id, kept.ref
