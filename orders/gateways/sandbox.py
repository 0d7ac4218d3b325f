"""The sandbox gateway: a pretended bank with books of its own, no account needed.

It declines, delays, demands authentication and times out on request. Its books
are in another database and autocommitted, so that our rollback cannot undo them.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.errors import ChargeMissing, GatewayUnreachable, NoticeForged
from orders.gateways.base import (
    ChargeRequest,
    ChargeResult,
    ChargeState,
    Gateway,
    Method,
    Notice,
)
from orders.models import SandboxCharge, SandboxRefund
from shopfront.common import clock
from shopfront.common.money import Money

BOOKS = "sandbox"
SLOW_BY = dt.timedelta(seconds=6)
SIGNATURE = "X-Sandbox-Signature"
NOTICE_LIFE = dt.timedelta(minutes=5)
_LONGEST_TIME = 12  # digits
_FIRST_STATES = {
    "approve": SandboxCharge.State.SUCCEEDED,
    "decline": SandboxCharge.State.DECLINED,
    "authenticate": SandboxCharge.State.AUTHENTICATING,
    "slow": SandboxCharge.State.WAITING,
    "timeout": SandboxCharge.State.SUCCEEDED,
}
_UNDECIDED = [SandboxCharge.State.WAITING, SandboxCharge.State.AUTHENTICATING]


class SandboxGateway(Gateway):
    """Pretends to be a bank; see the base class for what each method promises."""

    name = "sandbox"
    window = dt.timedelta(minutes=5)

    def list_methods(self) -> Sequence[Method]:
        """List what the pretended bank will answer."""
        return [
            Method("approve", _("Approve")),
            Method("decline", _("Decline")),
            Method("authenticate", _("Ask for authentication")),
            Method("slow", _("Slow"), _("decides after six seconds")),
            Method("timeout", _("Times out"), _("charges, but the answer is lost")),
        ]

    def charge(self, request: ChargeRequest, *, key: str) -> ChargeResult:
        """Book a charge once per key; `timeout` loses its first answer."""
        digest = _digest(request)
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
            gone = sum(charge.refunds.values_list("amount_minor", flat=True))
            if gone + amount.minor > charge.amount_minor:
                message = "more would go back than came"
                raise ValueError(message)
            refund = SandboxRefund.objects.create(
                charge=charge, idempotency_key=key, amount_minor=amount.minor
            )
        return refund.public_id

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check the signature and its age, and read the event."""
        given = headers.get(SIGNATURE, "")
        signed_at = _read_time(given)
        if not hmac.compare_digest(given.encode(), _sign(body, signed_at).encode()):
            raise NoticeForged
        if abs(clock.now().timestamp() - signed_at) > NOTICE_LIFE.total_seconds():
            raise NoticeForged
        event = json.loads(body)
        return Notice(str(event["id"]), str(event["reference"]), event)


def sign(body: bytes) -> str:
    """Sign a webhook now, as the pretended bank does: the time, then the proof."""
    return _sign(body, int(clock.now().timestamp()))


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


def list_untold_notices(limit: int = 50) -> list[tuple[SandboxCharge, bytes]]:
    """List decided charges that the shop was not told of, with the webhook's body."""
    charges = (
        SandboxCharge.objects.filter(notified_state="")
        .exclude(state__in=_UNDECIDED)
        .order_by("pk")[:limit]
    )
    return [(charge, _event(charge)) for charge in charges]


def mark_told(charge: SandboxCharge) -> None:
    """Remember that the shop took the webhook."""
    SandboxCharge.objects.filter(pk=charge.pk).update(notified_state=charge.state)


def _sign(body: bytes, signed_at: int) -> str:
    secret = f"sandbox:{settings.SECRET_KEY}".encode()
    proof = hmac.new(secret, b"%d." % signed_at + body, hashlib.sha256).hexdigest()
    return f"{signed_at}.{proof}"


def _read_time(signature: str) -> int:
    text = signature.partition(".")[0]
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_TIME else 0


def _event(charge: SandboxCharge) -> bytes:
    event = {
        "id": f"{charge.public_id}-{charge.state}",
        "reference": charge.reference,
        "charge": charge.public_id,
        "state": charge.state,
    }
    return json.dumps(event, sort_keys=True).encode()


def _digest(request: ChargeRequest) -> str:
    text = json.dumps(request.as_json(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _book(
    request: ChargeRequest, *, key: str, digest: str
) -> tuple[SandboxCharge, bool]:
    known = SandboxCharge.objects.filter(idempotency_key=key).first()
    if known is not None:
        return known, False
    is_slow = request.method == "slow"
    try:
        with transaction.atomic(using=BOOKS):
            charge = SandboxCharge.objects.create(
                idempotency_key=key,
                request_hash=digest,
                reference=request.reference,
                choice=request.method,
                amount_minor=request.amount_minor,
                currency=request.currency,
                state=_FIRST_STATES[request.method],
                ready_at=clock.now() + SLOW_BY if is_slow else None,
                return_url=request.return_url,
            )
    except IntegrityError:
        return SandboxCharge.objects.get(idempotency_key=key), False
    return charge, True


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
    page = reverse("orders:sandbox-authenticate", args=[charge.public_id])
    return ChargeResult(
        state=state,
        provider_ref=charge.public_id,
        action_url=page if is_open else "",
        failure_code="card_declined" if state == ChargeState.DECLINED else "",
    )
