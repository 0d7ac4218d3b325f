"""Guarantees' card payments that banks take back: seen, booked, told, answered (E1).

Unlike a shopper's, such a payment is out of the books as soon as the bank has the
money, not when the dispute is lost: a show must not start on money that is gone.
"""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Q

from creators.models import Guarantee
from creators.services.funding_losses import bring_back_funding, take_back_funding
from orders.errors import DisputeClosed
from orders.gateways import (
    DisputeFacts,
    DisputeState,
    Evidence,
    RefundFacts,
    RefundState,
    get_gateway,
)
from orders.models import FundingLoss, FundingPayment
from orders.services import answering, asking
from orders.services.evidence import MOMENT
from orders.services.funding_letters import tell_loss
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import User

Kind, State = FundingLoss.Kind, FundingLoss.State
FINAL = {State.WON, State.LOST}
LOOK_BACK = dt.timedelta(days=14)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What a gateway says of money that went back; `is_gone` while it has the money."""

    kind: FundingLoss.Kind
    provider_ref: str
    state: FundingLoss.State
    amount: Money
    is_gone: bool
    reason: str
    opened_at: dt.datetime
    due_at: dt.datetime | None = None


def refresh_losses(payment: FundingPayment) -> int:
    """Ask the gateway what of a payment went back; return how much it tells of.

    Raises:
        GatewayUnreachable: no answer came.

    Safe to repeat: yes.
    """
    if payment.state != FundingPayment.State.PAID or not payment.provider_ref:
        return 0
    gateway = get_gateway(payment.gateway)
    told = [_read_dispute(one) for one in gateway.find_disputes(payment.provider_ref)]
    told += [_read_refund(one) for one in gateway.find_refunds(payment.provider_ref)]
    for one in told:
        _keep(payment, one)
    return len(told)


def keep_listed_dispute(gateway_name: str, facts: DisputeFacts) -> None:
    """Keep a dispute that a gateway lists, if it is of a guarantee's payment.

    Safe to repeat: yes.
    """
    payment = FundingPayment.objects.filter(
        gateway=gateway_name,
        provider_ref=facts.charge_ref or "-",
        state=FundingPayment.State.PAID,
    ).first()
    if payment is not None:
        _keep(payment, _read_dispute(facts))


def sweep_losses() -> int:
    """Ask about the payments that guarantees stand on, whose webhook may be lost.

    Those are the payments of shows to come, those of the last two weeks, and those
    with a dispute that is not decided. Returns how much the gateways tell of.

    Raises:
        GatewayUnreachable: there is nobody to ask.

    Safe to repeat: yes.
    """
    live = [Guarantee.State.OPEN, Guarantee.State.FUNDED]
    payments = FundingPayment.objects.filter(
        Q(guarantee__state__in=live)
        | Q(paid_at__gt=clock.now() - LOOK_BACK)
        | Q(losses__state__in=[State.OPEN, State.ANSWERED]),
        state=FundingPayment.State.PAID,
    )
    return asking.ask_all(payments.distinct(), refresh_losses)


def answer_loss(loss: FundingLoss, *, by: User, note: str = "") -> None:
    """Send the bank what was agreed and what became of it, with a note of the staff.

    Raises:
        DisputeClosed: it was answered or decided before, or is no dispute.
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    _check_dispute(loss)
    facts = answering.send_evidence(
        loss,
        gateway=get_gateway(loss.payment.gateway),
        gather=_gather_evidence,
        by=by,
        note=note,
    )
    _keep(loss.payment, _read_dispute(facts))


def accept_loss(loss: FundingLoss, *, by: User, reason: str) -> None:
    """Let the payer's bank keep the money; the payer goes on owing it.

    Raises:
        DisputeClosed: it is no dispute.
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    _check_dispute(loss)
    gateway = get_gateway(loss.payment.gateway)
    facts = answering.give_in(loss, gateway=gateway, by=by, reason=reason)
    _keep(loss.payment, _read_dispute(facts))


def _keep(payment: FundingPayment, told: Told) -> None:
    """Keep what a gateway says, and post money that went or came again.

    A dispute that was won and a refund that failed are done with; what was lost can
    only be won. Locks: the loss, then the guarantee.
    """
    is_same = told.amount.currency == payment.currency
    with transaction.atomic():
        FundingLoss.objects.bulk_create(
            [
                FundingLoss(
                    payment=payment,
                    kind=told.kind,
                    provider_ref=told.provider_ref,
                    reason=told.reason[:60],
                    amount_minor=(told.amount if is_same else payment.amount).minor,
                    currency=payment.currency,
                    opened_at=told.opened_at,
                )
            ],
            ignore_conflicts=True,
        )
        rows = FundingLoss.objects.select_for_update()
        loss = rows.get(provider_ref=told.provider_ref)
        is_late = loss.state == State.LOST and told.state not in FINAL
        if loss.state == State.WON or is_late:
            return
        loss.state, loss.due_at = told.state, told.due_at
        loss.closed_at = clock.now() if told.state in FINAL else None
        _post(loss, is_gone=told.is_gone)
        loss.save(update_fields=["state", "due_at", "closed_at", "taken_at", "back_at"])


def _post(loss: FundingLoss, *, is_gone: bool) -> None:
    """Post money that is gone, or that came again, and have it told."""
    reference = loss.payment.public_id
    if is_gone and loss.taken_at is None:
        missing = take_back_funding(
            reference, loss_ref=loss.public_id, amount_minor=loss.amount_minor
        )
        loss.taken_at = clock.now()
        tell_loss(loss, is_missing=missing > 0)
        log.warning("fundings.taken_back", loss=loss.public_id, kind=loss.kind)
    elif not is_gone and loss.taken_at is not None:
        bring_back_funding(reference, loss_ref=loss.public_id)
        loss.back_at = clock.now()
        tell_loss(loss, is_missing=False)
        log.info("fundings.brought_back", loss=loss.public_id)


def _read_dispute(facts: DisputeFacts) -> Told:
    return Told(
        kind=Kind.DISPUTE,
        provider_ref=facts.provider_ref,
        state=State(facts.state.value),
        amount=facts.amount,
        is_gone=facts.state != DisputeState.WON and not facts.is_inquiry,
        reason=facts.reason,
        opened_at=facts.opened_at,
        due_at=facts.due_at,
    )


def _read_refund(facts: RefundFacts) -> Told:
    """Read a refund that we did not ask for: we never pay a guarantee back by card."""
    has_failed = facts.state == RefundState.FAILED
    return Told(
        kind=Kind.REFUND,
        provider_ref=facts.provider_ref,
        state=State.WON if has_failed else State.LOST,
        amount=facts.amount,
        is_gone=not has_failed,
        reason=facts.reason,
        opened_at=clock.now(),
    )


def _check_dispute(loss: FundingLoss) -> None:
    if loss.kind != Kind.DISPUTE:
        raise DisputeClosed


def _gather_evidence(loss: FundingLoss, note: str) -> Evidence:
    """Return what was agreed and what became of it, in English, the banks' language."""
    payment = loss.payment
    guarantee = payment.guarantee
    agreement = guarantee.agreement
    paid_at = payment.paid_at.strftime(MOMENT) if payment.paid_at else ""
    told = [
        f"Payment {payment.public_id} of {payment.amount.format()}, made {paid_at} on "
        "the page behind a signed link that only the payer was given.",
        f"It pays in the guarantee {guarantee.public_id} of agreement "
        f"{agreement.public_id}, in force since "
        f"{agreement.valid_from.strftime(MOMENT)}: the live show "
        f"“{guarantee.title}” by {guarantee.creator.display_name}, planned for "
        f"{guarantee.starts_at.strftime(MOMENT)}, now: {guarantee.state}.",
    ]
    if guarantee.ended_at is not None:
        told.append(
            f"The show took place and ended {guarantee.ended_at.strftime(MOMENT)} "
            f"after {guarantee.worked_minutes} minutes of work."
        )
    return Evidence(
        customer_name="",
        customer_email=str(payment.request.get("email", "")),
        address="",
        product=f"Guarantee of the live show “{guarantee.title}”",
        story="\n\n".join(filter(None, [*told, note.strip()])),
    )
