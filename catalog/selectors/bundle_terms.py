"""How bundles are sold now, read for many at once: rooms ask every second (D5)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from catalog.models import Bundle, BundlePart, BundlePrice, PriceVersion, Product
from catalog.selectors.nets import find_bundle_unit_price
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.units import UnitPrice

LATELY = dt.timedelta(days=1)
BundlePlace = tuple[int, int]
"""The key of a bundle, and that of a market."""


@dataclass(frozen=True, slots=True)
class BundleTerms:
    """What a bundle costs in a market, and whether it is sold there now."""

    bundle: Bundle
    parts: tuple[BundlePart, ...]
    price: Money
    rests: bool
    """Whether it is not sold now: it was ended, a part of it is not sold or in an
    offer, or its parts cost no more one by one."""
    changed_at: dt.datetime
    """When a price of it or of a part last changed, or it was ended."""
    unit_price: UnitPrice | None = None


def list_bundle_terms(
    wanted: Collection[BundlePlace],
) -> dict[BundlePlace, BundleTerms]:
    """Return how bundles are sold in the markets where they have a price.

    Four queries, none for no bundle.
    """
    if not wanted:
        return {}
    bundles = _read_bundles({bundle for bundle, _market in wanted})
    markets = {market for _bundle, market in wanted}
    now = clock.now()
    prices = BundlePrice.objects.in_force(now).filter(
        bundle__in=bundles, market__in=markets
    )
    whole = {
        (row.bundle_id, row.market_id): row for row in prices.select_related("market")
    }
    held = {part.variant_id for row in bundles.values() for part in _list_parts(row)}
    singles = PriceVersion.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=now - LATELY),
        variant__in=held,
        market__in=markets,
        valid_from__lte=now,
    )
    apart = {
        (row.variant_id, row.market_id): row for row in singles.order_by("valid_from")
    }
    terms = {}
    for key, market in wanted:
        parts = _list_parts(bundles[key])
        if (key, market) in whole:
            pairs = [(part, apart.get((part.variant_id, market))) for part in parts]
            terms[key, market] = _describe(whole[key, market], bundles[key], pairs, now)
    return terms


def _read_bundles(keys: Collection[int]) -> dict[int, Bundle]:
    parts = BundlePart.objects.select_related("variant__product")
    rows = Bundle.objects.filter(pk__in=keys).select_related("brand")
    prefetched = rows.prefetch_related(Prefetch("parts", parts, to_attr="all_parts"))
    return {row.pk: row for row in prefetched}


def _describe(
    price: BundlePrice,
    bundle: Bundle,
    pairs: Sequence[tuple[BundlePart, PriceVersion | None]],
    now: dt.datetime,
) -> BundleTerms:
    is_sold = bundle.is_active and bundle.brand.is_active
    is_whole = all(_is_sold(part, one, now) for part, one in pairs)
    worth = sum(one.amount_minor * part.quantity for part, one in pairs if one)
    turns = [_find_turn(one, now) for _part, one in pairs if one]
    parts = tuple(part for part, _one in pairs)
    return BundleTerms(
        bundle=bundle,
        parts=parts,
        price=price.price,
        rests=not (is_sold and is_whole and price.amount_minor < worth),
        changed_at=max(bundle.ended_at or price.valid_from, price.valid_from, *turns),
        unit_price=find_bundle_unit_price(parts, price.price, price.market),
    )


def _is_sold(part: BundlePart, price: PriceVersion | None, now: dt.datetime) -> bool:
    """Tell whether a part is sold by itself, at a price that is no offer."""
    variant = part.variant
    is_shown = variant.is_active and variant.product.state == Product.State.ACTIVE
    is_priced = price is not None and _holds(price, now) and price.offer_id is None
    return is_shown and is_priced


def _find_turn(price: PriceVersion, now: dt.datetime) -> dt.datetime:
    """Return when a price began, or that it ended with none after it."""
    if price.valid_until is None or _holds(price, now):
        return price.valid_from
    return price.valid_until


def _holds(price: PriceVersion, now: dt.datetime) -> bool:
    return price.valid_until is None or price.valid_until > now


def _list_parts(bundle: Bundle) -> list[BundlePart]:
    parts: list[BundlePart] = vars(bundle)["all_parts"]
    return parts
