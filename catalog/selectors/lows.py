"""The lowest prices of a product in the 30 days that a claim is measured by (D3)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q

from catalog.models import PriceVersion, Product, PublicCode
from catalog.selectors.prices import (
    LOOK_BACK,
    codes_of,
    find_lowest,
    list_public_codes,
)
from shopfront.models import Market

LONGEST_OFFER = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lows:
    """The lowest prices of 30 days of a product's variants, minor units."""

    lowest: int
    highest: int
    """That of the variant that has the highest: what is said may be about it."""


@dataclass(frozen=True, slots=True)
class LowRecord:
    """The record of prices of some products over a stretch of time; it asks nothing."""

    histories: Mapping[int, Sequence[Sequence[PriceVersion]]]
    """By product: of each variant its prices, the oldest first."""
    codes: Sequence[PublicCode]

    def find(self, product: Product, at: dt.datetime) -> Lows | None:
        """Return the lowest prices before a moment, or before the offer that runs then.

        Prices younger than 30 days count since they are known. None where the product
        had no price then. Source: Directive 98/6/EC, Article 6a.
        """
        codes = codes_of(product.brand_id, self.codes)
        histories = self.histories.get(product.pk, ())
        lows = [_find_low(history, codes, at) for history in histories]
        known = [low for low in lows if low is not None]
        return Lows(min(known), max(known)) if known else None


def read_lows(
    products: Collection[int], market: Market, first: dt.datetime, last: dt.datetime
) -> LowRecord:
    """Return the record of products by key that claims made between two moments need.

    Two queries, however many products, variants and moments; none for no product.
    """
    if not products:
        return LowRecord({}, ())
    since = first - LOOK_BACK - LONGEST_OFFER
    rows = PriceVersion.objects.ever_in_force().filter(
        Q(valid_until=None) | Q(valid_until__gt=since),
        variant__product__in=products,
        variant__is_active=True,
        market=market,
        valid_from__lte=last,
    )
    histories: dict[int, list[list[PriceVersion]]] = {}
    prices = rows.select_related("variant").order_by("variant_id", "valid_from", "id")
    for _variant, history in groupby(prices, key=lambda row: row.variant_id):
        known = list(history)
        histories.setdefault(known[0].variant.product_id, []).append(known)
    return LowRecord(histories, list_public_codes(market, since, last))


def _find_low(
    history: Sequence[PriceVersion], codes: Sequence[PublicCode], at: dt.datetime
) -> int | None:
    """Return the lowest price of a variant; None where it had none at that moment."""
    current = next((row for row in history if _holds(row, at)), None)
    if current is None:
        return None
    is_offered = current.offer_id is not None
    end = current.valid_from if is_offered else at
    since = end - LOOK_BACK
    before = [
        row
        for row in history
        if (row.valid_until is None or row.valid_until > since)
        and (row.valid_from < end or row is current)
        and not (is_offered and row is current)
    ]
    lowest = find_lowest(before, codes, since, end)
    return current.amount_minor if lowest is None else lowest


def _holds(row: PriceVersion, at: dt.datetime) -> bool:
    is_over = row.valid_until is not None and row.valid_until <= at
    return row.valid_from <= at and not is_over
