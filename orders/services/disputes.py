"""Disputes: what banks take back, told to staff, answered, lost in the books."""

import datetime as dt
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from creators.services.reversals import reverse_delivery, reverse_line
from orders.gateways import (
    DisputeFacts,
    DisputeState,
    Gateway,
    get_gateway,
    list_gateways,
)
from orders.models import Dispute, Order, Payment
from orders.services import answering, asking
from orders.services.cash import note_dispute
from orders.services.evidence import MOMENT, gather_evidence
from orders.services.funding_losses import keep_listed_dispute
from orders.services.refunds import send_waiting_refunds
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.common.money import split
from shopfront.models import Outbox, User
from shopfront.services import outbox

LOST_TOPIC = "orders.dispute_lost"
OPENED_TOPIC = "orders.dispute_opened"
FINAL = {DisputeState.WON, DisputeState.LOST}
LOOK_BACK = dt.timedelta(days=8)
Undo = Callable[..., object]
log = structlog.get_logger(__name__)


def refresh_disputes(payment: Payment) -> int:
    """Ask the gateway for a payment's disputes and keep what it says; return how many.

    Raises:
        GatewayUnreachable: no answer came.

    Safe to repeat: yes.
    """
    if not payment.provider_ref:
        return 0
    facts = get_gateway(payment.gateway).find_disputes(payment.provider_ref)
    for one in facts:
        keep_dispute(payment, one)
    return len(facts)


def sweep_disputes() -> int:
    """Find the disputes whose webhook was lost, and ask again about undecided ones.

    Returns how many disputes the gateways told of.

    Raises:
        GatewayUnreachable: no answer came.

    Safe to repeat: yes.
    """
    told = sum(_keep_news(gateway) for gateway in list_gateways())
    old = Payment.objects.filter(
        disputes__opened_at__lt=clock.now() - LOOK_BACK,
        disputes__state__in=[Dispute.State.OPEN, Dispute.State.ANSWERED],
    )
    return told + asking.ask_all(old.distinct(), refresh_disputes)


def _keep_news(gateway: Gateway) -> int:
    """Keep what a gateway lists that we do not know so; return how many it lists."""
    listed = gateway.list_disputes(clock.now() - LOOK_BACK)
    refs = [facts.provider_ref for facts in listed]
    known = dict(
        Dispute.objects.filter(provider_ref__in=refs).values_list(
            "provider_ref", "state"
        )
    )
    for facts in listed:
        if known.get(facts.provider_ref) == facts.state:
            continue
        payment = Payment.objects.filter(
            gateway=gateway.name, provider_ref=facts.charge_ref
        ).first()
        if payment is not None:
            keep_dispute(payment, facts)
        else:
            keep_listed_dispute(gateway.name, facts)
    return len(listed)


def keep_dispute(payment: Payment, facts: DisputeFacts) -> Dispute:
    """Keep what the gateway says of a dispute; a decided one stays decided.

    A new one is told to staff; a lost one takes its part of the sale back. Refunds that
    waited for the bank's word are sent.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        Dispute.objects.bulk_create(
            [
                Dispute(
                    payment=payment,
                    provider_ref=facts.provider_ref,
                    reason=facts.reason[:60],
                    amount_minor=facts.amount.minor,
                    currency=facts.amount.currency,
                    opened_at=facts.opened_at,
                    due_at=facts.due_at,
                )
            ],
            ignore_conflicts=True,
        )
        dispute = Dispute.objects.select_for_update().get(
            provider_ref=facts.provider_ref
        )
        outbox.post(
            OPENED_TOPIC, f"told:{dispute.public_id}", {"dispute": dispute.public_id}
        )
        if dispute.is_final:
            return dispute
        dispute.state = Dispute.State(facts.state.value)
        dispute.amount_minor = facts.amount.minor
        dispute.due_at = facts.due_at
        if facts.state in FINAL:
            dispute.closed_at = clock.now()
            send_waiting_refunds(payment, dispute=dispute)
            log.info("disputes.closed", dispute=dispute.public_id, state=dispute.state)
        if dispute.state == Dispute.State.LOST:
            outbox.post(LOST_TOPIC, dispute.public_id)
        dispute.save(update_fields=["state", "amount_minor", "due_at", "closed_at"])
    return dispute


def answer_dispute(dispute: Dispute, *, by: User, note: str = "") -> Dispute:
    """Send the bank the order's evidence with a note of the staff.

    The exact words are stored before they are sent. After a lost answer the stored
    words are sent again, whatever the new note says.

    Raises:
        DisputeClosed: it was answered or decided before.
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    facts = answering.send_evidence(
        dispute,
        gateway=get_gateway(dispute.payment.gateway),
        gather=gather_evidence,
        by=by,
        note=note,
    )
    return keep_dispute(dispute.payment, facts)


def accept_dispute(dispute: Dispute, *, by: User, reason: str) -> Dispute:
    """Give in to the bank: the money is lost, the sale is taken back.

    Raises:
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    gateway = get_gateway(dispute.payment.gateway)
    facts = answering.give_in(dispute, gateway=gateway, by=by, reason=reason)
    return keep_dispute(dispute.payment, facts)


def take_back_sale(message: Outbox) -> None:
    """Reverse a lost dispute's part of each paid line and delivery in the ledger.

    What was disputed is spread, to the penny, over what had not been paid back.

    Raises:
        SaleMissing: a line is not in the books yet; the outbox tries again.

    Safe to repeat: yes, once per dispute and line.
    """
    dispute = Dispute.objects.select_related("payment").get(public_id=message.key)
    orders = (
        Order.objects.filter(checkout=dispute.payment.checkout_id)
        .filter(paid_at__isnull=False)
        .prefetch_related("lines")
        .order_by("pk")
    )
    parts = [part for order in orders for part in _list_parts(order)]
    lost = min(dispute.amount_minor, sum(left for _undo, _ref, left in parts))
    shares = split(lost, [left for _undo, _ref, left in parts]) if lost else []
    for (undo, ref, _left), share in zip(parts, shares, strict=bool(lost)):
        if share:
            undo(ref, refund_ref=dispute.public_id, amount_minor=share)
    with transaction.atomic():
        note_dispute(dispute)


def send_notice(message: Outbox) -> None:
    """Write to staff that a bank disputes a payment, and until when to answer.

    Safe to repeat: the Message-ID stays the same.
    """
    dispute = Dispute.objects.get(public_id=message.payload["dispute"])
    facts = {
        "amount": dispute.amount.format(),
        "reason": dispute.reason,
        "due": dispute.due_at.strftime(MOMENT) if dispute.due_at else "",
    }
    staff = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("A bank disputes a payment of %(amount)s") % facts,
        body="\n\n".join(
            [
                _("The bank's reason: %(reason)s. Answer until: %(due)s.") % facts,
                f"{settings.SITE_URL}/admin/orders/dispute/?q={dispute.public_id}",
            ]
        ),
        bcc=list(staff.values_list("email", flat=True)),
        headers=name_letter(f"dispute-{dispute.public_id}"),
    ).send()


def _list_parts(order: Order) -> list[tuple[Undo, str, int]]:
    """List an order's lines and delivery: how to undo, whose, and what is left."""
    parts: list[tuple[Undo, str, int]] = [
        (reverse_line, line.public_id, line.total_minor - line.refunded_minor)
        for line in order.lines.all()
    ]
    delivery = order.shipping_minor - order.refunded_shipping_minor
    if delivery:
        parts.append((reverse_delivery, order.public_id, delivery))
    return parts
