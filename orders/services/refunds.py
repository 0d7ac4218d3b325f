"""Refunds: asked for in a transaction, sent to the gateway after it."""

from django.db import transaction

from orders.gateways import get_gateway
from orders.models import Order, Payment, Refund
from orders.services.cash import note_refund
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Outbox
from shopfront.services import outbox

REFUND_TOPIC = "orders.refund"
APOLOGY_TOPIC = "orders.apology"
REFUNDED_TOPIC = "orders.refunded"
CREDIT_TOPIC = "orders.credit_note"


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
        state=Refund.State.DONE if is_empty else Refund.State.PENDING,
        done_at=clock.now() if is_empty else None,
    )
    if is_empty:
        outbox.post(REFUNDED_TOPIC, refund.public_id)
    else:
        outbox.post(REFUND_TOPIC, refund.public_id)
    return refund


def send_refund(message: Outbox) -> None:
    """Send a refund to its gateway and have the shopper told.

    Raises:
        GatewayUnreachable: no answer; the outbox tries again with the same key.

    Safe to repeat: yes, the gateway honours the key.
    """
    refund = find_refund_of(message)
    if refund.state != Refund.State.PENDING:
        return
    payment = refund.payment
    reference = get_gateway(payment.gateway).refund(
        payment.provider_ref,
        Money(refund.amount_minor, refund.currency),
        key=refund.attempt_key,
    )
    with transaction.atomic():
        changed = Refund.objects.filter(
            pk=refund.pk, state=Refund.State.PENDING, attempt=refund.attempt
        ).update(state=Refund.State.DONE, provider_ref=reference, done_at=clock.now())
        if not changed:
            return
        topic = APOLOGY_TOPIC if refund.order_id is None else REFUNDED_TOPIC
        outbox.post(topic, refund.message_key, {"refund": refund.public_id})
        note_sent(refund)


def note_sent(refund: Refund) -> None:
    """Note in the open transaction that a refund left: for the books, and its paper.

    The credit note's key is its own, so that no other message waits for it.
    Safe to repeat: yes.
    """
    note_refund(refund)
    if refund.order_id is not None:
        outbox.post(
            CREDIT_TOPIC, f"credit:{refund.public_id}", {"refund": refund.public_id}
        )


def find_refund_of(message: Outbox) -> Refund:
    """Return the refund that a message names."""
    name = message.payload.get("refund", message.key)
    return Refund.objects.select_related("payment__checkout").get(public_id=name)
