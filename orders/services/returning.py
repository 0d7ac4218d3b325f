"""Goods that came back: counted, put on the shelf again where they can be sold (O2)."""

from django.db import transaction
from django.db.models import F

from catalog.services.movements import return_stock
from orders.errors import PiecesNotSent
from orders.models import Order, OrderLine, Return, ReturnLine
from orders.services.pieces import Wanted, choose_pieces, lock_paid_order
from orders.services.rules import read_key
from shopfront.models import User
from shopfront.services import audit, outbox

RETURN_TOPIC = "orders.return_received"


def receive_return(
    order: Order,
    wanted: Wanted | None = None,
    *,
    reason: str,
    is_sellable: bool,
    note: str = "",
    by: User,
    key: str,
) -> Return:
    """Book goods that came back; money is paid back by a step of its own.

    Args:
        order: whose pieces came back.
        wanted: pieces per line; all that are with the shopper when None.
        reason: one of `Return.Reason`.
        is_sellable: whether they go on the shelf again.
        note: what was found.
        by: who received them.
        key: of this attempt.

    Raises:
        OrderNotPaid: its money is not there.
        PiecesWrong, NothingChosen, PiecesNotSent: these pieces cannot have come back.

    Locks: the order's row, then stock rows in their order.
    Safe to repeat: yes, once per key.
    """
    with transaction.atomic():
        locked = lock_paid_order(order)
        known = locked.returns.filter(key=read_key(key)).first()
        if known is not None:
            return known
        chosen = choose_pieces(
            locked, wanted, left=lambda line: line.away_count, refusal=PiecesNotSent
        )
        parcel = Return.objects.create(
            order=locked, reason=reason, note=note, received_by=by, key=key
        )
        for line, count in chosen:
            ReturnLine.objects.create(
                parcel=parcel, line=line, quantity=count, is_sellable=is_sellable
            )
            OrderLine.objects.filter(pk=line.pk).update(
                returned_count=F("returned_count") + count
            )
            if is_sellable:
                return_stock(
                    line.variant,
                    count,
                    cause=("return", parcel.public_id),
                    actor=by,
                    note=parcel.get_reason_display(),
                )
        audit.record(
            "orders.receive_return",
            actor=by,
            subject_kind="order",
            subject_ref=locked.public_id,
            reason=note or parcel.get_reason_display(),
            facts={"return": parcel.public_id},
        )
        outbox.post(
            RETURN_TOPIC, f"return:{parcel.public_id}", {"return": parcel.public_id}
        )
    return parcel
