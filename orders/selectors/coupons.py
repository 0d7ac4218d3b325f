"""What a coupon takes off, and whether it may: asked by every sum of a cart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.services.stock import limit_key_of
from orders.errors.coupons import (
    CouponExpired,
    CouponFirstOrder,
    CouponMinimum,
    CouponNotForThis,
    CouponNotShown,
    CouponNotYet,
    CouponOtherMarket,
    CouponUnknown,
    CouponUsed,
    CouponUsedUp,
)
from orders.models import Cart, CartLine, Checkout, Coupon, CouponUse, Order, RefundLine
from orders.selectors.origins import Origin, read_origins
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


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who would use a coupon, by account and e-mail address as far as known."""

    user: User | None
    email: str = ""

    @property
    def address(self) -> str:
        """The address that was given, else the account's own."""
        return (self.email or (self.user.email if self.user else "")).strip().lower()

    @property
    def keys(self) -> list[str]:
        """Keyed hashes that count a person's uses, whichever name they give."""
        user, address = self.user, self.address
        keys = [limit_key_of("coupon-account", user.public_id)] if user else []
        return keys + ([limit_key_of("coupon-email", address)] if address else [])

    def has_ordered(self, *, beside: Checkout | None) -> bool:
        """Tell whether they have an order that stands, beside those of a checkout."""
        own = Q(user=self.user) if self.user is not None else Q(pk__in=[])
        if self.address:
            own |= Q(email__iexact=self.address)
        orders = Order.objects.filter(own).exclude(state=Order.State.CANCELLED)
        return orders.exclude(checkout=beside).exists()


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
    buyer: Buyer,
    checkout: Checkout | None = None,
) -> None:
    """Refuse a coupon that takes nothing off these lines for this person now.

    Raises:
        CouponOtherMarket: the cart has moved to another country since.
        CouponNotYet, CouponExpired: another time.
        CouponUsedUp, CouponUsed: by all, or by this person.
        CouponNotForThis: no line of its brand, or at offer prices only.
        CouponNotShown: no line was tapped in its show, or with its creator.
        CouponFirstOrder: they have ordered before.
        CouponMinimum: the goods are worth less; the sentence says how much is needed.
    """
    if any(line.price_version.market_id != coupon.market_id for line in lines):
        raise CouponOtherMarket
    _check_time(coupon)
    eligible = list_eligible(coupon, lines, checkout)
    worth = sum(_worth(line) for line in eligible)
    if not worth:
        raise CouponNotShown if coupon.is_of_shows else CouponNotForThis
    if worth < coupon.minimum_minor:
        message = _("This code needs goods worth %(amount)s, without offers.")
        raise CouponMinimum(message % {"amount": coupon.minimum.format()})
    if coupon.is_first_order and buyer.has_ordered(beside=checkout):
        raise CouponFirstOrder
    _check_uses(coupon, buyer.keys, checkout)


def _check_uses(coupon: Coupon, keys: Sequence[str], checkout: Checkout | None) -> None:
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


def list_eligible(
    coupon: Coupon, lines: Sequence[CartLine], checkout: Checkout | None
) -> list[CartLine]:
    """Return the lines that a coupon may take something off: none at offer prices.

    Nor those of bundles, which have a price of their own, nor what was not tapped in
    the shows that it is for, as this stood when the checkout was opened.
    """
    found = [
        line
        for line in lines
        if line.price_version.offer_id is None
        and line.bundle_price_id is None
        and coupon.brand_id in (None, line.variant.product.brand_id)
    ]
    if not (found and coupon.is_of_shows):
        return found
    origins = read_origins(found, checkout.created_at if checkout else clock.now())
    return [
        line
        for line, origin in zip(found, origins, strict=True)
        if origin is not None and _is_of(coupon, origin)
    ]


def _is_of(coupon: Coupon, origin: Origin) -> bool:
    is_show = coupon.show_ref in ("", origin.show)
    return is_show and coupon.creator_id in (None, origin.creator)


def share_discount(
    coupon: Coupon, lines: Sequence[CartLine], checkout: Checkout | None
) -> dict[int, Money]:
    """Share a coupon's discount among its lines by worth; the sum is kept.

    Returns:
        Amounts as prices are shown, by the variant's key.
    """
    eligible = list_eligible(coupon, lines, checkout)
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
    checkout = _find_checkout(cart)
    if cart.coupon is None or _find_refusal(cart, lines, checkout):
        return {}
    return share_discount(cart.coupon, lines, checkout)


def describe_coupon(cart: Cart, lines: Sequence[CartLine]) -> CouponView | None:
    """Return a cart's coupon, with the sentence why it takes nothing off, if so."""
    if cart.coupon is None:
        return None
    refusal = _find_refusal(cart, lines, _find_checkout(cart))
    return CouponView(cart.coupon.code, refusal)


def _find_checkout(cart: Cart) -> Checkout | None:
    """Return the checkout of a cart with a coupon, if it is one's cart."""
    if cart.coupon is None or not cart.pk:
        return None
    return Checkout.objects.filter(cart=cart.pk).first()


def _find_refusal(
    cart: Cart, lines: Sequence[CartLine], checkout: Checkout | None
) -> str:
    assert cart.coupon is not None
    if checkout is not None and checkout.state == Checkout.State.ORDERED:
        return ""  # it was used at that moment
    buyer = Buyer(cart.user, checkout.email if checkout else "")
    try:
        check_coupon(cart.coupon, lines, buyer=buyer, checkout=checkout)
    except DomainError as refusal:
        return refusal.message
    return ""


def _worth(line: CartLine) -> int:
    return line.price_version.amount_minor * line.quantity
