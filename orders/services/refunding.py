"""Money back for parts of an order: by line and piece, by price, and delivery (O2)."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from creators.services.reversals import reverse_delivery, reverse_line
from orders.errors import (
    NothingChosen,
    PiecesPaidBack,
    PiecesWrong,
    RefundTooMuch,
)
from orders.models import Order, OrderLine, Payment, Refund, RefundLine
from orders.services.pieces import Chosen, Wanted, choose_pieces, lock_paid_order
from orders.services.refunds import request_order_refund
from orders.services.rules import read_key
from shopfront.common.money import Money
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

REVERSAL_TOPIC = "orders.refund_reversal"


def refund_order(
    order: Order,
    wanted: Wanted,
    *,
    reductions: Mapping[str, int] | None = None,
    delivery_minor: int = 0,
    by: User,
    reason: str,
    key: str,
) -> Refund:
    """Pay back pieces of lines, reductions of their price, and delivery.

    Args:
        order: a paid one.
        wanted: pieces per line that were sent and are paid back as they were paid.
        reductions: minor units per line that are paid back while the goods stay.
        delivery_minor: minor units of the delivery.
        by: who decides it.
        reason: why, for the audit log.
        key: of this attempt.

    Raises:
        OrderNotPaid: its money is not there.
        PiecesWrong, NothingChosen, PiecesPaidBack, RefundTooMuch: not so much.

    Locks: the order's row.
    Safe to repeat: yes, once per key.
    """
    with transaction.atomic():
        locked = lock_paid_order(order)
        known = find_refund(locked, key)
        if known is not None:
            return known
        asks_for_pieces = any(wanted.values())
        chosen: Chosen = (
            choose_pieces(
                locked,
                wanted,
                left=lambda line: line.payable_count,
                refusal=PiecesPaidBack,
            )
            if asks_for_pieces
            else []
        )
        refund = write_refund(
            locked,
            chosen,
            reductions=_read_reductions(locked, reductions or {}),
            delivery_minor=delivery_minor,
            reason="refunded",
            key=key,
        )
        audit.record(
            "orders.refund",
            actor=by,
            subject_kind="order",
            subject_ref=locked.public_id,
            reason=reason,
            facts={"refund": refund.public_id, "amount_minor": refund.amount_minor},
        )
    order.refresh_from_db()
    return refund


def find_refund(order: Order, key: str) -> Refund | None:
    """Return the refund that this attempt has made, if it has."""
    return Refund.objects.filter(idempotency_key=_key_of(order, key)).first()


def write_refund(
    order: Order,
    chosen: Chosen,
    *,
    reductions: Mapping[OrderLine, int] | None = None,
    delivery_minor: int = 0,
    reason: str,
    key: str,
) -> Refund:
    """Write a refund with its lines in the open transaction, on a locked order.

    All refunds of a line together never exceed what was paid for it.

    Raises:
        NothingChosen: no piece, no reduction and no delivery.
        RefundTooMuch: more than is left of a line or of the delivery.
    """
    amounts = {line: (count, _worth(line, count)) for line, count in chosen}
    for line, amount in (reductions or {}).items():
        count, before = amounts.get(line, (0, 0))
        amounts[line] = (count, before + amount)
    if not amounts and not delivery_minor:
        raise NothingChosen
    _check_left(order, amounts, delivery_minor)
    total = sum(amount for _, amount in amounts.values()) + delivery_minor
    payment = Payment.objects.get(checkout=order.checkout_id, state=Payment.State.PAID)
    refund = request_order_refund(
        payment,
        order,
        Money(total, order.currency),
        reason=reason,
        key=_key_of(order, key),
    )
    for line, (count, amount) in amounts.items():
        RefundLine.objects.create(
            refund=refund, line=line, quantity=count, amount_minor=amount
        )
        OrderLine.objects.filter(pk=line.pk).update(
            refunded_count=F("refunded_count") + count,
            refunded_minor=F("refunded_minor") + amount,
        )
    if delivery_minor:
        RefundLine.objects.create(refund=refund, amount_minor=delivery_minor)
        Order.objects.filter(pk=order.pk).update(
            refunded_shipping_minor=F("refunded_shipping_minor") + delivery_minor
        )
    outbox.post(
        REVERSAL_TOPIC, f"reversal:{refund.public_id}", {"refund": refund.public_id}
    )
    return refund


def carry_reversal(message: Outbox) -> None:
    """Take back in the ledger what a refund takes back, line by line (E5).

    Raises:
        creators.errors.SaleMissing: the order is not posted yet; tried again.

    Safe to repeat: yes, once per refund and line.
    """
    refund = Refund.objects.select_related("order").get(
        public_id=message.payload["refund"]
    )
    assert refund.order is not None
    for part in refund.lines.select_related("line"):
        name, amount = refund.public_id, part.amount_minor
        if part.line is None:
            order_ref = refund.order.public_id
            reverse_delivery(order_ref, refund_ref=name, amount_minor=amount)
        else:
            reverse_line(part.line.public_id, refund_ref=name, amount_minor=amount)


def _key_of(order: Order, key: str) -> str:
    return f"{order.public_id}-{read_key(key)}"


def _worth(line: OrderLine, count: int) -> int:
    """Return what the next pieces of a line are worth, to the penny in the end.

    The worth of n pieces is cut from the line's total, so that all of them together
    are worth exactly that; a reduction paid before is not paid again.
    """
    before = line.total_minor * line.refunded_count // line.quantity
    after = line.total_minor * (line.refunded_count + count) // line.quantity
    return min(after - before, line.total_minor - line.refunded_minor)


def _read_reductions(order: Order, wanted: Mapping[str, int]) -> dict[OrderLine, int]:
    lines = {line.public_id: line for line in order.lines.all()}
    if not wanted.keys() <= lines.keys() or any(n < 0 for n in wanted.values()):
        raise PiecesWrong
    return {lines[key]: amount for key, amount in wanted.items() if amount}


def _check_left(
    order: Order, amounts: Mapping[OrderLine, tuple[int, int]], delivery_minor: int
) -> None:
    for line, (_, amount) in amounts.items():
        left = line.total_minor - line.refunded_minor
        if amount > left:
            raise RefundTooMuch(extra={"line": line.public_id, "left_minor": left})
    left = order.shipping_minor - order.refunded_shipping_minor
    if not 0 <= delivery_minor <= left:
        raise RefundTooMuch(extra={"left_minor": left})
