"""How brands send their parcels in a market, and what that costs."""

from collections.abc import Collection
from dataclasses import dataclass

from catalog.models import DeliveryOption
from catalog.models.delivery import describe_days
from shopfront.common.money import Money
from shopfront.models import Market

USUAL_DAYS = (2, 4)


@dataclass(frozen=True, slots=True)
class DeliveryWay:
    """One way in which a brand sends; without an id it is the market's own."""

    id: str
    kind: str
    price: Money
    free_from: Money | None
    days_least: int
    days_most: int

    @property
    def name(self) -> str:
        """What people call it, in their language."""
        return str(DeliveryOption.Kind(self.kind).label)

    @property
    def days(self) -> str:
        """How long it takes, in words."""
        return describe_days(self.days_least, self.days_most)

    def price_for(self, goods: Money) -> Money:
        """Return its price for goods of an amount."""
        is_free = self.free_from is not None and goods >= self.free_from
        return Money.zero(self.price.currency) if is_free else self.price


def list_delivery_ways(
    market: Market, brands: Collection[int]
) -> dict[int, tuple[DeliveryWay, ...]]:
    """List how brands send in a market, by key; the first way is the usual one."""
    rows = DeliveryOption.objects.filter(
        market=market, brand__in=brands, is_active=True
    )
    ways: dict[int, list[DeliveryWay]] = {brand: [] for brand in brands}
    for row in rows:
        ways[row.brand_id].append(_describe(row, market))
    usual = (_describe_usual(market),)
    return {brand: tuple(own) or usual for brand, own in ways.items()}


def _describe(row: DeliveryOption, market: Market) -> DeliveryWay:
    free_from = row.free_from_minor
    return DeliveryWay(
        id=row.public_id,
        kind=row.kind,
        price=Money(row.price_minor, market.currency),
        free_from=None if free_from is None else Money(free_from, market.currency),
        days_least=row.days_least,
        days_most=row.days_most,
    )


def _describe_usual(market: Market) -> DeliveryWay:
    least, most = USUAL_DAYS
    return DeliveryWay(
        id="",
        kind=DeliveryOption.Kind.STANDARD,
        price=Money(market.shipping_minor, market.currency),
        free_from=None,
        days_least=least,
        days_most=most,
    )
