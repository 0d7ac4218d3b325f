"""Carts: one open cart per account or browser, merged at sign-in."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from catalog.models import PriceVersion, Variant
from catalog.selectors import get_price
from orders.access import Shopper
from orders.errors import BadQuantity
from orders.models import Cart, CartLine, Checkout, OrderLine
from orders.services.bundle_lines import (
    accept_bundle_prices,
    follow_bundles,
    set_bundle_count,
    take_bundles_over,
)
from orders.services.rules import (
    MOST_PER_LINE,
    check_may_buy_variant,
    check_shown_price,
    get_current_price,
    read_key,
)
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services.idempotency import run_once

LONGEST_SOURCE = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """Where a product was tapped: a comparable id and the signed words (N2)."""

    id: str = ""
    ref: str = ""

    def trimmed(self) -> "Source":
        """Return the source, or none at all when it is too long to be ours."""
        if len(self.ref) > LONGEST_SOURCE:
            return Source()
        return Source(self.id[:40], self.ref)


def find_open_cart(shopper: Shopper) -> Cart | None:
    """Return the shopper's one open cart, if there is one."""
    carts = Cart.objects.filter(state=Cart.State.OPEN).select_related("market")
    if shopper.user is not None:
        return carts.filter(user=shopper.user).first()
    return carts.filter(user=None, browser_key=shopper.browser_key).first()


def ensure_open_cart(shopper: Shopper, market: Market) -> Cart:
    """Return the shopper's open cart, made when missing.

    A cart of another market follows the shopper to this one.

    Safe to repeat: yes, two at once end with the same cart.
    """
    cart = find_open_cart(shopper)
    if cart is not None:
        follow_market(cart, market)
        return cart
    try:
        with transaction.atomic():
            return Cart.objects.create(
                user=shopper.user,
                browser_key="" if shopper.user else shopper.browser_key,
                market=market,
            )
    except IntegrityError:
        cart = find_open_cart(shopper)
        assert cart is not None
        return cart


def follow_market(cart: Cart, market: Market) -> list[str] | None:
    """Move an open cart to the market that its owner has chosen, at its prices.

    Lines that have no price there leave the cart, and so does its coupon.

    Returns:
        The titles of what left the cart; None where it was in that market already.

    Locks: the cart's row.
    Safe to repeat: yes.
    """
    if cart.market_id == market.pk:
        return None
    gone = []
    with transaction.atomic():
        locked = Cart.objects.select_for_update().get(pk=cart.pk)
        gone += follow_bundles(locked, market)
        single = locked.lines.filter(bundle_price=None)
        for line in single.select_related("variant__product").order_by("pk"):
            price = get_price(line.variant, market, clock.now())
            if price is None:
                gone.append(line.variant.product.shown_title)
                line.delete()
                continue
            line.price_version, line.shown_at = price, clock.now()
            line.save(update_fields=["price_version", "shown_at"])
        locked.market, locked.deliveries, locked.coupon = market, {}, None
        locked.save(update_fields=["market", "deliveries", "coupon"])
    cart.refresh_from_db()
    return gone


def add_line(
    shopper: Shopper,
    variant: Variant,
    *,
    market: Market,
    quantity: int,
    price_version: str,
    source: Source,
    key: str,
) -> None:
    """Put pieces of a variant into the cart; nothing is held for it.

    A variant that is there already grows; the last tap's source counts (N2).

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: may not be bought.
        PriceUnknown, PriceRaised: the price shown is not, or no longer, the price.
        BadQuantity: the line would exceed its limit.

    Safe to repeat: yes, once per key.
    """
    check_may_buy_variant(shopper, variant, market)
    price = check_shown_price(variant, market, price_version)

    def act() -> dict[str, str]:
        cart = ensure_open_cart(shopper, market)
        _grow_line(cart, variant, quantity=quantity, price=price, source=source)
        return {"cart": cart.public_id}

    run_once(
        actor=shopper.name,
        operation="orders.cart_add",
        key=read_key(key),
        request={"variant": variant.public_id, "quantity": quantity},
        act=act,
    )


def set_quantity(line: CartLine, quantity: int) -> None:
    """Change how many pieces a cart line asks for, or how many bundles.

    Raises:
        BadQuantity: more bundles than a line may hold pieces.

    Safe to repeat: yes.
    """
    if line.bundle_price_id is not None:
        set_bundle_count(line, quantity)
        return
    CartLine.objects.filter(pk=line.pk, cart__state=Cart.State.OPEN).update(
        quantity=quantity
    )


def remove_line(line: CartLine) -> None:
    """Take a line out of the cart; of a bundle's line, the whole bundle.

    Safe to repeat: yes.
    """
    if line.bundle_price_id is not None:
        set_bundle_count(line, 0)
        return
    CartLine.objects.filter(pk=line.pk, cart__state=Cart.State.OPEN).delete()


def restore_line(
    shopper: Shopper, variant: Variant, *, market: Market, quantity: int, source: Source
) -> None:
    """Undo a removal: put the line back at today's price.

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: may not be bought.

    Safe to repeat: yes, a line that is there already stays as it is.
    """
    check_may_buy_variant(shopper, variant, market)
    cart = ensure_open_cart(shopper, market)
    kept = source.trimmed()
    CartLine.objects.get_or_create(
        cart=cart,
        variant=variant,
        bundle_price=None,
        defaults={
            "quantity": quantity,
            "price_version": get_current_price(variant, market),
            "source_id": kept.id,
            "source_ref": kept.ref,
        },
    )


def accept_current_prices(cart: Cart) -> bool:
    """Note today's prices on the lines, as the page now shows them.

    Returns:
        Whether any line became dearer.
    """
    is_dearer = False
    lines = list(
        cart.lines.select_related("variant__product__brand", "price_version").order_by(
            "pk"
        )
    )
    if any(line.bundle_price_id for line in lines):
        is_dearer = accept_bundle_prices(cart)
    for line in lines:
        if line.bundle_price_id is not None:
            continue
        current = get_price(line.variant, cart.market, clock.now())
        if current is None or current.pk == line.price_version_id:
            continue
        is_dearer |= current.amount_minor > line.price_version.amount_minor
        line.price_version, line.shown_at = current, clock.now()
        line.save(update_fields=["price_version", "shown_at"])
    return is_dearer


def merge_guest_cart(user: User, browser_key: str) -> None:
    """Move the lines of a browser's guest cart into the account's cart.

    Locks: both carts' rows for the length of one short transaction.
    Safe to repeat: yes, the guest cart is gone after the first time.
    """
    guest = find_open_cart(Shopper(None, browser_key))
    if guest is None or user.is_under_18:
        return
    own = ensure_open_cart(Shopper(user, browser_key), guest.market)
    with transaction.atomic(durable=True):
        carts = Cart.objects.select_for_update().filter(pk__in=[guest.pk, own.pk])
        if len(carts.order_by("pk")) < 2:
            return
        take_bundles_over(guest, own)
        single = guest.lines.filter(bundle_price=None)
        for line in single.select_related("variant", "price_version"):
            source = Source(line.source_id, line.source_ref)
            _grow_line(
                own,
                line.variant,
                quantity=line.quantity,
                price=line.price_version,
                source=source,
                is_capped=True,
            )
        if own.coupon_id is None and guest.coupon_id is not None:
            Cart.objects.filter(pk=own.pk).update(coupon=guest.coupon_id)
        Checkout.objects.filter(source_cart=guest).update(source_cart=own)
        guest.lines.all().delete()
        guest.delete()


def take_bought_lines(cart: Cart, bought: dict[tuple[int, int], int]) -> None:
    """Take what was paid out of the open cart that the checkout was made from.

    Args:
        cart: the open cart.
        bought: pieces by the keys of variant and bundle, from `name_bundle`.
    """
    rows = cart.lines.select_for_update(of=("self",)).select_related("bundle_price")
    for line in rows.filter(variant__in=[variant for variant, _bundle in bought]):
        taken = bought.get((line.variant_id, name_bundle(line)), 0)
        left = line.quantity - taken
        if left <= 0:
            line.delete()
        elif taken:
            each = line.quantity // (line.bundle_count or 1)
            line.bundle_count = left // each if line.bundle_count else 0
            line.quantity = left
            line.save(update_fields=["quantity", "bundle_count"])


def name_bundle(line: CartLine | OrderLine) -> int:
    """Return the key of the bundle that a line is part of; 0 where it is of none."""
    return line.bundle_price.bundle_id if line.bundle_price is not None else 0


def _grow_line(
    cart: Cart,
    variant: Variant,
    *,
    quantity: int,
    price: PriceVersion,
    source: Source,
    is_capped: bool = False,
) -> None:
    kept = source.trimmed()
    with transaction.atomic():
        line, is_new = CartLine.objects.select_for_update().get_or_create(
            cart=cart,
            variant=variant,
            bundle_price=None,
            defaults={
                "quantity": quantity,
                "price_version": price,
                "source_id": kept.id,
                "source_ref": kept.ref,
            },
        )
        if is_new:
            return
        wanted = line.quantity + quantity
        if wanted > MOST_PER_LINE and not is_capped:
            raise BadQuantity
        line.quantity = min(wanted, MOST_PER_LINE)
        line.price_version, line.shown_at = price, clock.now()
        if kept.ref:
            line.source_id, line.source_ref = kept.id, kept.ref
        line.save()
