"""What a human was asked about products that a ceiling keeps off a show's screen."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from creators.models import WorkDecision
from creators.selectors.decisions import list_asked
from livestreams.models import Livestream
from livestreams.selectors.vetoes import find_show_ref
from orders.selectors.quality import Bar

Limit = WorkDecision.Limit


@dataclass(frozen=True, slots=True)
class PinDoubt:
    """A human was asked about a barred product, and may have answered."""

    due_at: dt.datetime | None
    has_stood: bool
    reason: str


def find_limit(bar: Bar) -> WorkDecision.Limit:
    """Return which ceiling a bar is about."""
    return Limit.COMPLAINTS if bar.is_complaint else Limit.RETURNS


def name_refusal(livestream: Livestream, bar: Bar) -> str:
    """Return the key of a refused pin: the same figures in a show are decided once."""
    figures = f"{bar.count}-{bar.sold}-{bar.ceiling_bps}"
    show = find_show_ref(livestream)
    return f"pin:{show}:{bar.product}:{find_limit(bar)}:{figures}"


def list_doubts(livestream: Livestream, bars: Mapping[str, Bar]) -> dict[str, PinDoubt]:
    """Return what a human was asked about barred products, by their public id.

    One query, none where nothing is barred.
    """
    if not bars:
        return {}
    keys = {product: name_refusal(livestream, bar) for product, bar in bars.items()}
    asked = list_asked(keys.values())
    return {
        product: _describe(asked[key]) for product, key in keys.items() if key in asked
    }


def _describe(row: WorkDecision) -> PinDoubt:
    return PinDoubt(row.due_at, row.decided_at is not None, row.reason)
