"""Webhooks of the pretended bank: signed, and on request lost, doubled, disordered."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import F

from orders.errors import NoticeForged
from orders.gateways.base import Notice
from orders.models import SandboxCharge, SandboxDispute, SandboxRefund
from shopfront.common import clock

SIGNATURE = "X-Sandbox-Signature"
LIFE_SECONDS = 300
SILENT, NOISY = "silent", "noisy"
_LONGEST_TIME = 12  # digits
_UNDECIDED = [SandboxCharge.State.WAITING, SandboxCharge.State.AUTHENTICATING]
Subject = SandboxCharge | SandboxDispute | SandboxRefund


def sign(body: bytes) -> str:
    """Sign a webhook now, as the pretended bank does: the time, then the proof."""
    return _sign(body, int(clock.now().timestamp()))


def read(body: bytes, headers: Mapping[str, str]) -> Notice:
    """Check the signature and its age, and read the event."""
    given = headers.get(SIGNATURE, "")
    signed_at = _read_time(given)
    if not hmac.compare_digest(given.encode(), _sign(body, signed_at).encode()):
        raise NoticeForged
    if abs(clock.now().timestamp() - signed_at) > LIFE_SECONDS:
        raise NoticeForged
    try:
        event = json.loads(body)
        return Notice(str(event["id"]), str(event["reference"]), event)
    except (ValueError, TypeError, KeyError) as fault:
        raise NoticeForged from fault


def list_untold(limit: int = 50) -> list[tuple[Subject, bytes]]:
    """List what the shop was not told of, with the webhook's body.

    A silent charge is never told of.
    """
    charges = (
        SandboxCharge.objects.filter(notified_state="")
        .exclude(state__in=_UNDECIDED)
        .exclude(choice=SILENT)
        .order_by("pk")[:limit]
    )
    disputes = SandboxDispute.objects.select_related("charge").order_by("pk")
    found: list[tuple[Subject, bytes]] = [(one, _charge_event(one)) for one in charges]
    found += [
        (one, _dispute_event(one))
        for one in disputes[:limit]
        if one.notified_state != one.state
    ]
    refunds = SandboxRefund.objects.select_related("charge").order_by("pk")
    back = refunds.exclude(state=F("notified_state"))
    return found + [(one, _refund_event(one)) for one in back[:limit]]


def spread(subject: Subject, body: bytes) -> list[bytes]:
    """Return the deliveries of a webhook: once, or noisily twice and out of order."""
    if not isinstance(subject, SandboxCharge) or subject.choice != NOISY:
        return [body]
    earlier = _charge_event(subject, SandboxCharge.State.AUTHENTICATING)
    return [body, earlier, body]


def mark_told(subject: Subject) -> None:
    """Remember that the shop took the webhook."""
    rows = type(subject)._default_manager.filter(pk=subject.pk)
    rows.update(notified_state=subject.state)


def _sign(body: bytes, signed_at: int) -> str:
    secret = f"sandbox:{settings.SECRET_KEY}".encode()
    proof = hmac.new(secret, b"%d." % signed_at + body, hashlib.sha256).hexdigest()
    return f"{signed_at}.{proof}"


def _read_time(signature: str) -> int:
    text = signature.partition(".")[0]
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_TIME else 0


def _charge_event(charge: SandboxCharge, state: str = "") -> bytes:
    told = state or charge.state
    return _encode(
        {
            "id": f"{charge.public_id}-{told}",
            "reference": charge.reference,
            "charge": charge.public_id,
            "state": told,
        }
    )


def _dispute_event(dispute: SandboxDispute) -> bytes:
    return _encode(
        {
            "id": f"{dispute.public_id}-{dispute.state}",
            "reference": dispute.charge.reference,
            "charge": dispute.charge.public_id,
            "dispute": dispute.public_id,
            "state": dispute.state,
        }
    )


def _refund_event(refund: SandboxRefund) -> bytes:
    return _encode(
        {
            "id": f"{refund.public_id}-{refund.state}",
            "reference": refund.charge.reference,
            "charge": refund.charge.public_id,
            "refund": refund.public_id,
            "state": refund.state,
        }
    )


def _encode(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, sort_keys=True).encode()
