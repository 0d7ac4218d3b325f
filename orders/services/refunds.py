"""Refunds: asked for in a transaction, sent to the gateway after it."""

import structlog
from django.db import transaction

from orders.errors import ChargeDisputed
from orders.gateways import get_gateway
from orders.models import Dispute, Order, Payment, Refund
from orders.services.cash import note_bank_paid, note_refund
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Outbox
from shopfront.services import outbox

REFUND_TOPIC = "orders.refund"
APOLOGY_TOPIC = "orders.apology"
REFUNDED_TOPIC = "orders.refunded"
CREDIT_TOPIC = "orders.credit_note"
State = Refund.State
CLOSED = [Dispute.State.WON, Dispute.State.LOST]
log = structlog.get_logger(__name__)


def request_refund(payment: Payment, amount: Money, *, reason: str) -> Refund:
    """Write a refund in the open transaction; the outbox sends it.

    Safe to repeat: yes, once per payment and reason.
    """
    refund, _is_new = Refund.objects.get_or_create(
        idempotency_key=f"{payment.public_id}-{reason}",
        defaults={
            "payment": payment,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "reason": reason,
        },
    )
    outbox.post(REFUND_TOPIC, refund.public_id)
    return refund


def request_order_refund(
    payment: Payment, order: Order, amount: Money, *, reason: str, key: str
) -> Refund:
    """Write a refund of parts of an order in the open transaction.

    The outbox sends it; where nothing is left to pay back it is done at once.

    Raises:
        IntegrityError: the key was used before.
    """
    is_empty = amount.minor == 0
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason,
        idempotency_key=key,
        state=State.DONE if is_empty else State.PENDING,
        done_at=clock.now() if is_empty else None,
    )
    if is_empty:
        outbox.post(REFUNDED_TOPIC, refund.public_id)
    else:
        outbox.post(REFUND_TOPIC, refund.public_id)
    return refund


def send_refund(message: Outbox) -> None:
    """Send a refund to its gateway and have the shopper told.

    While a bank disputes the payment it waits; the bank's word sends it again.

    Raises:
        GatewayUnreachable: no answer; the outbox tries again with the same key.
        ChargeDisputed: by a dispute that we do not know of yet; the same.

    Safe to repeat: yes, the gateway honours the key.
    """
    refund = find_refund_of(message)
    if refund.state != State.PENDING:
        return
    payment = refund.payment
    try:
        reference = get_gateway(payment.gateway).refund(
            payment.provider_ref,
            Money(refund.amount_minor, refund.currency),
            key=refund.attempt_key,
        )
    except ChargeDisputed:
        if not _leave_to_bank(refund):
            raise
        return
    with transaction.atomic():
        if not _change(
            refund, state=State.DONE, provider_ref=reference, done_at=clock.now()
        ):
            return
        topic = APOLOGY_TOPIC if refund.order_id is None else REFUNDED_TOPIC
        outbox.post(topic, refund.message_key, {"refund": refund.public_id})
        note_sent(refund)


def note_sent(refund: Refund) -> None:
    """Note in the open transaction that a refund left: for the books, and its paper.

    Safe to repeat: yes.
    """
    note_refund(refund)
    _ask_for_credit_note(refund)


def send_waiting_refunds(payment: Payment, *, dispute: Dispute) -> None:
    """Send in the open transaction what waited for a bank's word, now that it is there.

    Safe to repeat: yes, once per dispute and attempt.
    """
    for refund in payment.refunds.filter(state=State.PENDING):
        key = f"{dispute.public_id}:{refund.message_key}"
        outbox.post(REFUND_TOPIC, key, {"refund": refund.public_id})


def find_refund_of(message: Outbox) -> Refund:
    """Return the refund that a message names."""
    name = message.payload.get("refund", message.key)
    return Refund.objects.select_related("payment__checkout").get(public_id=name)


def _leave_to_bank(refund: Refund) -> bool:
    """Leave a refund to the bank that disputes its payment; False if we know of none.

    Where what lost disputes took and what was paid back come to the whole payment, the
    shopper has it from the bank. Where they took less, staff pay it in another way.
    """
    payment = refund.payment
    if payment.disputes.exclude(state__in=CLOSED).exists():
        return True
    lost = payment.disputes.filter(state=Dispute.State.LOST)
    taken = sum(lost.values_list("amount_minor", flat=True))
    if not taken:
        return False
    done = payment.refunds.filter(state=State.DONE)
    back = taken + sum(done.values_list("amount_minor", flat=True))
    with transaction.atomic():
        if back < payment.amount_minor:
            code = ChargeDisputed.code
            if _change(
                refund, state=State.FAILED, failed_at=clock.now(), failure_code=code
            ):
                note_sent(refund)
                log.warning("refunds.disputed", refund=refund.public_id)
        elif _change(refund, state=State.TAKEN, done_at=clock.now()):
            note_bank_paid(refund)
            _ask_for_credit_note(refund)
    return True


def _change(refund: Refund, **facts: object) -> bool:
    """Write what became of an attempt; False if it is not under way any more."""
    rows = Refund.objects.filter(
        pk=refund.pk, state=State.PENDING, attempt=refund.attempt
    )
    return rows.update(**facts) == 1


def _ask_for_credit_note(refund: Refund) -> None:
    """Have the job write it; its key is its own, so that no other message waits."""
    if refund.order_id is not None:
        outbox.post(
            CREDIT_TOPIC, f"credit:{refund.public_id}", {"refund": refund.public_id}
        )
