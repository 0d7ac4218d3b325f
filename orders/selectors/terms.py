"""What decides the sums of a cart beside its goods: rates of the day, deliveries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q

from catalog.selectors.delivery import DeliveryWay, list_delivery_ways
from orders.models import Cart, CartLine, Order, OrderLine
from orders.selectors.coupons import find_discounts
from orders.selectors.totals import Delivery, Terms, Totals, add_up
from shopfront.common import clock
from shopfront.markets import get_tax_rates

JOINED_WITHIN = dt.timedelta(hours=24)
"""How long a paid parcel that was not sent yet takes up more goods of its show."""


def sum_lines(
    lines: Sequence[CartLine], cart: Cart, *, address: Mapping[str, str] | None = None
) -> Totals:
    """Work out the sums of lines as the cart's owner would buy them now.

    Args:
        lines: with `variant.product.brand`, `.category` and `price_version`.
        cart: whose they are, where, and how the parcels were chosen to go; it need
            not be saved.
        address: where they go, once it is known.

    Raises:
        shopfront.markets.TaxRateMissing: a rate of today is not set.
    """
    return add_up(lines, cart.market, read_terms(lines, cart, address=address))


def read_terms(
    lines: Sequence[CartLine], cart: Cart, *, address: Mapping[str, str] | None = None
) -> Terms:
    """Read what decides the sums of lines; see `sum_lines`."""
    market = cart.market
    today = clock.now().astimezone(ZoneInfo(market.time_zone)).date()
    brands = {
        line.variant.product.brand_id: line.variant.product.brand for line in lines
    }
    parcels = find_parcels_to_join(lines, cart, address=address)
    offered = list_delivery_ways(market, brands)
    deliveries = {
        key: Delivery(
            _choose(offered[key], cart.deliveries.get(brand.public_id)),
            offered[key],
            parcels.get(key),
        )
        for key, brand in brands.items()
    }
    return Terms(
        rates=get_tax_rates(market, on=today),
        deliveries=deliveries,
        discounts=find_discounts(cart, lines),
    )


def find_parcels_to_join(
    lines: Sequence[CartLine], cart: Cart, *, address: Mapping[str, str] | None = None
) -> dict[int, Order]:
    """Find paid orders of the same show whose parcels these goods may join (D5).

    Same shopper, brand, market and show, paid within a day, not sent yet and, where
    it is known, to the same address: then delivery was paid already.

    Returns:
        Orders by the brand's key.
    """
    wanted = {
        (line.variant.product.brand_id, line.source_id)
        for line in lines
        if line.source_id
    }
    if not wanted:
        return {}
    owner = (
        Q(order__user=cart.user_id)
        if cart.user_id is not None
        else Q(order__user=None, order__checkout__browser_key=cart.browser_key)
    )
    bought = OrderLine.objects.filter(
        owner,
        order__state=Order.State.PAID,
        order__market=cart.market_id,
        order__brand__in={brand for brand, _source in wanted},
        order__paid_at__gt=clock.now() - JOINED_WITHIN,
        source_id__in={source for _brand, source in wanted},
    ).select_related("order")
    return {
        line.order.brand_id: line.order
        for line in bought.order_by("-order_id")
        if (line.order.brand_id, line.source_id) in wanted
        and (not address or line.order.address == address)
    }


def _choose(ways: tuple[DeliveryWay, ...], wanted: object) -> DeliveryWay:
    """Return the chosen way; where there is none such any more, the usual one."""
    return next((way for way in ways if way.id == wanted), ways[0])
