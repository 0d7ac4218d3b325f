"""Floors: the operator's own lowest prices, and named exceptions to them (D4)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.errors import BelowFloor, FloorSamePerson, FloorUnsound
from catalog.models import Category, FloorOverride, PriceFloor, Variant
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Market, User
from shopfront.services import audit


def set_floor(
    market: Market, category: Category, amount_minor: int, *, by: User, counsel: str
) -> PriceFloor:
    """Propose the lowest price of a shelf in a market; a second person approves it.

    Args:
        market: where.
        category: the shelf.
        amount_minor: with tax, in minor units.
        by: who records it.
        counsel: counsel's view in words, without which no floor binds.

    Raises:
        FloorUnsound: no amount, or no view of counsel.
    """
    if amount_minor <= 0 or not counsel.strip():
        raise FloorUnsound
    with transaction.atomic():
        floor = PriceFloor.objects.create(
            market=market,
            category=category,
            amount_minor=amount_minor,
            counsel_view=counsel.strip(),
            set_by=by,
        )
        _audit("catalog.floor_set", floor, by, counsel)
    return floor


def approve_floor(floor: PriceFloor, *, by: User, reason: str) -> None:
    """Put a floor in force; the one before it on the shelf ends.

    Raises:
        FloorSamePerson: by who set it.

    Locks: the floor's row and the one in force.
    Safe to repeat: yes, the first approval stands.
    """
    if floor.set_by_id == by.pk:
        raise FloorSamePerson
    now = clock.now()
    with transaction.atomic():
        rows = PriceFloor.objects.select_for_update().filter(
            market=floor.market_id, category=floor.category_id, ended_at=None
        )
        locked = {row.pk: row for row in rows.order_by("pk")}
        mine = locked.get(floor.pk)
        if mine is None or mine.approved_at is not None:
            return
        before = [row.pk for row in locked.values() if row.approved_at is not None]
        PriceFloor.objects.filter(pk__in=before).update(ended_at=now)
        mine.approved_by, mine.approved_at = by, now
        mine.save(update_fields=["approved_by", "approved_at"])
        _audit("catalog.floor_approved", mine, by, reason)


def end_floor(floor: PriceFloor, *, by: User, reason: str) -> None:
    """Switch a floor off, or drop one that was never approved.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        rows = PriceFloor.objects.filter(pk=floor.pk, ended_at=None)
        if rows.update(ended_at=clock.now()):
            _audit("catalog.floor_ended", floor, by, reason)


def override_floor(
    variant: Variant,
    market: Market,
    lowest_minor: int,
    *,
    until: dt.datetime,
    by: User,
    reason: str,
) -> FloorOverride:
    """Let one variant go below its floor for a while, in somebody's name.

    Raises:
        FloorUnsound: no amount, no reason, or an end that is over.
    """
    if lowest_minor <= 0 or not reason.strip() or until <= clock.now():
        raise FloorUnsound
    with transaction.atomic():
        override = FloorOverride.objects.create(
            variant=variant,
            market=market,
            lowest_minor=lowest_minor,
            until=until,
            by=by,
            reason=reason.strip(),
        )
        audit.record(
            "catalog.floor_overridden",
            actor=by,
            subject_kind="variant",
            subject_ref=variant.sku,
            reason=reason,
            facts={"market": market.code, "lowest": lowest_minor},
        )
    return override


def check_floor(variants: Iterable[Variant], market: Market, amount_minor: int) -> None:
    """Refuse a price below the floor of its shelf, unless staff made an exception.

    The variants are of one product, and come with it.

    Raises:
        BelowFloor: the sentence and `extra` name the floor.
    """
    rows = list(variants)
    if not rows:
        return
    floor = PriceFloor.objects.filter(
        market=market,
        category=rows[0].product.category_id,
        approved_at__isnull=False,
        ended_at=None,
    ).first()
    if floor is None or amount_minor >= floor.amount_minor:
        return
    excepted = set(
        FloorOverride.objects.filter(
            variant__in=rows,
            market=market,
            lowest_minor__lte=amount_minor,
            until__gt=clock.now(),
        ).values_list("variant", flat=True)
    )
    if any(row.pk not in excepted for row in rows):
        raise _below(floor, market, amount_minor)


def _below(floor: PriceFloor, market: Market, amount_minor: int) -> BelowFloor:
    message = _(
        "%(price)s is below %(floor)s, the lowest price that is listed on the shelf "
        "%(shelf)s. Choose a higher one, or ask staff for an exception."
    ) % {
        "price": Money(amount_minor, market.currency).format(),
        "floor": Money(floor.amount_minor, market.currency).format(),
        "shelf": floor.category.name,
    }
    return BelowFloor(message, extra={"floor_minor": floor.amount_minor})


def _audit(action: str, floor: PriceFloor, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="price_floor",
        subject_ref=floor.public_id,
        reason=reason[:200],
        facts={"category": floor.category.slug, "amount": floor.amount_minor},
    )
