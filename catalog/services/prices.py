"""Public prices: every change is a new dated row, the old one is kept (D3)."""

from django.db import transaction

from catalog.errors import BadPrice
from catalog.models import PriceVersion, Variant
from shopfront.common import clock
from shopfront.models import Market


def set_price(variant: Variant, market: Market, amount_minor: int) -> PriceVersion:
    """Give a variant a new public price in a market from now on.

    The amount includes tax, in minor units of the market's currency.

    Raises:
        BadPrice: not above zero.

    Locks: the variant's row.

    Safe to repeat: the same price changes nothing.
    """
    if amount_minor <= 0:
        raise BadPrice
    now = clock.now()
    with transaction.atomic():
        Variant.objects.select_for_update().get(pk=variant.pk)
        current = PriceVersion.objects.filter(
            variant=variant, market=market, valid_until=None
        ).first()
        if current is not None:
            if current.amount_minor == amount_minor:
                return current
            PriceVersion.objects.filter(pk=current.pk).update(valid_until=now)
        return PriceVersion.objects.create(
            variant=variant,
            market=market,
            amount_minor=amount_minor,
            currency=market.currency,
            valid_from=now,
        )
