"""What keeps payments true when answers were lost: notices, sweeps, back-off."""

from collections.abc import Mapping

import structlog
from django.db.models import Exists, OuterRef

from creators.services.transfers import ask_to_look
from orders.gateways import ChargeState, Notice, get_gateway
from orders.models import Checkout, Payment, PaymentNotice
from orders.services import asking
from orders.services.asking import UNDECIDED
from orders.services.disputes import refresh_disputes
from orders.services.failed_refunds import refresh_refunds
from orders.services.fundings import take_funding_notice
from orders.services.holds import keep_holds
from orders.services.lapses import UNPAID, lapse_checkout
from orders.services.payments import (
    apply_result,
    cancel_at_gateway,
    refresh_payment,
)
from shopfront.common import clock
from shopfront.common.errors import DomainError

GIVEN_UP = [Payment.State.FAILED, Payment.State.CANCELLED]
log = structlog.get_logger(__name__)


def take_notice(gateway_name: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Record a webhook once and act on it; its words are checked at the gateway.

    Returns:
        Whether a payment, or a transfer of a payout run, of ours was meant.

    Raises:
        GatewayMissing: no such gateway.
        NoticeForged: the signature is not the provider's.
        GatewayUnreachable: its words could not be checked; deliver it again.

    Safe to repeat: yes, a second delivery changes nothing.
    """
    notice = get_gateway(gateway_name).read_notice(body, headers)
    PaymentNotice.objects.bulk_create(
        [
            PaymentNotice(
                gateway=gateway_name,
                provider_id=notice.provider_id,
                body=dict(notice.body),
            )
        ],
        ignore_conflicts=True,
    )
    if not _act(gateway_name, notice):
        return False
    PaymentNotice.objects.filter(
        gateway=gateway_name, provider_id=notice.provider_id, applied_at=None
    ).update(applied_at=clock.now())
    return True


def _act(gateway_name: str, notice: Notice) -> bool:
    if notice.run_ref:
        return ask_to_look(notice.run_ref)
    payment = _find_payment(gateway_name, notice)
    if payment is None:
        return take_funding_notice(gateway_name, notice)
    _apply_notice(payment, notice)
    return True


def _apply_notice(payment: Payment, notice: Notice) -> None:
    if payment.state in GIVEN_UP:
        look_for_late_money(payment, notice.charge_ref)
    else:
        refresh_payment(payment)
    refresh_disputes(payment)
    refresh_refunds(payment)


def look_for_late_money(payment: Payment, charge_ref: str = "") -> None:
    """Send back what was charged after a payment had been given up.

    Raises:
        GatewayUnreachable: no answer came.

    Safe to repeat: yes.
    """
    reference = payment.provider_ref or charge_ref
    if not reference:
        return
    result = get_gateway(payment.gateway).find_charge(reference)
    if result.state == ChargeState.SUCCEEDED:
        log.warning("payments.late_money", payment=payment.public_id)
        apply_result(payment, result)


def reconcile_payments(limit: int = 100) -> int:
    """Ask again about undecided payments that are due; return how many.

    The wait doubles from one minute to a day; a payment undecided after a day is
    cancelled at the gateway, and people are alarmed.

    Safe to repeat: yes, several may run side by side.
    """
    return asking.ask_due(Payment.objects.all(), _ask_again, limit=limit)


def lapse_checkouts(limit: int = 200) -> int:
    """End the checkouts whose time is over; return how many were ended.

    An undecided payment is first cancelled at the gateway: only its "cancelled"
    frees the holds, and until then they are kept. A refusal that one meets is logged
    and does not keep the next from its end.

    Safe to repeat: yes.
    """
    now = clock.now()
    paid = Payment.objects.filter(checkout=OuterRef("pk"), state=Payment.State.PAID)
    over = (
        Checkout.objects.filter(~Exists(paid), state__in=UNPAID, expires_at__lte=now)
        .order_by("expires_at")
        .prefetch_related("payments")[:limit]
    )
    return sum(_try_lapse(checkout) for checkout in over)


def _find_payment(gateway_name: str, notice: Notice) -> Payment | None:
    """Find whose notice it is: by our own reference, else by the provider's."""
    own = Payment.objects.filter(gateway=gateway_name)
    if notice.reference:
        return own.filter(public_id=notice.reference).first()
    if notice.charge_ref:
        return own.filter(provider_ref=notice.charge_ref).first()
    return None


def _ask_again(payment: Payment, is_old: bool) -> None:
    if is_old:
        log.error("payments.undecided", payment=payment.public_id)
    step = cancel_at_gateway(payment) if is_old else refresh_payment(payment)
    log.info(
        "payments.asked",
        payment=payment.public_id,
        state=step.payment.state,
        count=payment.reconcile_count,
    )


def _try_lapse(checkout: Checkout) -> bool:
    try:
        return _lapse(checkout)
    except DomainError:
        log.exception("checkouts.not_lapsed", checkout=checkout.public_id)
        return False


def _lapse(checkout: Checkout) -> bool:
    undecided = [p for p in checkout.payments.all() if p.state in UNDECIDED]
    for payment in undecided:
        window = get_gateway(payment.gateway).window
        if clock.now() < payment.created_at + window:
            return False
        keep_holds(checkout, clock.now())
        step = cancel_at_gateway(payment)
        if step.payment.state in UNDECIDED:
            return False
    return lapse_checkout(checkout)
