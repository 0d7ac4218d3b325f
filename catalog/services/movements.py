"""Pieces that come and go: every change of `on_hand` is a movement with a reason."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from catalog.errors import BadQuantity, StockPromised
from catalog.models import HoldCount, Reservation, Stock, StockMovement, Variant
from catalog.services.sold_out import forget_sold_out
from catalog.services.waiting import offer_pieces
from shopfront.common import clock
from shopfront.models import User

Reason = StockMovement.Reason
MOST_AT_ONCE = 1_000_000


def receive_stock(
    variant: Variant, quantity: int, *, actor: User | None = None, note: str = ""
) -> StockMovement:
    """Book pieces that arrived.

    Raises:
        BadQuantity: not a positive number, or more than a million.
    """
    if not 0 < quantity <= MOST_AT_ONCE:
        raise BadQuantity
    with transaction.atomic():
        Stock.objects.get_or_create(variant=variant)
        return _move(variant, quantity, Reason.RECEIVED, actor=actor, note=note)


def count_stock(
    variant: Variant, counted: int, *, actor: User, note: str = ""
) -> StockMovement | None:
    """Book a stock-take; None where it finds what the books say.

    Raises:
        BadQuantity: below zero, or more than a million.
        StockPromised: fewer were counted than are promised to shoppers.

    Locks: the stock row.
    """
    if not 0 <= counted <= MOST_AT_ONCE:
        raise BadQuantity
    with transaction.atomic():
        Stock.objects.get_or_create(variant=variant)
        stock = Stock.objects.select_for_update().get(variant=variant)
        if counted < stock.allocated:
            raise StockPromised(extra={"promised": stock.allocated})
        if counted == stock.on_hand:
            return None
        return _move(
            variant, counted - stock.on_hand, Reason.COUNTED, actor=actor, note=note
        )


def dispatch_stock(
    reservation: Reservation,
    *,
    quantity: int | None = None,
    cause: tuple[str, str] | None = None,
    actor: User | None = None,
) -> bool:
    """Book promised pieces as gone to the shopper; False if so many are not promised.

    Args:
        reservation: the promise that they were sold by.
        quantity: pieces; all that are still promised when left out.
        cause: kind and public id of what sends them; the reservation when left out.
        actor: who says so.

    Locks: the reservation's row, then the stock row.

    Safe to repeat: yes, of the whole; a part is for the caller to count.
    """
    with transaction.atomic():
        pieces = _take_off(reservation, quantity, Reservation.State.DISPATCHED)
        if not pieces:
            return False
        Stock.objects.filter(variant=reservation.variant_id).update(
            allocated=F("allocated") - pieces
        )
        _move(
            reservation.variant,
            -pieces,
            Reason.DISPATCHED,
            actor=actor,
            cause=cause or ("reservation", reservation.public_id),
        )
    return True


def give_up_stock(reservation: Reservation, *, quantity: int | None = None) -> bool:
    """Free promised pieces of a cancelled sale; False if so many are not promised.

    Locks: the reservation's row, the counters of its keys, then the stock row.

    Safe to repeat: yes, of the whole; a part is for the caller to count.
    """
    with transaction.atomic():
        pieces = _take_off(reservation, quantity, Reservation.State.RELEASED)
        if not pieces:
            return False
        for key in sorted(reservation.limit_keys):
            HoldCount.objects.filter(variant=reservation.variant_id, key=key).update(
                quantity=Greatest(0, F("quantity") - pieces)
            )
        Stock.objects.filter(variant=reservation.variant_id).update(
            allocated=F("allocated") - pieces, version=F("version") + 1
        )
        offer_pieces(reservation.variant_id)
    forget_sold_out()
    return True


def return_stock(
    variant: Variant,
    quantity: int,
    *,
    cause: tuple[str, str],
    actor: User | None,
    note: str = "",
) -> StockMovement:
    """Book pieces that a shopper sent back and that can be sold again.

    Raises:
        BadQuantity: not a positive number, or more than a million.
    """
    if not 0 < quantity <= MOST_AT_ONCE:
        raise BadQuantity
    with transaction.atomic():
        return _move(
            variant, quantity, Reason.RETURNED, actor=actor, note=note, cause=cause
        )


def _take_off(reservation: Reservation, quantity: int | None, state: str) -> int:
    """Take pieces off a promise; return how many, or 0 if there are not so many."""
    locked = Reservation.objects.select_for_update().get(pk=reservation.pk)
    left = locked.quantity - locked.gone_count
    pieces = left if quantity is None else quantity
    if locked.state != Reservation.State.COMMITTED or not 0 < pieces <= left:
        return 0
    locked.gone_count += pieces
    if pieces == left:
        locked.state, locked.ended_at = state, clock.now()
    locked.save(update_fields=["gone_count", "state", "ended_at"])
    return pieces


def _move(
    variant: Variant,
    quantity: int,
    reason: str,
    *,
    actor: User | None,
    note: str = "",
    cause: tuple[str, str] = ("", ""),
) -> StockMovement:
    Stock.objects.filter(variant=variant).update(
        on_hand=F("on_hand") + quantity, version=F("version") + 1
    )
    forget_sold_out()
    if quantity > 0:
        offer_pieces(variant.pk)
    return StockMovement.objects.create(
        variant=variant,
        quantity=quantity,
        reason=reason,
        note=note,
        actor=actor,
        cause_kind=cause[0],
        cause_ref=cause[1],
    )
