"""Charges at a gateway, whoever pays: sent word for word, asked about, cancelled (K3).

What the answer means is decided by who knows what is paid for: each step takes the
function that applies a result.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from django.db.models import QuerySet

from orders.errors import ChargeMissing, GatewayUnreachable
from orders.gateways import ChargeRequest, ChargeResult, ChargeState, get_gateway
from orders.models import Attempt
from shopfront.common import clock
from shopfront.common.errors import DomainError

UNDECIDED = [Attempt.State.PENDING, Attempt.State.AUTHENTICATING]
FIRST_ASK = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=24)
PORTION = 100
MOST_REFUSED = 10
"""So many refusals in a row, and there is nobody to ask."""
Paying = TypeVar("Paying", bound=Attempt)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Step(Generic[Paying]):
    """A payment and where the payer must go next, if anywhere.

    Without slots, which Python cannot join with a frozen class of several types.
    """

    payment: Paying
    action_url: str = ""


Apply = Callable[[Paying, ChargeResult], Step[Paying]]


def write_request(
    payment: Attempt,
    *,
    method: str,
    return_url: str,
    email: str,
    customer: str = "",
    keeps_card: bool = False,
) -> None:
    """Write the exact request into a payment that is not stored yet."""
    payment.request = ChargeRequest(
        reference=payment.public_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        method=method,
        return_url=return_url,
        email=email,
        customer=customer,
        keeps_card=keeps_card,
        made_at=payment.created_at.isoformat(),
    ).as_json()
    payment.reconcile_at = clock.now() + FIRST_ASK


def charge(payment: Paying, apply: Apply[Paying]) -> Step[Paying]:
    """Send the stored request with its key; without an answer nothing is decided.

    Safe to repeat: yes.
    """
    request = ChargeRequest.from_json(payment.request)
    gateway = get_gateway(payment.gateway)
    try:
        result = gateway.charge(request, key=payment.idempotency_key)
    except GatewayUnreachable:
        return Step(payment)
    return apply(payment, result)


def refresh(payment: Paying, apply: Apply[Paying]) -> Step[Paying]:
    """Ask the gateway how a payment stands; a lost request is sent again as it was.

    Safe to repeat: yes.
    """
    payment.refresh_from_db()
    if payment.state not in UNDECIDED:
        return Step(payment)
    if not payment.provider_ref:
        return charge(payment, apply)
    try:
        result = get_gateway(payment.gateway).find_charge(payment.provider_ref)
    except GatewayUnreachable:
        return Step(payment)
    return apply(payment, result)


def cancel(payment: Paying, apply: Apply[Paying]) -> Step[Paying]:
    """Cancel an undecided payment at the gateway; what it answers counts.

    A charge that the provider does not know, as after its keys were changed, can
    never be taken there: it counts as cancelled, and people are alarmed.

    Safe to repeat: yes.
    """
    try:
        step = refresh(payment, apply)
        if payment.state not in UNDECIDED or not payment.provider_ref:
            return step
        result = get_gateway(payment.gateway).cancel(payment.provider_ref)
    except GatewayUnreachable:
        return Step(payment)
    except ChargeMissing:
        log.error("payments.charge_missing", payment=payment.public_id)
        result = ChargeResult(ChargeState.CANCELLED, payment.provider_ref)
    return apply(payment, result)


def keep_reference(payment: Attempt, result: ChargeResult) -> None:
    """Keep the provider's id of a charge, the first time that it is told."""
    rows = type(payment)._default_manager.filter(pk=payment.pk, provider_ref="")
    rows.update(provider_ref=result.provider_ref)


def ask_due(
    payments: "QuerySet[Paying]", look: Callable[[Paying, bool], object], *, limit: int
) -> int:
    """Look again at the undecided payments that are due; return how many.

    The wait doubles from one minute to a day; `look` is told whether a payment has
    been undecided for a day. A refusal of one is logged and the next is asked about.

    Safe to repeat: yes, several may run side by side.
    """
    now = clock.now()
    due = payments.filter(state__in=UNDECIDED, reconcile_at__lte=now)
    asked = 0
    for payment in due.order_by("reconcile_at")[:limit]:
        wait = min(dt.timedelta(minutes=2**payment.reconcile_count), LONGEST_WAIT)
        claimed = payments.filter(
            pk=payment.pk, reconcile_at=payment.reconcile_at
        ).update(reconcile_at=now + wait, reconcile_count=payment.reconcile_count + 1)
        if not claimed:
            continue
        asked += 1
        try:
            look(payment, now - payment.created_at >= LONGEST_WAIT)
        except DomainError:
            log.exception("payments.not_asked", payment=payment.public_id)
    return asked


def ask_all(payments: "QuerySet[Paying]", ask: Callable[[Paying], int]) -> int:
    """Ask about each of the payments, the newest first; return the sum of the answers.

    They are read in portions by their keys, so that none is too old to be asked about.
    A refusal of one is logged and the next is asked about.

    Raises:
        DomainError: so many in a row were refused that nobody is there to be asked.

    Safe to repeat: as far as `ask` is.
    """
    told = refused = 0
    for payment in _walk(payments):
        try:
            told += ask(payment)
            refused = 0
        except DomainError:
            log.exception("payments.not_asked", payment=payment.public_id)
            refused += 1
            if refused == MOST_REFUSED:
                raise
    return told


def _walk(payments: "QuerySet[Paying]") -> Iterator[Paying]:
    rest = payments.order_by("-pk")
    while portion := list(rest[:PORTION]):
        yield from portion
        rest = rest.filter(pk__lt=portion[-1].pk)
