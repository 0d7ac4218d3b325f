"""Sums of a checkout: per line, per seller, in all, tax within (K1, K4, K5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from catalog.models import Brand
from orders.models import CartLine
from shopfront.common import clock
from shopfront.common.money import Money, tax_within
from shopfront.markets import get_tax_bps
from shopfront.models import Market


@dataclass(frozen=True, slots=True)
class LineSum:
    """A cart line with its price and the tax within it."""

    line: CartLine
    unit: Money
    total: Money
    tax_bps: int
    tax: Money


@dataclass(frozen=True, slots=True)
class SellerSum:
    """What one brand sells in a checkout: one order, one parcel (K5)."""

    brand: Brand
    lines: tuple[LineSum, ...]
    goods: Money
    shipping: Money
    tax: Money

    @property
    def total(self) -> Money:
        """Goods and delivery, tax included."""
        return self.goods + self.shipping


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole checkout, complete from the first page on."""

    sellers: tuple[SellerSum, ...]
    goods: Money
    shipping: Money
    tax: Money

    @property
    def total(self) -> Money:
        """What will be charged."""
        return self.goods + self.shipping

    @property
    def piece_count(self) -> int:
        """Pieces in all."""
        return sum(
            line.line.quantity for seller in self.sellers for line in seller.lines
        )


def sum_lines(lines: Iterable[CartLine], market: Market) -> Totals:
    """Work out the sums of cart lines, half up per line.

    The lines come with `variant.product.brand`, `.category` and `price_version`.
    Delivery is taxed like the goods it carries, at the highest of their rates.

    Raises:
        shopfront.markets.tax.TaxRateMissing: a rate of today is not set.
    """
    today = clock.now().astimezone(ZoneInfo(market.time_zone)).date()
    rates: dict[str, int] = {}
    groups: dict[int, list[LineSum]] = {}
    for line in lines:
        category = line.variant.product.category.tax_category
        if category not in rates:
            rates[category] = get_tax_bps(market, category, on=today)
        part = _sum_line(line, rates[category])
        groups.setdefault(line.variant.product.brand_id, []).append(part)
    sellers = tuple(_sum_seller(parts, market) for parts in groups.values())
    zero = Money.zero(market.currency)
    return Totals(
        sellers=sellers,
        goods=sum((seller.goods for seller in sellers), zero),
        shipping=sum((seller.shipping for seller in sellers), zero),
        tax=sum((seller.tax for seller in sellers), zero),
    )


def _sum_line(line: CartLine, tax_bps: int) -> LineSum:
    unit = line.price_version.price
    total = unit * line.quantity
    tax = Money(tax_within(total.minor, tax_bps), total.currency)
    return LineSum(line, unit, total, tax_bps, tax)


def _sum_seller(parts: list[LineSum], market: Market) -> SellerSum:
    zero = Money.zero(market.currency)
    shipping = Money(market.shipping_minor, market.currency)
    highest = max(part.tax_bps for part in parts)
    shipping_tax = Money(tax_within(shipping.minor, highest), market.currency)
    return SellerSum(
        brand=parts[0].line.variant.product.brand,
        lines=tuple(parts),
        goods=sum((part.total for part in parts), zero),
        shipping=shipping,
        tax=sum((part.tax for part in parts), shipping_tax),
    )
