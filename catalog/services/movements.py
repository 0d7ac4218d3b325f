"""Pieces that come and go: every change of `on_hand` is a movement with a reason."""

from django.db import transaction
from django.db.models import F

from catalog.errors import BadQuantity, StockPromised
from catalog.models import Reservation, Stock, StockMovement, Variant
from catalog.services.sold_out import forget_sold_out
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


def dispatch_stock(reservation: Reservation, *, actor: User | None = None) -> bool:
    """Book promised pieces as gone to the shopper; False if they went before.

    Locks: the reservation's row, then the stock row.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        went = Reservation.objects.filter(
            pk=reservation.pk, state=Reservation.State.COMMITTED
        ).update(state=Reservation.State.DISPATCHED, ended_at=clock.now())
        if not went:
            return False
        Stock.objects.filter(variant=reservation.variant_id).update(
            allocated=F("allocated") - reservation.quantity
        )
        _move(
            reservation.variant,
            -reservation.quantity,
            Reason.DISPATCHED,
            actor=actor,
            cause=("reservation", reservation.public_id),
        )
    return True


def return_stock(
    variant: Variant, quantity: int, *, cause: tuple[str, str], actor: User | None
) -> StockMovement:
    """Book pieces that a shopper sent back and that can be sold again.

    Raises:
        BadQuantity: not a positive number, or more than a million.
    """
    if not 0 < quantity <= MOST_AT_ONCE:
        raise BadQuantity
    with transaction.atomic():
        return _move(variant, quantity, Reason.RETURNED, actor=actor, cause=cause)


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
    return StockMovement.objects.create(
        variant=variant,
        quantity=quantity,
        reason=reason,
        note=note,
        actor=actor,
        cause_kind=cause[0],
        cause_ref=cause[1],
    )
