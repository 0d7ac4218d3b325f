"""How many pieces one shopper and one household may have of a product (B6).

Persons are counted by keyed hashes; these are forgotten after thirty days.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from catalog.errors import BadQuantity, LimitReached
from catalog.models import BuyingLimit, HoldCount, Product, Reservation
from catalog.services.statements import COUNT
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

MOST_PIECES = 1000
KEPT_FOR = dt.timedelta(days=30)


def set_buying_limit(product: Product, pieces: int) -> BuyingLimit:
    """Announce how many pieces of each variant a household may have from now on.

    Raises:
        BadQuantity: not a positive number of pieces.

    Safe to repeat: yes.
    """
    if not 0 < pieces <= MOST_PIECES:
        raise BadQuantity
    limit, _is_new = BuyingLimit.objects.update_or_create(
        product=product, defaults={"pieces": pieces}
    )
    return limit


def list_limits(variant_ids: Collection[int]) -> dict[int, int]:
    """List the limits of variants; those without one miss."""
    rows = BuyingLimit.objects.filter(product__variants__in=variant_ids)
    return dict(rows.values_list("product__variants", "pieces"))


def check_limit(variant_id: int, keys: Collection[str]) -> None:
    """Refuse somebody who has as many pieces as one may.

    Raises:
        LimitReached: one of the keys counts up to the limit.
    """
    limit = list_limits([variant_id]).get(variant_id)
    if limit is None:
        return
    counts = HoldCount.objects.filter(variant_id=variant_id, key__in=keys)
    if counts.filter(quantity__gte=limit).exists():
        raise LimitReached(extra={"limit": limit})


def refuse_counted_out(hold: Reservation, limit: int) -> None:
    """Refuse pieces that would be more than one of their keys may have.

    Raises:
        LimitReached: they would.
    """
    counts = HoldCount.objects.filter(
        variant=hold.variant_id,
        key__in=hold.limit_keys,
        quantity__gt=limit - hold.quantity,
    )
    if hold.limit_keys and (hold.quantity > limit or counts.exists()):
        raise LimitReached(extra={"limit": limit})


def count_pieces(hold: Reservation, keys: Collection[str], limit: int) -> None:
    """Count a reservation's pieces for keys, in the caller's transaction.

    Raises:
        LimitReached: a key would exceed its limit; the caller takes all back.

    Locks: the counters, in key order.
    """
    with connection.cursor() as cursor:
        for key in sorted(keys):
            facts: dict[str, Any] = {
                "variant": hold.variant_id,
                "key": key,
                "quantity": hold.quantity,
                "now": clock.now(),
                "limit": limit,
            }
            cursor.execute(COUNT, facts)
            if cursor.fetchone() is None or hold.quantity > limit:
                raise LimitReached(extra={"limit": limit})


def recount_holds(reservation_ids: Collection[int], keys: Sequence[str]) -> None:
    """Count holds for these keys, now that more is known of who buys.

    What is not held is counted once it is paid; till then it is only refused.

    Raises:
        LimitReached: a key would exceed its limit; nothing is counted anew then.

    Locks: the reservations, then the counters, both in key order.
    Safe to repeat: yes.
    """
    limited = BuyingLimit.objects.filter(
        product__variants__reservations__in=reservation_ids
    )
    if not limited.exists():
        return
    with transaction.atomic():
        rows = Reservation.objects.select_for_update().filter(pk__in=reservation_ids)
        holds = sorted(rows.order_by("pk"), key=lambda row: (row.variant_id, row.pk))
        limits = list_limits({hold.variant_id for hold in holds})
        for hold in holds:
            if hold.variant_id in limits:
                _recount(hold, sorted(set(keys)), limits[hold.variant_id])


def forgive_hold(hold: Reservation, *, by: User, reason: str) -> None:
    """Release a hold's pieces from their limits, on appeal.

    Safe to repeat: yes, the second time there is nothing to forgive.
    """
    with transaction.atomic():
        row = Reservation.objects.select_for_update().get(pk=hold.pk)
        if not row.limit_keys:
            return
        if row.state != Reservation.State.UNHELD:
            _uncount(row, row.limit_keys)
        Reservation.objects.filter(pk=row.pk).update(limit_keys=[])
        audit.record(
            "catalog.forgive_hold",
            actor=by,
            subject_kind="reservation",
            subject_ref=row.public_id,
            reason=reason,
        )


def forget_counts() -> int:
    """Delete the keyed hashes of thirty days ago; return how many counters went.

    Safe to repeat: yes.
    """
    before = clock.now() - KEPT_FOR
    Reservation.objects.filter(held_at__lt=before).exclude(limit_keys=[]).update(
        limit_keys=[]
    )
    gone, _by_model = HoldCount.objects.filter(counted_at__lt=before).delete()
    return gone


def _recount(hold: Reservation, keys: list[str], limit: int) -> None:
    before, hold.limit_keys = set(hold.limit_keys), keys
    if hold.state == Reservation.State.UNHELD:
        refuse_counted_out(hold, limit)
    else:
        _uncount(hold, before - set(keys))
        count_pieces(hold, set(keys) - before, limit)
    hold.save(update_fields=["limit_keys"])


def _uncount(hold: Reservation, keys: Collection[str]) -> None:
    for key in sorted(keys):
        HoldCount.objects.filter(variant=hold.variant_id, key=key).update(
            quantity=Greatest(0, F("quantity") - hold.quantity)
        )
