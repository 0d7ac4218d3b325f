"""Coupons: given out, put on a cart, taken off it, used with the order (D5)."""

from collections.abc import Sequence

from django.db import transaction

from catalog.services.codes import record_code
from orders.errors import CheckoutLapsed
from orders.models import Cart, CartLine, Checkout, Coupon, CouponUse
from orders.selectors.carts import get_checkout_totals, list_lines
from orders.selectors.coupons import (
    Buyer,
    check_coupon,
    get_coupon,
    share_discount,
)
from shopfront.common import clock


def put_coupon(cart: Cart, code: str, *, checkout: Checkout | None = None) -> None:
    """Put a coupon on a cart, open or of an open checkout; it replaces another.

    Nothing is used up before the order is placed.

    Raises:
        CouponUnknown, CouponOtherMarket, CouponNotYet, CouponExpired, CouponUsedUp,
        CouponUsed, CouponNotForThis, CouponNotShown, CouponFirstOrder,
            CouponMinimum: it takes nothing off here.
        CheckoutLapsed: the checkout is not open any more.

    Safe to repeat: yes.
    """
    coupon = get_coupon(cart.market, code)
    buyer = Buyer(cart.user, checkout.email if checkout else "")
    check_coupon(coupon, list_lines(cart), buyer=buyer, checkout=checkout)
    _set(cart, coupon, checkout)


def remove_coupon(cart: Cart, *, checkout: Checkout | None = None) -> None:
    """Take the coupon off a cart.

    Raises:
        CheckoutLapsed: the checkout is not open any more.

    Safe to repeat: yes.
    """
    _set(cart, None, checkout)


def save_coupon(coupon: Coupon) -> None:
    """Save a coupon; the price record learns of one that is open to all (D3).

    Safe to repeat: yes.
    """
    with transaction.atomic():
        coupon.save()
        if coupon.is_public:
            record_code(
                coupon.public_id,
                market=coupon.market,
                brand_id=coupon.brand_id,
                percent_bps=coupon.percent_bps,
                amount_minor=coupon.amount_minor,
                minimum_minor=coupon.minimum_minor,
                valid_from=coupon.valid_from,
                valid_until=coupon.valid_until,
            )


def use_coupon(checkout: Checkout, lines: Sequence[CartLine]) -> None:
    """Use the coupon of a checkout up, in the transaction that places its orders.

    Raises:
        CouponExpired, CouponUsedUp, CouponUsed, CouponNotForThis, CouponNotShown,
            CouponFirstOrder, CouponMinimum: it takes nothing off any more; nothing
            is ordered.

    Locks: the coupon's row, so that uses are counted one after another.
    Safe to repeat: yes, once per checkout.
    """
    if checkout.cart.coupon_id is None:
        return
    coupon = Coupon.objects.select_for_update(of=("self",), no_key=True).get(
        pk=checkout.cart.coupon_id
    )
    buyer = Buyer(checkout.user, checkout.email)
    check_coupon(coupon, lines, buyer=buyer, checkout=checkout)
    shares = share_discount(coupon, lines, checkout)
    CouponUse.objects.update_or_create(
        checkout=checkout,
        defaults={
            "coupon": coupon,
            "keys": buyer.keys,
            "discount_minor": sum(part.minor for part in shares.values()),
            "used_at": clock.now(),
        },
    )


def _set(cart: Cart, coupon: Coupon | None, checkout: Checkout | None) -> None:
    """Write the coupon where the checkout, if it is one's cart, is still open."""
    with transaction.atomic():
        if checkout is not None:
            locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
            if locked.state != Checkout.State.OPEN:
                raise CheckoutLapsed
        cart.coupon = coupon
        cart.save(update_fields=["coupon"])
        if checkout is not None:
            checkout.cart = cart
            totals = get_checkout_totals(checkout)
            checkout.goods_minor = totals.goods.minor
            checkout.shipping_minor = totals.shipping.minor
            checkout.save(update_fields=["goods_minor", "shipping_minor"])
