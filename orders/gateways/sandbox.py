"""The sandbox gateway: a pretended bank with books of its own, no account needed.

It declines, delays, demands authentication and times out on request. Its books
are in another database and autocommitted, so that our rollback cannot undo them.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.errors import ChargeDisputed, ChargeMissing, GatewayUnreachable
from orders.gateways import sandbox_disputes as disputes
from orders.gateways import sandbox_notices as notices
from orders.gateways.base import (
    Card,
    ChargeRequest,
    ChargeResult,
    ChargeState,
    DisputeFacts,
    Evidence,
    Gateway,
    Manners,
    Method,
    Notice,
    RefundFacts,
    RefundState,
)
from orders.models import SandboxCharge, SandboxRefund
from shopfront.common import clock
from shopfront.common.money import Money

BOOKS = "sandbox"
SLOW_BY = dt.timedelta(seconds=6)
KEY_LIFE = dt.timedelta(hours=24)
CARD, CLOSED = "card", "closed"
_FIRST_STATES = {
    "approve": SandboxCharge.State.SUCCEEDED,
    "decline": SandboxCharge.State.DECLINED,
    "authenticate": SandboxCharge.State.AUTHENTICATING,
    "slow": SandboxCharge.State.WAITING,
    "timeout": SandboxCharge.State.SUCCEEDED,
    "dispute": SandboxCharge.State.SUCCEEDED,
    CLOSED: SandboxCharge.State.SUCCEEDED,
    notices.SILENT: SandboxCharge.State.SUCCEEDED,
    notices.NOISY: SandboxCharge.State.AUTHENTICATING,
}
_LATER = {"slow", "dispute"}
_UNDECIDED = [SandboxCharge.State.WAITING, SandboxCharge.State.AUTHENTICATING]


class SandboxGateway(Gateway):
    """Pretends to be a bank; see the base class for what each method promises."""

    name = "sandbox"
    window = dt.timedelta(minutes=5)

    def describe(self) -> Manners:
        """Keep cards; no money moves."""
        return Manners(keeps_cards=True)

    def list_methods(self) -> Sequence[Method]:
        """List what the pretended bank will answer."""
        rare = [
            ("slow", _("Slow"), _("decides after six seconds")),
            ("timeout", _("Times out"), _("charges, but the answer is lost")),
            (
                "dispute",
                _("Dispute"),
                _("charges, and takes it back in six seconds"),
            ),
            (CLOSED, _("Closed"), _("charges, and the first refund comes back")),
            (notices.SILENT, _("Silent"), _("charges, but its webhook is lost")),
            (notices.NOISY, _("Noisy"), _("authenticates, sends webhooks twice")),
        ]
        return [
            Method("approve", _("Approve")),
            Method("decline", _("Decline")),
            Method("authenticate", _("Ask for authentication")),
            *[Method(code, label, hint, is_rare=True) for code, label, hint in rare],
        ]

    def charge(self, request: ChargeRequest, *, key: str) -> ChargeResult:
        """Book a charge once per key; `timeout` loses its first answer."""
        digest = _digest(request)
        if _is_stale(request):
            return _look_up(request)
        charge, is_new = _book(request, key=key, digest=digest)
        if charge.request_hash != digest:
            message = "this key was used for another request"
            raise ValueError(message)
        if is_new and request.method == "timeout":
            raise GatewayUnreachable
        return _result_of(charge)

    def find_charge(self, provider_ref: str) -> ChargeResult:
        """Return a charge, decided by now if its time has come."""
        settle_due_charges()
        return _result_of(_get(provider_ref))

    def cancel(self, provider_ref: str) -> ChargeResult:
        """Cancel what is not decided."""
        _change(provider_ref, SandboxCharge.State.CANCELLED)
        return _result_of(_get(provider_ref))

    def refund(self, provider_ref: str, amount: Money, *, key: str) -> str:
        """Send back at most what was charged, once per key."""
        with transaction.atomic(using=BOOKS):
            charge = (
                SandboxCharge.objects.select_for_update()
                .filter(public_id=provider_ref, state=SandboxCharge.State.SUCCEEDED)
                .first()
            )
            if charge is None:
                raise ChargeMissing
            known = charge.refunds.filter(idempotency_key=key).first()
            if known is not None:
                return known.public_id
            if disputes.is_disputed(charge):
                raise ChargeDisputed
            sent = charge.refunds.filter(state=SandboxRefund.State.DONE)
            gone = sum(sent.values_list("amount_minor", flat=True))
            if gone + amount.minor > charge.amount_minor:
                message = "more would go back than came"
                raise ValueError(message)
            refund = SandboxRefund.objects.create(
                charge=charge,
                idempotency_key=key,
                amount_minor=amount.minor,
                state=_first_refund_state(charge),
            )
        return refund.public_id

    def find_refunds(self, provider_ref: str) -> Sequence[RefundFacts]:
        """Return the refunds of a charge."""
        rows = SandboxRefund.objects.filter(charge__public_id=provider_ref)
        return [
            RefundFacts(
                provider_ref=row.public_id,
                key=row.idempotency_key,
                state=RefundState(row.state),
                amount=Money(row.amount_minor, row.charge.currency),
                reason="expired_or_canceled_card"
                if row.state == SandboxRefund.State.FAILED
                else "",
            )
            for row in rows.select_related("charge").order_by("pk")
        ]

    def forget_card(self, card_ref: str) -> None:
        """Forget a kept card."""
        kept = SandboxCharge.objects.filter(public_id=card_ref.removeprefix(CARD))
        kept.update(keeps_card=False)

    def find_disputes(self, provider_ref: str) -> Sequence[DisputeFacts]:
        """Return the disputes of a charge."""
        return disputes.find_disputes(provider_ref)

    def list_disputes(self, since: dt.datetime) -> Sequence[DisputeFacts]:
        """Return the disputes opened since a moment."""
        return disputes.list_disputes(since)

    def answer_dispute(
        self, dispute_ref: str, evidence: Evidence, *, key: str
    ) -> DisputeFacts:
        """Take the shop's evidence; the bank decides after six seconds."""
        return disputes.answer(dispute_ref, evidence)

    def accept_dispute(self, dispute_ref: str) -> DisputeFacts:
        """Let the shopper keep the money."""
        return disputes.accept(dispute_ref)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check the signature and its age, and read the event."""
        return notices.read(body, headers)


def decide_authentication(charge: SandboxCharge, *, is_approved: bool) -> SandboxCharge:
    """Let the shopper approve or refuse on the bank's page; the first answer counts.

    Safe to repeat: yes, a decided charge stays as it is.
    """
    state = SandboxCharge.State
    wanted = state.SUCCEEDED if is_approved else state.DECLINED
    SandboxCharge.objects.filter(pk=charge.pk, state=state.AUTHENTICATING).update(
        state=wanted
    )
    charge.refresh_from_db()
    return charge


def settle_due_charges() -> int:
    """Decide the slow charges whose time has come; return how many."""
    return SandboxCharge.objects.filter(
        state=SandboxCharge.State.WAITING, ready_at__lte=clock.now()
    ).update(state=SandboxCharge.State.SUCCEEDED)


def _digest(request: ChargeRequest) -> str:
    text = json.dumps(request.as_json(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _book(
    request: ChargeRequest, *, key: str, digest: str
) -> tuple[SandboxCharge, bool]:
    known = SandboxCharge.objects.filter(idempotency_key=key).first()
    if known is not None:
        return known, False
    is_later = request.method in _LATER
    try:
        with transaction.atomic(using=BOOKS):
            charge = SandboxCharge.objects.create(
                idempotency_key=key,
                request_hash=digest,
                reference=request.reference,
                choice=request.method,
                amount_minor=request.amount_minor,
                currency=request.currency,
                state=_first_state(request),
                ready_at=clock.now() + SLOW_BY if is_later else None,
                return_url=request.return_url,
                customer=request.customer or f"customer_{request.reference}",
                keeps_card=request.keeps_card,
            )
    except IntegrityError:
        return SandboxCharge.objects.get(idempotency_key=key), False
    return charge, True


def _first_state(request: ChargeRequest) -> SandboxCharge.State:
    if not request.method.startswith(CARD):
        return _FIRST_STATES[request.method]
    is_known = SandboxCharge.objects.filter(
        public_id=request.method.removeprefix(CARD),
        customer=request.customer,
        keeps_card=True,
    ).exists()
    return _FIRST_STATES["approve" if is_known else "decline"]


def _first_refund_state(charge: SandboxCharge) -> SandboxRefund.State:
    """Let the first refund to a closed card come back."""
    comes_back = charge.choice == CLOSED and not charge.refunds.exists()
    return SandboxRefund.State.FAILED if comes_back else SandboxRefund.State.DONE


def _is_stale(request: ChargeRequest) -> bool:
    """Whether the key of a request would no longer be known to a real provider."""
    if not request.made_at:
        return False
    return clock.now() - dt.datetime.fromisoformat(request.made_at) >= KEY_LIFE


def _look_up(request: ChargeRequest) -> ChargeResult:
    charge = SandboxCharge.objects.filter(reference=request.reference).first()
    if charge is None:
        return ChargeResult(ChargeState.CANCELLED, "")
    return _result_of(charge)


def _change(provider_ref: str, state: SandboxCharge.State) -> None:
    SandboxCharge.objects.filter(public_id=provider_ref, state__in=_UNDECIDED).update(
        state=state
    )


def _get(provider_ref: str) -> SandboxCharge:
    charge = SandboxCharge.objects.filter(public_id=provider_ref).first()
    if charge is None:
        raise ChargeMissing
    return charge


def _result_of(charge: SandboxCharge) -> ChargeResult:
    state = ChargeState(charge.state)
    is_open = state == ChargeState.AUTHENTICATING
    is_kept = charge.keeps_card and state == ChargeState.SUCCEEDED
    page = reverse("orders:sandbox-authenticate", args=[charge.public_id])
    return ChargeResult(
        state=state,
        provider_ref=charge.public_id,
        action_url=page if is_open else "",
        failure_code="card_declined" if state == ChargeState.DECLINED else "",
        card=_card_of(charge) if is_kept else None,
    )


def _card_of(charge: SandboxCharge) -> Card:
    return Card(
        customer_ref=charge.customer,
        provider_ref=f"{CARD}{charge.public_id}",
        brand=_("Test card"),
        last4=f"{charge.pk % 10_000:04}",
        expires_month=12,
        expires_year=charge.created_at.year + 3,
    )
