"""Which products cost less than their shelf's floor (D4)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef

from catalog.models import FloorOverride, PriceFloor, PriceVersion
from shopfront.models import Market


def list_below_floor(
    product_ids: Iterable[int], market: Market, at: dt.datetime
) -> set[int]:
    """Return the products with a price below their floor, by key; one query.

    What staff excepted is not below; a floor binds once it is approved.
    """
    floors = PriceFloor.objects.filter(
        market=market,
        category=OuterRef("variant__product__category"),
        amount_minor__gt=OuterRef("amount_minor"),
        approved_at__isnull=False,
        ended_at=None,
    )
    exceptions = FloorOverride.objects.filter(
        variant=OuterRef("variant"),
        market=market,
        lowest_minor__lte=OuterRef("amount_minor"),
        until__gt=at,
    )
    prices = PriceVersion.objects.in_force(at).filter(
        Exists(floors),
        ~Exists(exceptions),
        variant__product__in=list(product_ids),
        variant__is_active=True,
        market=market,
    )
    products = prices.order_by().annotate(product=F("variant__product"))
    return set(products.values_list("product", flat=True).distinct())
