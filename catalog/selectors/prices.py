"""Which price holds, and which held before."""

import datetime as dt
from collections.abc import Iterable, Sequence

from catalog.models import PriceVersion, PublicCode, Variant
from shopfront.common.money import Money
from shopfront.models import Market

LOOK_BACK = dt.timedelta(days=30)


def get_price(variant: Variant, market: Market, at: dt.datetime) -> PriceVersion | None:
    """Return the public price of a variant at a moment, if it has one."""
    rows = PriceVersion.objects.in_force(at).filter(variant=variant, market=market)
    return rows.order_by("-valid_from").first()


def find_prior_price(variant: Variant, market: Market, at: dt.datetime) -> Money | None:
    """Return the lowest public price in the 30 days before a reduction at a moment.

    What codes open to all took off counts too.

    None where the product's price is known for less than 30 days: then nothing may
    be claimed. Source: Directive 98/6/EC, Article 6a; CJEU C-330/23.
    """
    since = at - LOOK_BACK
    rows = PriceVersion.objects.ever_in_force().filter(variant=variant, market=market)
    if not rows.filter(valid_from__lte=since).exists():
        return None
    recent = list(rows.filter(valid_from__lt=at).exclude(valid_until__lte=since))
    codes = list_public_codes(market, since, at) if recent else []
    lowest = find_lowest(recent, codes_of(variant.product.brand_id, codes), since, at)
    return None if lowest is None else Money(lowest, market.currency)


def list_public_codes(
    market: Market, since: dt.datetime, until: dt.datetime
) -> list[PublicCode]:
    """List the codes open to all that could be used at some time between two."""
    rows = PublicCode.objects.filter(market=market, valid_from__lt=until)
    return list(rows.exclude(valid_until__lte=since))


def codes_of(brand_id: int, codes: Iterable[PublicCode]) -> list[PublicCode]:
    """Return the codes that took something off the goods of a brand."""
    return [code for code in codes if code.brand_id in (None, brand_id)]


def find_lowest(
    prices: Iterable[PriceVersion],
    codes: Sequence[PublicCode],
    since: dt.datetime,
    until: dt.datetime,
) -> int | None:
    """Return the lowest amount that anybody could pay between two moments, if any.

    No code takes anything off the price of an offer.
    """
    amounts = []
    for price in prices:
        amounts.append(price.amount_minor)
        if price.offer_id is None:
            amounts += [
                code.lower(price.amount_minor)
                for code in codes
                if _met(price, code, since, until)
            ]
    return min(amounts, default=None)


def _met(
    price: PriceVersion, code: PublicCode, since: dt.datetime, until: dt.datetime
) -> bool:
    """Whether a code could be used on a price at some time between two moments."""
    start = max(price.valid_from, code.valid_from, since)
    ends = [end for end in (price.valid_until, code.valid_until, until) if end]
    return start < min(ends)
