"""Chargebacks of the pretended bank: opened, answered, decided, each in its time."""

import datetime as dt
from collections.abc import Sequence

from orders.errors import DisputeClosed, DisputeMissing
from orders.gateways.base import DisputeFacts, DisputeState, Evidence
from orders.models import SandboxCharge, SandboxDispute
from shopfront.common import clock
from shopfront.common.money import Money

ANSWER_DAYS = 7
REASON = "product_not_received"
DECIDES_IN = dt.timedelta(seconds=6)
State = SandboxDispute.State


def open_dispute(
    charge: SandboxCharge, *, reason: str = "product_not_received"
) -> None:
    """Take a charge's money back until the shop has answered. Safe to repeat: yes."""
    SandboxDispute.objects.bulk_create(
        [
            SandboxDispute(
                charge=charge,
                reason=reason,
                opened_at=clock.now(),
                due_at=clock.now() + dt.timedelta(days=ANSWER_DAYS),
            )
        ],
        ignore_conflicts=True,
    )


def open_due_disputes() -> None:
    """Open the disputes that charges by the choice "dispute" bring with them."""
    due = SandboxCharge.objects.filter(
        choice="dispute",
        state=SandboxCharge.State.SUCCEEDED,
        ready_at__lte=clock.now(),
        dispute=None,
    )
    for charge in due:
        open_dispute(charge)


def decide_due_disputes() -> None:
    """Decide what is due: evidence wins, silence loses."""
    disputes = SandboxDispute.objects
    disputes.filter(state=State.ANSWERED, decides_at__lte=clock.now()).update(
        state=State.WON
    )
    disputes.filter(state=State.OPEN, due_at__lte=clock.now()).update(state=State.LOST)


def find_disputes(provider_ref: str) -> Sequence[DisputeFacts]:
    """Return the disputes of a charge, opened and decided as far as they are due."""
    move_disputes()
    found = SandboxDispute.objects.filter(charge__public_id=provider_ref)
    return [facts_of(one) for one in found.select_related("charge")]


def list_disputes(since: dt.datetime) -> Sequence[DisputeFacts]:
    """Return all disputes opened since a moment."""
    move_disputes()
    found = SandboxDispute.objects.filter(opened_at__gte=since).order_by("pk")
    return [facts_of(one) for one in found.select_related("charge")]


def answer(dispute_ref: str, evidence: Evidence) -> DisputeFacts:
    """Take the shop's evidence, once; the same evidence again is no fault."""
    decide_due_disputes()
    SandboxDispute.objects.filter(public_id=dispute_ref, state=State.OPEN).update(
        state=State.ANSWERED,
        evidence=evidence.as_json(),
        decides_at=clock.now() + DECIDES_IN,
    )
    dispute = _get(dispute_ref)
    if dispute.evidence != evidence.as_json():
        raise DisputeClosed
    return facts_of(dispute)


def accept(dispute_ref: str) -> DisputeFacts:
    """Let the shopper keep the money; what is decided stays as it is."""
    SandboxDispute.objects.filter(
        public_id=dispute_ref, state__in=[State.OPEN, State.ANSWERED]
    ).update(state=State.LOST)
    return facts_of(_get(dispute_ref))


def move_disputes() -> None:
    """Let time do its work on disputes."""
    open_due_disputes()
    decide_due_disputes()


def is_disputed(charge: SandboxCharge) -> bool:
    """Whether the bank holds or has taken this charge's money."""
    open_due_disputes()
    taken = SandboxDispute.objects.filter(charge=charge).exclude(state=State.WON)
    return taken.exists()


def facts_of(dispute: SandboxDispute) -> DisputeFacts:
    """Return a dispute as the interface shows it."""
    charge = dispute.charge
    return DisputeFacts(
        provider_ref=dispute.public_id,
        charge_ref=charge.public_id,
        state=DisputeState(dispute.state),
        amount=Money(charge.amount_minor, charge.currency),
        reason=dispute.reason,
        opened_at=dispute.opened_at,
        due_at=dispute.due_at,
    )


def _get(dispute_ref: str) -> SandboxDispute:
    dispute = (
        SandboxDispute.objects.filter(public_id=dispute_ref)
        .select_related("charge")
        .first()
    )
    if dispute is None:
        raise DisputeMissing
    return dispute
