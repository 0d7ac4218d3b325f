"""The brand's limits: how far hosts may go with the price of a product (D2)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import (
    OfferNotAllowed,
    OfferTooLong,
    OfferTooLow,
    OfferTooMany,
    OfferUnsound,
)
from catalog.models import OfferLimit, Product
from catalog.services.floors import check_floor
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What a host wants to offer; the price includes tax."""

    amount_minor: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    most_pieces: int | None = None

    def check(self) -> None:
        """Refuse what no brand could allow.

        Raises:
            OfferUnsound: price, length or pieces are not above zero.
        """
        is_long_enough = self.ends_at - self.starts_at >= dt.timedelta(minutes=1)
        is_whole = self.most_pieces is None or 0 < self.most_pieces <= 1_000_000
        if not (0 < self.amount_minor < 10**12 and is_long_enough and is_whole):
            raise OfferUnsound


def set_limit(
    product: Product,
    market: Market,
    *,
    lowest_minor: int,
    longest_minutes: int,
    by: User,
    reason: str,
    most_pieces: int | None = None,
    valid_from: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
) -> OfferLimit:
    """Say how far hosts may go with a product; whoever says so confirms its cost.

    An offer that runs keeps the terms that shoppers were promised; what is planned
    is checked again at its time.

    Raises:
        OfferUnsound: an amount or length that is not above zero, or no time left.
        BelowFloor: the lowest price is below the floor of the shelf.

    Safe to repeat: yes, the last word counts.
    """
    start = valid_from or clock.now()
    if lowest_minor <= 0 or not 0 < longest_minutes <= 24 * 60:
        raise OfferUnsound
    if most_pieces is not None and most_pieces <= 0:
        raise OfferUnsound
    if valid_until is not None and valid_until <= start:
        raise OfferUnsound
    variants = product.variants.filter(is_active=True).select_related("product")
    check_floor(variants, market, lowest_minor)
    with transaction.atomic():
        limit, _is_new = OfferLimit.objects.update_or_create(
            product=product,
            market=market,
            defaults={
                "lowest_minor": lowest_minor,
                "longest_minutes": longest_minutes,
                "most_pieces": most_pieces,
                "valid_from": start,
                "valid_until": valid_until,
                "is_above_cost": True,
                "set_by": by,
                "changed_at": clock.now(),
            },
        )
        _audit("catalog.offer_limit_set", limit, by, reason)
    return limit


def end_limit(limit: OfferLimit, *, by: User, reason: str) -> None:
    """Allow no new offers of a product from now on. Safe to repeat: yes."""
    now = clock.now()
    with transaction.atomic():
        OfferLimit.objects.filter(pk=limit.pk).update(valid_until=now, changed_at=now)
        _audit("catalog.offer_limit_ended", limit, by, reason)


def check_limit(product: Product, market: Market, terms: OfferTerms) -> None:
    """Refuse terms beyond what the brand allows, in the open transaction.

    Raises:
        OfferNotAllowed: no limits, not confirmed, or another time.
        OfferTooLow, OfferTooLong, OfferTooMany: `extra` says how far one may go.

    Locks: the limit's row, so that no change slips in before the offer is written.
    """
    limit = (
        OfferLimit.objects.select_for_update(of=("self",), no_key=True)
        .select_related("market")
        .filter(product=product, market=market)
        .first()
    )
    if limit is None or not limit.is_above_cost or not _is_within(limit, terms):
        raise OfferNotAllowed
    if terms.amount_minor < limit.lowest_minor:
        message = _("The brand's lowest price is %(price)s.")
        raise OfferTooLow(
            message % {"price": limit.lowest.format()},
            extra={"lowest_minor": limit.lowest_minor},
        )
    longest = dt.timedelta(minutes=limit.longest_minutes)
    if terms.ends_at - terms.starts_at > longest:
        message = _("The brand allows at most %(count)d minutes.")
        raise OfferTooLong(
            message % {"count": limit.longest_minutes},
            extra={"longest_minutes": limit.longest_minutes},
        )
    if limit.most_pieces and (terms.most_pieces or 10**9) > limit.most_pieces:
        message = _("The brand allows at most %(count)d pieces in one offer.")
        raise OfferTooMany(
            message % {"count": limit.most_pieces},
            extra={"most_pieces": limit.most_pieces},
        )


def _is_within(limit: OfferLimit, terms: OfferTerms) -> bool:
    has_begun = limit.valid_from <= terms.starts_at
    return has_begun and (
        limit.valid_until is None or terms.ends_at <= limit.valid_until
    )


def _audit(action: str, limit: OfferLimit, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="product",
        subject_ref=limit.product.public_id,
        reason=reason[:200],
        facts={
            "market": limit.market.code,
            "lowest": limit.lowest_minor,
            "minutes": limit.longest_minutes,
            "pieces": limit.most_pieces,
        },
    )
