"""Guarantees paid by card: request stored first, charged once, posted once (E1, K3)."""

import structlog
from django.db import transaction

from creators.errors import GuaranteeNotOpen
from creators.models import Guarantee
from creators.services.funding import fund_by_payment
from orders.errors import MethodUnknown, PaymentInFlight, TooManyAttempts
from orders.gateways import ChargeResult, ChargeState, Notice, get_gateway
from orders.models import FundingPayment
from orders.services import asking
from orders.services.asking import UNDECIDED, Step
from orders.services.funding_losses import refresh_losses
from orders.services.rules import read_key
from shopfront.common import clock

State = FundingPayment.State
FundingStep = Step[FundingPayment]
MOST_ATTEMPTS = 12
ENDS = {ChargeState.DECLINED: State.FAILED, ChargeState.CANCELLED: State.CANCELLED}
log = structlog.get_logger(__name__)


def start_funding(
    guarantee: Guarantee, *, method: str, key: str, return_url: str, email: str = ""
) -> FundingStep:
    """Charge what a guarantee misses: store the exact request, commit, then charge.

    Args:
        guarantee: what is paid in.
        method: one of the gateway's ways to pay.
        key: of the attempt; it never charges twice.
        return_url: where the payer comes back to from the bank.
        email: whom the gateway may write to, if known.

    Raises:
        MethodUnknown: the gateway does not offer this way to pay.
        GuaranteeNotOpen: nothing is missing, or the show never starts.
        PaymentInFlight: another attempt is not decided yet.
        TooManyAttempts: a dozen attempts were made.

    Locks: the guarantee's row, while the payment is written.
    Safe to repeat: yes, the same key never charges twice.
    """
    gateway = get_gateway()
    if not gateway.accepts(method):
        raise MethodUnknown
    full_key = f"{guarantee.public_id}-{read_key(key)}"
    known = FundingPayment.objects.filter(idempotency_key=full_key).first()
    if known is not None:
        return refresh_funding(known)
    with transaction.atomic(durable=True):
        locked = Guarantee.objects.select_for_update().get(pk=guarantee.pk)
        known = FundingPayment.objects.filter(idempotency_key=full_key).first()
        if known is None:
            _check_open(locked)
            payment = FundingPayment(
                guarantee=locked,
                gateway=gateway.name,
                amount_minor=locked.missing.minor,
                currency=locked.currency,
                idempotency_key=full_key,
            )
            asking.write_request(
                payment, method=method, return_url=return_url, email=email
            )
            payment.save(force_insert=True)
    if known is not None:
        return refresh_funding(known)
    return asking.charge(payment, apply_funding)


def refresh_funding(payment: FundingPayment) -> FundingStep:
    """Ask the gateway how a payment stands; a lost request is sent again as it was.

    Safe to repeat: yes.
    """
    return asking.refresh(payment, apply_funding)


def give_up_funding(payment: FundingPayment) -> FundingStep:
    """Cancel an undecided payment at the gateway; what it answers counts.

    Safe to repeat: yes.
    """
    return asking.cancel(payment, apply_funding)


def apply_funding(payment: FundingPayment, result: ChargeResult) -> FundingStep:
    """Act on what the gateway says of a charge.

    Money that came after a payment was given up is posted too: what the guarantee
    does not need is the payer's.

    Safe to repeat: yes.
    """
    asking.keep_reference(payment, result)
    rows = FundingPayment.objects.filter(pk=payment.pk)
    if result.state == ChargeState.SUCCEEDED:
        _confirm(payment)
    elif result.state in ENDS:
        rows.filter(state__in=UNDECIDED).update(
            state=ENDS[result.state],
            failure_code=result.failure_code[:40],
            reconcile_at=None,
        )
    elif result.state == ChargeState.AUTHENTICATING:
        rows.filter(state=State.PENDING).update(state=State.AUTHENTICATING)
    payment.refresh_from_db()
    return FundingStep(payment, result.action_url)


def take_funding_notice(gateway_name: str, notice: Notice) -> bool:
    """Act on a gateway's webhook; return whether a payment of ours was meant.

    Raises:
        GatewayUnreachable: its words could not be checked; deliver it again.

    Safe to repeat: yes.
    """
    own = FundingPayment.objects.filter(gateway=gateway_name)
    if notice.reference:
        payment = own.filter(public_id=notice.reference).first()
    else:
        payment = own.filter(provider_ref=notice.charge_ref or "-").first()
    if payment is None:
        return False
    reference = payment.provider_ref or notice.charge_ref
    if not reference:
        refresh_funding(payment)
    elif payment.state != State.PAID:
        apply_funding(payment, get_gateway(gateway_name).find_charge(reference))
    refresh_losses(payment)
    return True


def reconcile_fundings(limit: int = 50) -> int:
    """Ask again about undecided payments that are due; return how many.

    The wait doubles from one minute to a day; after a day a payment is cancelled.

    Safe to repeat: yes, several may run side by side.
    """
    return asking.ask_due(FundingPayment.objects.all(), _ask_again, limit=limit)


def _ask_again(payment: FundingPayment, is_old: bool) -> None:
    step = give_up_funding(payment) if is_old else refresh_funding(payment)
    log.info("fundings.asked", payment=payment.public_id, state=step.payment.state)


def _check_open(guarantee: Guarantee) -> None:
    if guarantee.state != Guarantee.State.OPEN or not guarantee.missing:
        raise GuaranteeNotOpen
    states = list(guarantee.card_payments.values_list("state", flat=True))
    if any(state in UNDECIDED for state in states):
        raise PaymentInFlight
    if len(states) >= MOST_ATTEMPTS:
        raise TooManyAttempts


def _confirm(payment: FundingPayment) -> None:
    """Make a payment paid and post it to the guarantee, in one durable transaction.

    Locks: the payment's row, then the guarantee's. Only the first call changes it.
    """
    with transaction.atomic(durable=True):
        changed = (
            FundingPayment.objects.filter(pk=payment.pk)
            .exclude(state=State.PAID)
            .update(state=State.PAID, paid_at=clock.now(), reconcile_at=None)
        )
        if changed:
            fund_by_payment(
                payment.guarantee,
                reference=payment.public_id,
                amount_minor=payment.amount_minor,
            )
