"""Pieces cancelled before they are sent: stock freed, money on its way back (O2)."""

from django.db import transaction
from django.db.models import F

from catalog.services.movements import give_up_stock
from orders.errors import PiecesGone
from orders.models import Order, OrderLine, Refund
from orders.services.dispatching import settle_state
from orders.services.pieces import Wanted, choose_pieces, lock_paid_order
from orders.services.refunding import find_refund, write_refund
from shopfront.models import User
from shopfront.services import audit


def cancel_pieces(
    order: Order,
    wanted: Wanted | None = None,
    *,
    by: User | None,
    reason: str,
    key: str,
) -> Refund:
    """Cancel pieces of a paid order that have not gone, and pay them back.

    Where nothing of the order was or will be sent, its delivery is paid back too.

    Args:
        order: whose pieces are cancelled.
        wanted: pieces per line; all that are still to be sent when None.
        by: who cancels; None for a guest.
        reason: why, for the audit log and the shopper.
        key: of this attempt.

    Raises:
        OrderNotPaid: its money is not there.
        PiecesWrong, NothingChosen, PiecesGone: these pieces cannot be cancelled.

    Locks: the order's row, then promises and stock rows in their order.
    Safe to repeat: yes, once per key.
    """
    with transaction.atomic():
        locked = lock_paid_order(order)
        known = find_refund(locked, key)
        if known is not None:
            return known
        chosen = choose_pieces(
            locked, wanted, left=lambda line: line.unsent_count, refusal=PiecesGone
        )
        for line, count in chosen:
            if not give_up_stock(line.reservation, quantity=count):
                raise PiecesGone(extra={"line": line.public_id, "left": 0})
            OrderLine.objects.filter(pk=line.pk).update(
                cancelled_count=F("cancelled_count") + count
            )
        settle_state(locked)
        is_whole = locked.state == Order.State.CANCELLED
        refund = write_refund(
            locked,
            chosen,
            delivery_minor=is_whole
            * (locked.shipping_minor - locked.refunded_shipping_minor),
            reason="cancelled",
            key=key,
        )
        audit.record(
            "orders.cancel_pieces",
            actor=by,
            subject_kind="order",
            subject_ref=locked.public_id,
            reason=reason,
            facts={"pieces": {line.public_id: count for line, count in chosen}},
        )
    order.refresh_from_db()
    return refund
