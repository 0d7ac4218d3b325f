"""The quality gate: which products a market's ceilings keep off the screen (P6)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from creators.selectors.decisions import list_let_through
from creators.selectors.pin_sayings import explain_ceiling
from orders.models import ProductQuality
from shopfront.markets import find_rules
from shopfront.models import Market, MarketRule


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a product is not pinned: a count of its lines above a ceiling."""

    product: str
    title: str
    is_complaint: bool
    count: int
    sold: int
    ceiling_bps: int
    days: int
    rule_version: str

    @property
    def rate_bps(self) -> int:
        """The share of the lines sold, in basis points, rounded down."""
        return self.count * 10_000 // self.sold

    @property
    def sentence(self) -> str:
        """What the portal says: number, window, ceiling."""
        return explain_ceiling(self.as_figures())

    def as_figures(self) -> dict[str, Any]:
        """Return what a decision about a pin keeps of it."""
        return {
            "product": self.title,
            "is_complaint": self.is_complaint,
            "count": self.count,
            "sold": self.sold,
            "days": self.days,
            "rate_bps": self.rate_bps,
            "ceiling_bps": self.ceiling_bps,
        }


def list_barred(
    product_ids: Iterable[int], market: Market, at: dt.datetime
) -> dict[int, Bar]:
    """Return the products that are above a ceiling, by key; at most three queries.

    The rule in force at the moment decides; without one nothing is barred. What a
    human lets through is not barred until the day that they named.
    """
    rows = list(
        ProductQuality.objects.filter(
            product__in=list(product_ids), market=market
        ).select_related("product")
    )
    rule = find_rules(market, at) if rows else None
    if rule is None:
        return {}
    judged = {row.product_id: judge_quality(row, rule) for row in rows}
    bars = {key: bar for key, bar in judged.items() if bar is not None}
    if not bars:
        return {}
    let = list_let_through({bar.product for bar in bars.values()}, market, at)
    return {key: bar for key, bar in bars.items() if bar.product not in let}


def judge_quality(row: ProductQuality, rule: MarketRule) -> Bar | None:
    """Return why a product is barred, complaints before returns, or None.

    Exactly at a ceiling is not above it.
    """
    if row.sold_count < max(rule.ceiling_least_lines, 1):
        return None
    for is_complaint, count, ceiling in (
        (True, row.complained_count, rule.complaint_ceiling_bps),
        (False, row.returned_count, rule.return_ceiling_bps),
    ):
        if count * 10_000 > ceiling * row.sold_count:
            return Bar(
                product=row.product.public_id,
                title=row.product.title,
                is_complaint=is_complaint,
                count=count,
                sold=row.sold_count,
                ceiling_bps=ceiling,
                days=ProductQuality.WINDOW.days,
                rule_version=rule.version,
            )
    return None
