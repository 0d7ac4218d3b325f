"""A human decides anew what a rule decided about somebody's work (E2).

Within seven days, with a reason. What was wrong is undone: time that was no work is
struck out, a premium is posted as it should have been, a guarantee is paid, a product
may be pinned again.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from creators.errors import DecisionClosed, DecisionOwn, RepairWrong
from creators.models import WorkDecision, WorkSession
from creators.services.guarantees import pay_returned
from creators.services.overtime import correct_premium
from creators.services.owed_premiums import correct_owed
from creators.services.work_decisions import record_act
from creators.signals import decision_overturned
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox

TOPIC, DUE_TOPIC = "creators.work_decided", "creators.work_decision_due"
REMIND_BEFORE = dt.timedelta(days=2)
MOST_ALLOWED = dt.timedelta(days=30)
"""So long at most a product above a ceiling may be pinned; then it is counted anew."""
DECIDED = ("outcome", "reason", "decided_at", "decided_by", "allowed_until")
Kind, Outcome = WorkDecision.Kind, WorkDecision.Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """How a wrong decision is undone: by time that was no work, a sum, or a date.

    What a rule took off the screen, and a guarantee that it gave back, need none: that
    it was wrong is enough.
    """

    struck_from: dt.datetime | None = None
    struck_until: dt.datetime | None = None
    premium_minor: int | None = None
    allowed_until: dt.datetime | None = None


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
    """Undo a decision as a human, in the way that its kind asks for.

    Higher apps follow by the signal: a product is put back on the screen.

    Raises:
        DecisionClosed: nobody asked, it is decided, or no reason is given.
        DecisionOwn: it is about this very person, or about who owes them.
        RepairWrong: what is undone is not named, or is not of this decision.
        GuaranteeNotOpen: the show has another guarantee by now.

    Locks: the decision, then the guarantee or the balance of who owes a premium.
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
            _undo(row, repair, by)
        row.outcome, row.reason = outcome, reason.strip()[:500]
        row.decided_at, row.decided_by = clock.now(), by
        row.save(update_fields=DECIDED)
        record_act("creators.decide_anew", row, by, reason)
        outbox.post(TOPIC, f"decision:{row.public_id}", {"decision": row.public_id})
        if outcome == Outcome.OVERTURNED:
            decision_overturned.send(WorkDecision, decision=row)
    return row


def _undo(row: WorkDecision, repair: Repair, by: User) -> None:
    if row.kind in {Kind.PREMIUM, Kind.OWED}:
        _undo_premium(row, repair.premium_minor, by)
    elif row.kind == Kind.GUARANTEE:
        pay_returned(str(row.figures["guarantee"]))
    elif row.kind == Kind.PIN:
        _let_pin(row, repair.allowed_until)
    elif row.kind != Kind.UNPIN:
        _strike_out(row, repair)


def _let_pin(row: WorkDecision, until: dt.datetime | None) -> None:
    now = clock.now()
    if until is None or not now < until <= now + MOST_ALLOWED:
        raise RepairWrong
    row.allowed_until = until


def _strike_out(row: WorkDecision, repair: Repair) -> None:
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


def _undo_premium(row: WorkDecision, amount: int | None, by: User) -> None:
    """Set a premium right: of a guarantee's payer, or of a show's creator."""
    if amount is None:
        raise RepairWrong
    if "helper" in row.figures:
        correct_owed(row, amount, by=by)
    else:
        correct_premium(row.show_ref, row.user, amount_minor=amount)


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
