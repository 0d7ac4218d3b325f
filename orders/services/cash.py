"""Cash of payments, refunds and lost disputes: noted with them, posted after them."""

from django.db import transaction

from creators.services.cash import (
    post_bank_paid,
    post_cash_back,
    post_charge,
    post_chargeback,
)
from orders.models import Dispute, Payment, Refund
from shopfront.models import Outbox
from shopfront.services import outbox

CASH_TOPIC = "orders.cash"


def note_payment(payment: Payment) -> None:
    """Note in the open transaction that a payment's money came in.

    Safe to repeat: yes.
    """
    _note("payment", payment.public_id)


def note_refund(refund: Refund) -> None:
    """Note in the open transaction that a refund's money went out.

    Safe to repeat: yes.
    """
    _note("refund", refund.public_id)


def note_bank_paid(refund: Refund) -> None:
    """Note in the open transaction that a lost dispute's money paid a refund.

    Safe to repeat: yes.
    """
    _note("bank_paid", refund.public_id)


def note_dispute(dispute: Dispute) -> None:
    """Note in the open transaction that a lost dispute's money went out.

    After what it takes back of the sale is posted. Safe to repeat: yes.
    """
    _note("dispute", dispute.public_id)


def carry_cash(message: Outbox) -> None:
    """Post in the ledger what an outbox message notes.

    Raises:
        SaleMissing: what it follows is not posted yet; the outbox tries again.

    Safe to repeat: yes.
    """
    kind, ref = message.payload["kind"], message.payload["ref"]
    with transaction.atomic():
        POSTERS[kind](ref)


def _note(kind: str, ref: str) -> None:
    outbox.post(CASH_TOPIC, f"cash:{kind}:{ref}", {"kind": kind, "ref": ref})


def _post_payment(ref: str) -> None:
    row = Payment.objects.get(public_id=ref)
    post_charge(ref, amount_minor=row.amount_minor, currency=row.currency)


def _post_refund(ref: str) -> None:
    """Post a refund; of what a lost dispute took back too, only what it took itself."""
    row = Refund.objects.get(public_id=ref)
    lost = Dispute.objects.filter(payment=row.payment_id, state=Dispute.State.LOST)
    may_overlap = row.order_id is not None and lost.exists()
    post_cash_back(
        ref,
        amount_minor=row.amount_minor,
        currency=row.currency,
        parts=row.lines.count() if may_overlap else None,
    )


def _post_bank_paid(ref: str) -> None:
    row = Refund.objects.get(public_id=ref)
    _post_refund(ref)
    post_bank_paid(ref, amount_minor=row.amount_minor, currency=row.currency)


def _post_dispute(ref: str) -> None:
    row = Dispute.objects.get(public_id=ref)
    post_chargeback(ref, amount_minor=row.amount_minor, currency=row.currency)


POSTERS = {
    "payment": _post_payment,
    "refund": _post_refund,
    "bank_paid": _post_bank_paid,
    "dispute": _post_dispute,
}
