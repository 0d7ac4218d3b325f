"""Sums of a cart, checkout or order: the one place that works them out (K1, K4, K5).

Pure: it reads no row. `orders.selectors.terms` reads what it needs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from catalog.models import Brand, BundlePrice
from catalog.selectors.bundles import share_price
from catalog.selectors.delivery import DeliveryWay
from orders.models import CartLine, Order
from shopfront.common.money import Money, take_share, tax_within
from shopfront.common.units import UnitPrice, find_unit_price
from shopfront.markets import TaxRateMissing
from shopfront.models import Market, TaxRate


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one seller sends, what else could be chosen, and a parcel it may join."""

    way: DeliveryWay
    ways: tuple[DeliveryWay, ...]
    joins: Order | None = None

    def price_for(self, goods: Money) -> Money:
        """Return what it costs; a parcel that is joined was paid for before."""
        return Money.zero(goods.currency) if self.joins else self.way.price_for(goods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides the sums beside goods and their prices."""

    rates: Mapping[str, TaxRate]
    deliveries: Mapping[int, Delivery]
    discounts: Mapping[int, Money] = field(default_factory=dict)
    """What a coupon takes off a line, by the variant's key, as prices are shown."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """An amount as it is charged, with the tax in it."""

    total: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class LineSum:
    """A cart line with its price and the tax within it."""

    line: CartLine
    unit: Money
    saved: Money
    """What the price of a bundle is below that of its pieces one by one."""
    discount: Money
    rate: TaxRate
    total: Money
    tax: Money

    @property
    def listed(self) -> Money:
        """What the pieces cost as prices are shown, before any discount.

        Pieces of a bundle cost their share of its price.
        """
        return self.unit * self.line.quantity - self.saved

    @property
    def unit_price(self) -> UnitPrice | None:
        """What it costs by measure, as prices are shown (D3)."""
        market = self.line.price_version.market
        return find_unit_price(self.unit, self.line.variant.net, market.unit_terms)

    @property
    def added_tax(self) -> Money:
        """Tax on top of what was shown; none where prices include it."""
        return self.total - (self.listed - self.discount)

    @property
    def tax_bps(self) -> int:
        """The rate in basis points."""
        return self.rate.basis_points


@dataclass(frozen=True, slots=True)
class LineGroup:
    """What is shown as one: a line, or a bundle with its parts."""

    lines: tuple[LineSum, ...]

    @property
    def bundle_price(self) -> BundlePrice | None:
        """The price of the bundle; None of a single line."""
        return self.lines[0].line.bundle_price

    @property
    def count(self) -> int:
        """How many bundles."""
        return self.lines[0].line.bundle_count

    @property
    def listed(self) -> Money:
        """What it costs as prices are shown, before any discount."""
        return _add(self.lines, "listed", self.lines[0].unit.currency)


@dataclass(frozen=True, slots=True)
class SellerSum:
    """What one brand sells in a checkout: one order, one parcel (K5)."""

    brand: Brand
    lines: tuple[LineSum, ...]
    delivery: Delivery
    shipping_listed: Money
    shipping: Money
    shipping_tax_bps: int
    shipping_tax: Money

    @property
    def groups(self) -> tuple[LineGroup, ...]:
        """Its lines, those of one bundle together."""
        lines = sorted(self.lines, key=_first_of_group(self.lines))
        return tuple(
            LineGroup(tuple(parts)) for _key, parts in groupby(lines, key=_group_of)
        )

    @property
    def priced_ways(self) -> tuple[tuple[DeliveryWay, Money], ...]:
        """Ways to choose from with their prices as shown; none for a joined parcel."""
        if self.delivery.joins is not None or len(self.delivery.ways) == 1:
            return ()
        worth = self.listed - self.discount
        return tuple((way, way.price_for(worth)) for way in self.delivery.ways)

    @property
    def listed(self) -> Money:
        """Goods as prices are shown, before any discount."""
        return _add(self.lines, "listed", self.shipping.currency)

    @property
    def discount(self) -> Money:
        """What coupons take off."""
        return _add(self.lines, "discount", self.shipping.currency)

    @property
    def goods(self) -> Money:
        """Goods as they are charged: less discount, tax included."""
        return _add(self.lines, "total", self.shipping.currency)

    @property
    def tax(self) -> Money:
        """All tax, that on delivery included."""
        return _add(self.lines, "tax", self.shipping.currency) + self.shipping_tax

    @property
    def total(self) -> Money:
        """Goods and delivery, tax included."""
        return self.goods + self.shipping


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole checkout, complete from the first page on.

    As shown: `listed - discount + shipping_listed`, plus `tax` unless it is included.
    As charged: `goods + shipping`, tax included. Both are `total`.
    """

    sellers: tuple[SellerSum, ...]
    currency: str
    includes_tax: bool

    @property
    def listed(self) -> Money:
        """Goods as prices are shown, before any discount."""
        return _add(self.sellers, "listed", self.currency)

    @property
    def discount(self) -> Money:
        """What coupons take off."""
        return _add(self.sellers, "discount", self.currency)

    @property
    def goods(self) -> Money:
        """Goods as they are charged: less discount, tax included."""
        return _add(self.sellers, "goods", self.currency)

    @property
    def shipping_listed(self) -> Money:
        """Delivery as prices are shown."""
        return _add(self.sellers, "shipping_listed", self.currency)

    @property
    def shipping(self) -> Money:
        """Delivery as it is charged, tax included."""
        return _add(self.sellers, "shipping", self.currency)

    @property
    def tax(self) -> Money:
        """All tax."""
        return _add(self.sellers, "tax", self.currency)

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


def add_up(lines: Iterable[CartLine], market: Market, terms: Terms) -> Totals:
    """Work out the sums of cart lines, tax half up per line.

    The lines come with `variant.product.brand`, `.category` and `price_version`.
    Delivery is taxed like the goods it carries, at the highest of their rates.

    Raises:
        shopfront.markets.TaxRateMissing: a rate of today is not set.
    """
    rows = list(lines)
    groups: dict[int, list[LineSum]] = {}
    for line, saved in zip(rows, share_bundles(rows), strict=True):
        part = _sum_line(line, market, terms, saved)
        groups.setdefault(line.variant.product.brand_id, []).append(part)
    return Totals(
        sellers=tuple(
            _sum_seller(parts, market, terms.deliveries[brand])
            for brand, parts in groups.items()
        ),
        currency=market.currency,
        includes_tax=market.prices_include_tax,
    )


def share_bundles(lines: Sequence[CartLine]) -> list[int]:
    """Return what a bundle's price takes off each line, none off single ones.

    The price of a bundle is shared among its parts by their own prices, to the
    penny, so that each part is taxed by its own category.
    """
    saved = [0] * len(lines)
    groups: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        if line.bundle_price_id is not None:
            groups.setdefault(line.bundle_price_id, []).append(place)
    for places in groups.values():
        first = lines[places[0]]
        assert first.bundle_price is not None
        worths = [
            lines[place].price_version.amount_minor * lines[place].quantity
            for place in places
        ]
        shares = share_price(
            first.bundle_price.amount_minor * first.bundle_count, worths
        )
        for place, worth, share in zip(places, worths, shares, strict=True):
            saved[place] = worth - share
    return saved


def apply_tax(shown: Money, basis_points: int, *, includes_tax: bool) -> Taxed:
    """Return an amount as it is charged, from the amount as it is shown; half up."""
    if includes_tax:
        tax = Money(tax_within(shown.minor, basis_points), shown.currency)
        return Taxed(shown, tax)
    tax = Money(take_share(shown.minor, basis_points), shown.currency)
    return Taxed(shown + tax, tax)


def _sum_line(
    line: CartLine, market: Market, terms: Terms, saved_minor: int
) -> LineSum:
    category = line.variant.product.category.tax_category
    rate = terms.rates.get(category)
    if rate is None:
        raise TaxRateMissing(extra={"category": category})
    unit = line.price_version.price
    saved = Money(saved_minor, unit.currency)
    listed = unit * line.quantity - saved
    discount = none = Money.zero(market.currency)
    if line.bundle_price_id is None:
        discount = min(terms.discounts.get(line.variant_id, none), listed)
    charged = apply_tax(
        listed - discount, rate.basis_points, includes_tax=market.prices_include_tax
    )
    return LineSum(line, unit, saved, discount, rate, charged.total, charged.tax)


def _sum_seller(parts: list[LineSum], market: Market, delivery: Delivery) -> SellerSum:
    zero = Money.zero(market.currency)
    worth = sum((part.listed - part.discount for part in parts), zero)
    listed = delivery.price_for(worth)
    highest = max(part.tax_bps for part in parts)
    charged = apply_tax(listed, highest, includes_tax=market.prices_include_tax)
    return SellerSum(
        brand=parts[0].line.variant.product.brand,
        lines=tuple(parts),
        delivery=delivery,
        shipping_listed=listed,
        shipping=charged.total,
        shipping_tax_bps=highest,
        shipping_tax=charged.tax,
    )


def _group_of(part: LineSum) -> tuple[int, int]:
    """Return what tells the lines of one bundle, or a single line, from others."""
    bundle = part.line.bundle_price_id
    return (bundle, 0) if bundle is not None else (0, part.line.variant_id)


def _first_of_group(parts: Sequence[LineSum]) -> Callable[[LineSum], int]:
    """Return the order that brings lines of a bundle to where its first one is."""
    firsts: dict[tuple[int, int], int] = {}
    for place, part in enumerate(parts):
        firsts.setdefault(_group_of(part), place)
    return lambda part: firsts[_group_of(part)]


def _add(
    parts: Iterable[LineSum] | Iterable[SellerSum], name: str, currency: str
) -> Money:
    amounts = (getattr(part, name) for part in parts)
    return sum(amounts, Money.zero(currency))
