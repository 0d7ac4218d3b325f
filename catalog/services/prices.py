"""Public prices: every change is a new dated row, the old one is kept (D3)."""

from django.db import transaction

from catalog.errors import BadPrice, OfferRunning
from catalog.models import PriceVersion, Variant
from catalog.services.floors import check_floor
from catalog.services.quantities import lock_variant, refuse_unmeasured
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit


def set_price(
    variant: Variant,
    market: Market,
    amount_minor: int,
    *,
    by: User | None = None,
    reason: str = "",
) -> PriceVersion:
    """Give a variant a new public price in a market from now on.

    The amount includes tax, in minor units of the market's currency. What a person
    changed stands in the audit log with the reason.

    Raises:
        BadPrice: not above zero.
        BelowFloor: below the floor of its shelf.
        OfferRunning: an offer has promised this price until its end.
        QuantityMissing: its shelf asks for a net quantity in this market.

    Locks: the variant's row.

    Safe to repeat: the same price changes nothing.
    """
    if amount_minor <= 0:
        raise BadPrice
    now = clock.now()
    with transaction.atomic():
        locked = lock_variant(variant)
        current = PriceVersion.objects.filter(
            variant=variant, market=market, valid_until=None
        ).first()
        if current is not None and current.amount_minor == amount_minor:
            return current
        refuse_unmeasured(locked, market)
        check_floor([variant], market, amount_minor)
        if current is not None:
            if current.valid_from > now:
                raise OfferRunning
            PriceVersion.objects.filter(pk=current.pk).update(valid_until=now)
        version = PriceVersion.objects.create(
            variant=variant,
            market=market,
            amount_minor=amount_minor,
            currency=market.currency,
            valid_from=now,
        )
        if by is not None:
            before = current.amount_minor if current is not None else None
            audit.record(
                "catalog.price_set",
                actor=by,
                subject_kind="variant",
                subject_ref=variant.sku,
                reason=reason,
                facts={
                    "market": market.code,
                    "currency": market.currency,
                    "before": before,
                    "after": amount_minor,
                },
            )
        return version
