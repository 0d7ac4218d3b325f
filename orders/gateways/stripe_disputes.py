"""Disputes at Stripe, read and answered; the gateway turns faults into its own."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orders.errors import DisputeClosed, DisputeMissing
from orders.gateways.base import DisputeFacts, DisputeState, Evidence
from shopfront.common.money import Money
from shopfront.common.stripe import get_client

if TYPE_CHECKING:
    from stripe import Dispute

_STATES = {
    "under_review": DisputeState.ANSWERED,
    "warning_under_review": DisputeState.ANSWERED,
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
_PAGE = 100


def find(charge_ref: str) -> Sequence[DisputeFacts]:
    """Return the disputes of an intent, none of one that is not there."""
    import stripe

    try:
        return _list({"payment_intent": charge_ref})
    except stripe.InvalidRequestError as refusal:
        if refusal.code != "resource_missing":
            raise
        return []


def list_since(moment: dt.datetime) -> Sequence[DisputeFacts]:
    """Return the disputes of the account that were opened since a moment."""
    return _list({"created": {"gte": int(moment.timestamp())}})


def answer(dispute_ref: str, evidence: Evidence, *, key: str) -> DisputeFacts:
    """Submit evidence, unless this very answer is there already."""
    dispute = _get(dispute_ref)
    if _facts_of(dispute).state != DisputeState.OPEN:
        if read_note(dispute.metadata, "answer") == key:
            return _facts_of(dispute)
        raise DisputeClosed
    wish: Any = {
        "evidence": {
            "customer_name": evidence.customer_name,
            "customer_email_address": evidence.customer_email,
            "shipping_address": evidence.address,
            "product_description": evidence.product,
            "uncategorized_text": evidence.story,
        },
        "metadata": {"answer": key},
        "submit": True,
    }
    sent = get_client().v1.disputes.update(dispute_ref, wish, {"idempotency_key": key})
    return _facts_of(sent)


def accept(dispute_ref: str) -> DisputeFacts:
    """Close a dispute as lost; a decided one stays as it is."""
    known = _facts_of(_get(dispute_ref))
    if known.state in {DisputeState.WON, DisputeState.LOST}:
        return known
    return _facts_of(get_client().v1.disputes.close(dispute_ref))


def read_note(metadata: Any, name: str) -> str:
    """Return what we wrote beside one of Stripe's objects, empty if nothing."""
    return str(metadata[name]) if metadata and name in metadata else ""


def _list(wanted: Any) -> Sequence[DisputeFacts]:
    wanted["limit"] = _PAGE
    found = get_client().v1.disputes.list(wanted)
    return [_facts_of(dispute) for dispute in found.auto_paging_iter()]


def _get(dispute_ref: str) -> "Dispute":
    import stripe

    try:
        return get_client().v1.disputes.retrieve(dispute_ref)
    except stripe.InvalidRequestError as refusal:
        if refusal.code != "resource_missing":
            raise
        raise DisputeMissing from refusal


def _facts_of(dispute: "Dispute") -> DisputeFacts:
    due = dispute.evidence_details.due_by
    return DisputeFacts(
        provider_ref=dispute.id,
        charge_ref=str(dispute.payment_intent or ""),
        state=_STATES.get(dispute.status, DisputeState.OPEN),
        amount=Money(dispute.amount, dispute.currency.upper()),
        reason=dispute.reason,
        opened_at=dt.datetime.fromtimestamp(dispute.created, tz=dt.UTC),
        due_at=dt.datetime.fromtimestamp(due, tz=dt.UTC) if due else None,
        is_inquiry=dispute.status.startswith("warning_"),
    )
