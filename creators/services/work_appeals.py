"""A human decides anew what a rule decided about working time (E2).

Within seven days, with a reason. What was wrong is undone: time that was no work is
struck out, and a premium is posted as it should have been.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from creators.errors import DecisionClosed, DecisionOwn, RepairWrong
from creators.models import Guarantee, WorkDecision, WorkSession
from creators.selectors.guarantees import find_premium
from creators.services.overtime import correct_premium
from creators.services.work_decisions import record_act
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox

TOPIC, DUE_TOPIC = "creators.work_decided", "creators.work_decision_due"
REMIND_BEFORE = dt.timedelta(days=2)
Kind, Outcome = WorkDecision.Kind, WorkDecision.Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """How a wrong decision is undone: by time that was no work, or by a sum."""

    struck_from: dt.datetime | None = None
    struck_until: dt.datetime | None = None
    premium_minor: int | None = None


def uphold_decision(decision: WorkDecision, *, by: User, reason: str) -> WorkDecision:
    """Say as a human that a decision stands, and why.

    Raises:
        DecisionClosed: nobody asked, it is decided, or no reason is given.
        DecisionOwn: it is about this very person.

    Locks: the decision.
    """
    return _decide(decision, Outcome.UPHELD, by=by, reason=reason, repair=Repair())


def overturn_decision(
    decision: WorkDecision, *, by: User, reason: str, repair: Repair
) -> WorkDecision:
    """Undo a decision as a human: strike time out, or post the premium that is right.

    Raises:
        DecisionClosed: nobody asked, it is decided, or no reason is given.
        DecisionOwn: it is about this very person.
        RepairWrong: what is undone is not named, or is not of this decision.

    Locks: the decision, then the premium.
    """
    return _decide(decision, Outcome.OVERTURNED, by=by, reason=reason, repair=repair)


def _decide(
    decision: WorkDecision,
    outcome: WorkDecision.Outcome,
    *,
    by: User,
    reason: str,
    repair: Repair,
) -> WorkDecision:
    with transaction.atomic():
        row = (
            WorkDecision.objects.select_for_update(of=("self",))
            .select_related("user", "market")
            .get(pk=decision.pk)
        )
        if not row.waits or not reason.strip():
            raise DecisionClosed
        if row.user_id == by.pk:
            raise DecisionOwn
        if outcome == Outcome.OVERTURNED:
            _undo(row, repair)
        row.outcome, row.reason = outcome, reason.strip()[:500]
        row.decided_at, row.decided_by = clock.now(), by
        row.save(update_fields=["outcome", "reason", "decided_at", "decided_by"])
        record_act("creators.decide_anew", row, by, reason)
        outbox.post(TOPIC, f"decision:{row.public_id}", {"decision": row.public_id})
    return row


def _undo(row: WorkDecision, repair: Repair) -> None:
    if row.kind == Kind.PREMIUM:
        _undo_premium(row, repair.premium_minor)
        return
    since, until = repair.struck_from, repair.struck_until
    if since is None or until is None or not since < until <= clock.now():
        raise RepairWrong
    WorkSession.objects.create(
        user=row.user,
        market=row.market,
        kind=WorkSession.Kind.STRUCK,
        title=row.title,
        starts_at=since,
        ends_at=until,
    )


def _undo_premium(row: WorkDecision, amount: int | None) -> None:
    """Post a premium that is right; who asks is never paid less for having asked."""
    guarantee = Guarantee.objects.get(premium__isnull=False, show_ref=row.show_ref)
    premium = find_premium(guarantee)
    if premium is None or amount is None or amount < premium.amount_minor:
        raise RepairWrong
    correct_premium(guarantee, amount_minor=amount)


def remind_of_due() -> int:
    """Remind staff of decisions that are due within two days; return how many wait.

    Safe to repeat: yes, each is told once.
    """
    soon = WorkDecision.objects.filter(
        asked_at__isnull=False,
        decided_at=None,
        due_at__lte=clock.now() + REMIND_BEFORE,
    )
    refs = list(soon.order_by("due_at").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, f"due:{ref}", {"decision": ref})
    return len(refs)
