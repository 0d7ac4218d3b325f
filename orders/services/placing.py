"""Placing: an open checkout becomes one order per brand, at prices worked out anew."""

from django.db import transaction

from catalog.models import PriceVersion
from catalog.services.offers import take_pieces
from orders.access import Shopper
from orders.errors import (
    AgeNotStated,
    CheckoutLapsed,
    DetailsMissing,
    TotalChanged,
)
from orders.models import Cart, CartLine, Checkout, Order, OrderLine, Payment
from orders.selectors.terms import sum_lines
from orders.selectors.totals import LineSum, SellerSum, Totals
from orders.services.bundle_lines import lower_bundles, price_bundles, save_prices
from orders.services.coupons import use_coupon
from orders.services.numbers import new_order_number
from orders.services.rules import (
    check_may_buy,
    check_may_buy_variant,
    get_current_price,
    price_raised,
)
from orders.services.spending import check_pause, check_spending
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import Market


def place_order(
    checkout: Checkout, *, shopper: Shopper, shown_total: int
) -> list[Order]:
    """Turn an open checkout into one pending order per brand.

    Args:
        checkout: whose holds are taken and details known.
        shopper: who presses the button.
        shown_total: minor units beside the button.

    Raises:
        UnderAge, AgeNotStated, AgeNotAssured, NotForSale: may not be bought.
        BuyingPaused, SpendLimitReached: the shopper's own rules forbid it.
        DetailsMissing: no address yet.
        PriceRaised, BundleRaised, BundleRests, TotalChanged: it would cost more than
            was shown, the time of its holds being over.
        CouponExpired, CouponUsedUp, CouponUsed, CouponMinimum: its coupon may not be
            used any more.
        CheckoutLapsed: its time has ended.

    Locks: the checkout's row, those of offers and of the coupon, then the account
        where it has limits.
    Safe to repeat: yes, the second call returns the orders of the first.
    """
    check_may_buy(shopper)
    with transaction.atomic(durable=True):
        locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if locked.state == Checkout.State.ORDERED:
            _check_still_sold(locked, shopper)
            return list(locked.orders.filter(state=Order.State.PENDING))
        if locked.state != Checkout.State.OPEN:
            raise CheckoutLapsed
        locked.user = locked.user or shopper.user
        _check_ready(locked, shopper)
        totals = _price_anew(locked, shopper)
        if totals.total.minor > shown_total:
            raise TotalChanged(extra={"amount_minor": totals.total.minor})
        check_spending(locked.user, totals.total)
        orders = [_write_order(locked, seller) for seller in totals.sellers]
        locked.state, locked.ordered_at = Checkout.State.ORDERED, clock.now()
        locked.goods_minor = totals.goods.minor
        locked.shipping_minor = totals.shipping.minor
        locked.save()
    checkout.refresh_from_db()
    return orders


def _check_still_sold(checkout: Checkout, shopper: Shopper) -> None:
    """Refuse another attempt to pay for what was withdrawn after it was ordered.

    Or by somebody who has chosen since to buy nothing for a while.
    """
    gone = (Payment.State.FAILED, Payment.State.CANCELLED)
    if checkout.payments.exclude(state__in=gone).exists():
        return
    check_pause(checkout.user)
    for line in lines_of(checkout.cart):
        check_may_buy_variant(shopper, line.variant, checkout.market)


def lines_of(cart: Cart) -> list[CartLine]:
    """List a cart's lines with all that pricing and selling them needs."""
    return list(
        cart.lines.select_related(
            "variant__product__brand",
            "variant__product__category",
            "price_version",
            "bundle_price__bundle",
            "reservation",
        ).order_by("pk")
    )


def check_line_price(line: CartLine, market: Market) -> PriceVersion:
    """Return today's price of a line if it is at most the one that was shown.

    Raises:
        PriceRaised: it is dearer.
    """
    current = get_current_price(line.variant, market)
    if current.amount_minor > line.price_version.amount_minor:
        raise price_raised(line.variant, current)
    return current


def _check_ready(checkout: Checkout, shopper: Shopper) -> None:
    if not checkout.email or not checkout.address:
        raise DetailsMissing
    is_assured = shopper.user is not None and shopper.user.is_adult
    if not is_assured and checkout.adult_stated_at is None:
        raise AgeNotStated


def _price_anew(checkout: Checkout, shopper: Shopper) -> Totals:
    """Price the lines: what was held keeps its price for its time, or gets a lower.

    Locks: the offers' rows of lower prices, in key order, then the coupon's.
    """
    lines = lines_of(checkout.cart)
    is_kept = clock.now() <= checkout.expires_at
    if is_kept:
        lower_bundles(lines, checkout.market)
    else:
        price_bundles(lines, shopper=shopper, market=checkout.market)
        save_prices([line for line in lines if line.bundle_price_id])
    lower = []
    for line in lines:
        check_may_buy_variant(shopper, line.variant, checkout.market)
        if line.bundle_price_id is not None:
            continue
        if is_kept:
            current = get_current_price(line.variant, checkout.market)
        else:
            current = check_line_price(line, checkout.market)
        if current.amount_minor < line.price_version.amount_minor:
            lower.append((line, current))
    for line, current in sorted(lower, key=lambda one: one[1].offer_id or 0):
        _take_lower(line, current)
    use_coupon(checkout, lines)
    return sum_lines(lines, checkout.cart, address=checkout.address)


def _take_lower(line: CartLine, current: PriceVersion) -> None:
    """Give a line a lower price, unless it is of an offer without pieces left."""
    assert line.reservation is not None
    try:
        take_pieces(current, line.reservation)
    except DomainError:
        return
    line.price_version = current
    line.save(update_fields=["price_version"])


def _write_order(checkout: Checkout, seller: SellerSum) -> Order:
    way = seller.delivery.way
    order = Order.objects.create(
        number=new_order_number(checkout.market.code),
        checkout=checkout,
        brand=seller.brand,
        user=checkout.user,
        market=checkout.market,
        email=checkout.email,
        address=checkout.address,
        goods_minor=seller.goods.minor,
        shipping_minor=seller.shipping.minor,
        shipping_tax_bps=seller.shipping_tax_bps,
        shipping_tax_minor=seller.shipping_tax.minor,
        tax_minor=seller.tax.minor,
        currency=checkout.currency,
        prices_include_tax=checkout.market.prices_include_tax,
        delivery_kind=way.kind,
        days_least=way.days_least,
        days_most=way.days_most,
        joins=seller.delivery.joins,
    )
    OrderLine.objects.bulk_create(_order_line(order, part) for part in seller.lines)
    return order


def _order_line(order: Order, part: LineSum) -> OrderLine:
    line, variant = part.line, part.line.variant
    assert line.reservation_id is not None
    return OrderLine(
        order=order,
        variant=variant,
        price_version=line.price_version,
        reservation_id=line.reservation_id,
        bundle_price=line.bundle_price,
        bundle_count=line.bundle_count,
        title=_name_line(line),
        sku=variant.sku,
        quantity=line.quantity,
        unit_minor=part.unit.minor,
        discount_minor=part.discount.minor + part.saved.minor,
        tax_rate=part.rate,
        tax_bps=part.tax_bps,
        tax_minor=part.tax.minor,
        added_tax_minor=part.added_tax.minor,
        total_minor=part.total.minor,
        currency=order.currency,
        shown_at=line.shown_at,
        source_id=line.source_id,
        source_ref=line.source_ref,
    )


def _name_line(line: CartLine) -> str:
    """Name what is bought, and the bundle that it is part of."""
    variant = line.variant
    name = ", ".join(filter(None, [variant.product.shown_title, variant.shown_title]))
    if line.bundle_price is None:
        return name
    return f"{line.bundle_price.bundle.shown_title}: {name}"
