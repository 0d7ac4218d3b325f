"""Which price holds, and which held before."""

import datetime as dt

from catalog.models import PriceVersion, Variant
from shopfront.common.money import Money
from shopfront.models import Market

LOOK_BACK = dt.timedelta(days=30)


def get_price(variant: Variant, market: Market, at: dt.datetime) -> PriceVersion | None:
    """Return the public price of a variant at a moment, if it has one."""
    rows = PriceVersion.objects.in_force(at).filter(variant=variant, market=market)
    return rows.order_by("-valid_from").first()


def find_prior_price(variant: Variant, market: Market, at: dt.datetime) -> Money | None:
    """Return the lowest public price in the 30 days before a reduction at a moment.

    None where the product's price is known for less than 30 days: then nothing may
    be claimed. Source: Directive 98/6/EC, Article 6a; CJEU C-330/23.
    """
    since = at - LOOK_BACK
    rows = PriceVersion.objects.ever_in_force().filter(variant=variant, market=market)
    if not rows.filter(valid_from__lte=since).exists():
        return None
    lowest = (
        rows.filter(valid_from__lt=at)
        .exclude(valid_until__lte=since)
        .order_by("amount_minor")
        .first()
    )
    return lowest.price if lowest else None
