"""Refunds at Stripe as they are now; the gateway turns faults into its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orders.gateways.base import RefundFacts, RefundState
from orders.gateways.stripe_disputes import read_note
from shopfront.common.money import Money
from shopfront.common.stripe import get_client

if TYPE_CHECKING:
    from stripe import Refund

_STATES = {
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_PAGE = 100
_LONGEST_REASON = 40


def find(charge_ref: str) -> Sequence[RefundFacts]:
    """Return the refunds of an intent, none of one that is not there."""
    import stripe

    try:
        found = get_client().v1.refunds.list(
            {"payment_intent": charge_ref, "limit": _PAGE}
        )
        return [_facts_of(refund) for refund in found.auto_paging_iter()]
    except stripe.InvalidRequestError as refusal:
        if refusal.code != "resource_missing":
            raise
        return []


def _facts_of(refund: "Refund") -> RefundFacts:
    reason = str(getattr(refund, "failure_reason", None) or "")
    return RefundFacts(
        provider_ref=refund.id,
        key=read_note(refund.metadata, "key"),
        state=_STATES.get(str(refund.status), RefundState.PENDING),
        amount=Money(refund.amount, refund.currency.upper()),
        reason=reason[:_LONGEST_REASON],
    )
