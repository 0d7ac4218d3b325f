"""What a coupon takes off, and whether it may: asked by every sum of a cart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.services.stock import limit_key_of
from orders.errors.coupons import (
    CouponExpired,
    CouponMinimum,
    CouponNotForThis,
    CouponNotYet,
    CouponOtherMarket,
    CouponUnknown,
    CouponUsed,
    CouponUsedUp,
)
from orders.models import Cart, CartLine, Checkout, Coupon, CouponUse, Order, RefundLine
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.money import Money, split, take_share
from shopfront.models import Market, User

LONGEST_CODE = 30


@dataclass(frozen=True, slots=True)
class CouponView:
    """A cart's coupon as its page shows it: what it does, or why not."""

    code: str
    refusal: str


def get_coupon(market: Market, code: str) -> Coupon:
    """Return the coupon of a code in a market.

    Raises:
        CouponOtherMarket: it is for another country.
        CouponUnknown: there is none.
    """
    clean = code.strip().upper()
    if not 0 < len(clean) <= LONGEST_CODE or "\x00" in clean:
        raise CouponUnknown
    rows = list(Coupon.objects.filter(code=clean).select_related("market"))
    for row in rows:
        if row.market_id == market.pk:
            return row
    raise CouponOtherMarket if rows else CouponUnknown


def keys_of(user: User | None, email: str) -> list[str]:
    """Return the keyed hashes that count a person's uses, whichever name they give."""
    keys = [limit_key_of("coupon-account", user.public_id)] if user else []
    address = (email or (user.email if user else "")).strip().lower()
    return keys + ([limit_key_of("coupon-email", address)] if address else [])


def count_uses(coupon: Coupon) -> "QuerySet[CouponUse]":
    """Return the uses of a coupon that count."""
    paid_back = (
        RefundLine.objects.filter(refund__payment__checkout=OuterRef("checkout"))
        .order_by()
        .values("refund__payment__checkout")
        .annotate(sum=Sum("amount_minor"))
        .values("sum")
    )
    alive = Order.objects.exclude(state=Order.State.CANCELLED)
    return (
        CouponUse.objects.filter(coupon=coupon, checkout__in=alive.values("checkout"))
        .exclude(checkout__state=Checkout.State.LAPSED)
        .annotate(paid_back=Coalesce(Subquery(paid_back), 0))
        .filter(paid_back__lt=F("checkout__goods_minor"))
    )


def check_coupon(
    coupon: Coupon,
    lines: Sequence[CartLine],
    *,
    keys: Sequence[str],
    checkout: Checkout | None = None,
) -> None:
    """Refuse a coupon that takes nothing off these lines for this person now.

    Raises:
        CouponOtherMarket: the cart has moved to another country since.
        CouponNotYet, CouponExpired: another time.
        CouponUsedUp, CouponUsed: by all, or by this person.
        CouponNotForThis: no line of its brand, or at offer prices only.
        CouponMinimum: the goods are worth less; the sentence says how much is needed.
    """
    if any(line.price_version.market_id != coupon.market_id for line in lines):
        raise CouponOtherMarket
    _check_time(coupon)
    worth = sum(_worth(line) for line in list_eligible(coupon, lines))
    if not worth:
        raise CouponNotForThis
    if worth < coupon.minimum_minor:
        message = _("This code needs goods worth %(amount)s, without offers.")
        raise CouponMinimum(message % {"amount": coupon.minimum.format()})
    uses = count_uses(coupon)
    if checkout is not None:
        uses = uses.exclude(checkout=checkout)
    if coupon.most_uses is not None and uses.count() >= coupon.most_uses:
        raise CouponUsedUp
    if keys and uses.filter(keys__overlap=keys).count() >= coupon.most_per_shopper:
        raise CouponUsed


def _check_time(coupon: Coupon) -> None:
    now = clock.now()
    if now < coupon.valid_from:
        raise CouponNotYet
    if coupon.valid_until is not None and now >= coupon.valid_until:
        raise CouponExpired


def list_eligible(coupon: Coupon, lines: Sequence[CartLine]) -> list[CartLine]:
    """Return the lines that a coupon may take something off: none at offer prices.

    Nor those of bundles, which have a price of their own.
    """
    return [
        line
        for line in lines
        if line.price_version.offer_id is None
        and line.bundle_price_id is None
        and coupon.brand_id in (None, line.variant.product.brand_id)
    ]


def share_discount(coupon: Coupon, lines: Sequence[CartLine]) -> dict[int, Money]:
    """Share a coupon's discount among its lines by worth; the sum is kept.

    Returns:
        Amounts as prices are shown, by the variant's key.
    """
    eligible = list_eligible(coupon, lines)
    worths = [_worth(line) for line in eligible]
    whole = sum(worths)
    if not whole:
        return {}
    if coupon.percent_bps is not None:
        discount = take_share(whole, coupon.percent_bps)
    else:
        discount = min(coupon.amount_minor or 0, whole)
    parts = split(discount, worths)
    currency = eligible[0].price_version.currency
    return {
        line.variant_id: Money(part, currency)
        for line, part in zip(eligible, parts, strict=True)
    }


def find_discounts(cart: Cart, lines: Sequence[CartLine]) -> Mapping[int, Money]:
    """Return what a cart's coupon takes off now, by variant; nothing if it may not."""
    if cart.coupon is None or _find_refusal(cart, lines):
        return {}
    return share_discount(cart.coupon, lines)


def describe_coupon(cart: Cart, lines: Sequence[CartLine]) -> CouponView | None:
    """Return a cart's coupon, with the sentence why it takes nothing off, if so."""
    if cart.coupon is None:
        return None
    return CouponView(cart.coupon.code, _find_refusal(cart, lines))


def _find_refusal(cart: Cart, lines: Sequence[CartLine]) -> str:
    assert cart.coupon is not None
    checkout = Checkout.objects.filter(cart=cart.pk).first() if cart.pk else None
    if checkout is not None and checkout.state == Checkout.State.ORDERED:
        return ""  # it was used at that moment
    keys = keys_of(cart.user, checkout.email if checkout else "")
    try:
        check_coupon(cart.coupon, lines, keys=keys, checkout=checkout)
    except DomainError as refusal:
        return refusal.message
    return ""


def _worth(line: CartLine) -> int:
    return line.price_version.amount_minor * line.quantity
