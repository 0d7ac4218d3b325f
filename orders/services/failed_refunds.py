"""Refunds that came back from the bank: still owed, told, and paid in another way."""

import datetime as dt

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from creators.services.cash import post_transfer
from orders.errors.refunds import RefundNotFailed, TransferUnnamed
from orders.gateways import RefundFacts, RefundState, get_gateway
from orders.models import Payment, Refund
from orders.services import asking
from orders.services.mails import send_mail
from orders.services.refunds import REFUND_TOPIC, find_refund_of, note_sent
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.common.money import Money
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

FAILED_TOPIC = "orders.refund_failed"
BY_HAND = "hand:"
LOOK_BACK = dt.timedelta(days=14)
State = Refund.State
log = structlog.get_logger(__name__)


def refresh_refunds(payment: Payment) -> int:
    """Ask the gateway which refunds came back; return how many are owed again.

    Raises:
        GatewayUnreachable: no answer came.

    Safe to repeat: yes, a refund that came back is noted once.
    """
    if not payment.provider_ref or not payment.refunds.exists():
        return 0
    facts = get_gateway(payment.gateway).find_refunds(payment.provider_ref)
    return sum(_note_failed(payment, one) for one in facts)


def sweep_refunds() -> int:
    """Find the refunds that came back while their webhook was lost.

    Raises:
        GatewayUnreachable: there is nobody to ask.

    Safe to repeat: yes.
    """
    recent = Refund.objects.filter(
        state=State.DONE, done_at__gt=clock.now() - LOOK_BACK
    ).exclude(provider_ref__startswith=BY_HAND)
    payments = Payment.objects.filter(refunds__in=recent).distinct()
    return asking.ask_all(payments, refresh_refunds)


def pay_again(refund: Refund, *, by: User, reason: str) -> None:
    """Send a refund that came back once more to the means of payment.

    Raises:
        RefundNotFailed: it did not come back, or somebody was faster.

    Safe to repeat: no, but it is sent once.
    """
    with transaction.atomic():
        locked = _lock_failed(refund)
        locked.state, locked.attempt = State.PENDING, locked.attempt + 1
        locked.save(update_fields=["state", "attempt"])
        outbox.post(REFUND_TOPIC, locked.message_key, {"refund": locked.public_id})
        _record("orders.refund_again", locked, by, reason)
    refund.refresh_from_db()


def note_transfer(refund: Refund, *, reference: str, by: User, reason: str) -> None:
    """Note that a refund that came back was paid by a transfer of the operator's.

    The books then have the money in the gateway again, and out of the bank.

    Raises:
        RefundNotFailed: it did not come back, or somebody was faster.
        TransferUnnamed: no reference of the transfer.

    Safe to repeat: no, but it is noted once.
    """
    name = reference.strip()
    if not 0 < len(name) <= 60:
        raise TransferUnnamed
    with transaction.atomic():
        locked = _lock_failed(refund)
        locked.state, locked.done_at = State.DONE, clock.now()
        locked.provider_ref = f"{BY_HAND}{name}"
        locked.save(update_fields=["state", "done_at", "provider_ref"])
        post_transfer(
            locked.public_id,
            amount_minor=locked.amount_minor,
            currency=locked.currency,
        )
        _record("orders.refund_by_transfer", locked, by, reason)
    refund.refresh_from_db()


def send_failed(message: Outbox) -> None:
    """Tell the shopper that the bank sent the money back, and staff that it is owed.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    refund = find_refund_of(message)
    checkout = refund.payment.checkout
    amount = Money(refund.amount_minor, refund.currency)
    with translation.override(checkout.language):
        send_mail(
            "refund_failed",
            to=checkout.email,
            key=message.key,
            subject=_("Your bank did not take your money back"),
            facts={"amount": amount, "order": refund.order, "checkout": checkout},
        )
    people = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("A refund came back: %(amount)s") % {"amount": amount.format()},
        body=_("Refund %(name)s came back from the bank: %(code)s. Pay it again.")
        % {"name": refund.public_id, "code": refund.failure_code},
        bcc=list(people.values_list("email", flat=True)),
        headers=name_letter(f"refund-back-{message.key}"),
    ).send()


def _note_failed(payment: Payment, facts: RefundFacts) -> int:
    """Note a refund that failed, even before its sending was noted.

    What came back had gone: the books have it sent, as where that was noted first.
    """
    if facts.state != RefundState.FAILED:
        return 0
    with transaction.atomic():
        rows = Refund.objects.select_for_update().filter(payment=payment)
        for refund in rows.filter(state__in=[State.PENDING, State.DONE]):
            if refund.attempt_key != facts.key:
                continue
            refund.state, refund.failed_at = State.FAILED, clock.now()
            refund.failure_code, refund.done_at = facts.reason, None
            refund.provider_ref = facts.provider_ref
            refund.save()
            note_sent(refund)
            key = f"back:{refund.message_key}"
            outbox.post(FAILED_TOPIC, key, {"refund": refund.public_id})
            log.warning("refunds.came_back", refund=refund.public_id)
            return 1
    return 0


def _lock_failed(refund: Refund) -> Refund:
    locked = Refund.objects.select_for_update().get(pk=refund.pk)
    if locked.state != State.FAILED:
        raise RefundNotFailed
    return locked


def _record(action: str, refund: Refund, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="refund",
        subject_ref=refund.public_id,
        reason=reason[:200],
        facts={"amount_minor": refund.amount_minor, "attempt": refund.attempt},
    )
