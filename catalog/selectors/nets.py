"""What bundles cost by measure, and which variants lack their net quantity (D3)."""

from collections.abc import Iterable, Sequence

from catalog.models import BundlePart, PriceVersion, Product, Variant
from shopfront.common.money import Money
from shopfront.common.units import Net, UnitPrice, find_unit_price, sum_nets
from shopfront.models import Market


def find_bundle_unit_price(
    parts: Sequence[BundlePart], price: Money, market: Market
) -> UnitPrice | None:
    """Return what a bundle of one product costs by its measure.

    Different goods in one package have none. Source: Price Marking Order 2004,
    Schedule 2; Preisangabenverordnung, Section 4(3).
    """
    if len({part.variant.product_id for part in parts}) != 1:
        return None
    nets = [_multiply(part.variant.net, part.quantity) for part in parts]
    return find_unit_price(price, sum_nets(nets), market.unit_terms)


def lacks_net(variant: Variant, market: Market) -> bool:
    """Tell whether a shelf asks a variant for a net quantity that it does not have.

    The variant's product and category are read where they were not.
    """
    asked = variant.product.category.measured_by
    is_stated = variant.net is not None and variant.net.dimension == asked
    return bool(asked) and market.unit_terms.is_due and not is_stated


def list_markets_lacking(variant: Variant, prices: Iterable[PriceVersion]) -> list[str]:
    """Return the codes of the markets of some prices where a variant lacks it."""
    markets = {price.market.code: price.market for price in prices}
    return sorted(code for code, row in markets.items() if lacks_net(variant, row))


def find_unmeasured(product: Product) -> Variant | None:
    """Return a variant that is priced in a market where it lacks its net quantity."""
    prices = PriceVersion.objects.in_force().filter(
        variant__product=product, variant__is_active=True
    )
    rows = prices.select_related("market", "variant__product__category")
    lacking = (row.variant for row in rows if lacks_net(row.variant, row.market))
    return next(lacking, None)


def _multiply(net: Net | None, count: int) -> Net | None:
    return Net(net.amount * count, net.unit) if net is not None else None
