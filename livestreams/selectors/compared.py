"""Unit prices as a room's events carry them (D3)."""

from catalog.models import PriceVersion
from livestreams.protocol.pinning import ComparedPrice
from shopfront.common.units import UnitPrice, find_unit_price
from shopfront.models import Market


def compare_price(price: PriceVersion, market: Market) -> ComparedPrice | None:
    """Return what a variant costs by measure; its row was read with the price."""
    net = price.variant.net
    return describe_unit_price(find_unit_price(price.price, net, market.unit_terms))


def describe_unit_price(found: UnitPrice | None) -> ComparedPrice | None:
    """Return a unit price as events carry it; the page says it in its language."""
    if found is None:
        return None
    amount, sign = found.per.amount.normalize(), found.per.sign
    per = sign if amount == 1 else f"{amount:f} {sign}"
    return ComparedPrice(amount=f"{found.amount:f}", per=per)
