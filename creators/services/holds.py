"""Held lines: only a disputed one waits, with reason, name, day and appeal (E7)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q

from creators.errors import AppealSamePerson, LineHeldBefore, LineNotHeld
from creators.models import Commission, Creator, LineHold
from creators.models.holds import DECISION_TIME
from creators.services.letters import DECISION_TOPIC, HOLD_TOPIC
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

REVIEW_DAYS = 14


def hold_line(commission: Commission, *, reason: str, by: User) -> LineHold:
    """Keep one disputed line out of payouts; its creator is told why and by whom.

    Raises:
        LineNotHeld: the line is held already, or no reason is given.
        LineHeldBefore: an appeal has freed it before.
    """
    if not reason.strip():
        raise LineNotHeld
    freed = LineHold.objects.filter(
        commission=commission, appealed_at__isnull=False, released_at__isnull=False
    )
    if freed.exists():
        raise LineHeldBefore
    now = clock.now()
    try:
        with transaction.atomic():
            hold = LineHold.objects.create(
                commission=commission,
                reason=reason[:200],
                held_by=by,
                held_at=now,
                ends_at=now + dt.timedelta(days=REVIEW_DAYS),
            )
            _record("creators.hold_line", hold, by)
            outbox.post(HOLD_TOPIC, hold.public_id, {"hold": hold.public_id})
    except IntegrityError as fault:
        raise LineNotHeld from fault
    return hold


def appeal_hold(hold: LineHold, *, by: Creator, text: str) -> None:
    """Keep what the creator says against a hold.

    Raises:
        LineNotHeld: it is not this creator's, was released, was appealed before, or
            nothing is said.
    """
    open_holds = LineHold.objects.filter(
        pk=hold.pk, commission__creator=by, released_at=None, appealed_at=None
    )
    if not text.strip():
        raise LineNotHeld
    with transaction.atomic():
        if not open_holds.update(appeal=text[:2000], appealed_at=clock.now()):
            raise LineNotHeld
        _record("creators.appeal_hold", hold, by.user)


def uphold(hold: LineHold, *, by: User, reason: str) -> None:
    """Decide against an appeal, as another person than the one who holds the line.

    The line stays held until its day.

    Raises:
        AppealSamePerson: this person holds the line.
        LineNotHeld: it was released, or there is no appeal to decide.
    """
    if hold.held_by_id == by.pk:
        raise AppealSamePerson
    waiting = LineHold.objects.filter(
        pk=hold.pk, released_at=None, appealed_at__isnull=False, decided_at=None
    )
    facts = {"decision": reason[:200], "decided_by": by, "decided_at": clock.now()}
    with transaction.atomic():
        if not waiting.update(**facts):
            raise LineNotHeld
        _record("creators.uphold_line", hold, by, reason)
        _tell(hold)


def release_hold(hold: LineHold, *, by: User, reason: str) -> None:
    """Let a line be paid in the next run; whoever holds it may do so too.

    Raises:
        LineNotHeld: it was released already.
    """
    with transaction.atomic():
        changed = LineHold.objects.filter(pk=hold.pk, released_at=None).update(
            released_at=clock.now(), released_by=by, decision=reason[:200]
        )
        if not changed:
            raise LineNotHeld
        if hold.held_by_id != by.pk:
            LineHold.objects.filter(pk=hold.pk, decided_at=None).update(
                decided_at=clock.now(), decided_by=by
            )
        _record("creators.release_hold", hold, by, reason)
        _tell(hold)


def lapse_holds() -> int:
    """Release what is past its day or has an appeal that nobody decided in time.

    Returns how many. Safe to repeat: yes.
    """
    now = clock.now()
    due = LineHold.objects.filter(released_at=None).filter(
        Q(ends_at__lte=now)
        | Q(appealed_at__lte=now - DECISION_TIME, decided_at__isnull=True)
    )
    count = 0
    for hold in due.select_related("commission"):
        with transaction.atomic():
            open_hold = LineHold.objects.filter(pk=hold.pk, released_at=None)
            if not open_hold.update(released_at=now):
                continue
            _record("creators.lapse_hold", hold, None)
            _tell(hold)
            count += 1
    return count


def _tell(hold: LineHold) -> None:
    """Have the creator told of what was decided now, in the open transaction."""
    key = f"{hold.public_id}:{clock.now():%Y%m%d%H%M%S%f}"
    outbox.post(DECISION_TOPIC, key, {"hold": hold.public_id})


def _record(action: str, hold: LineHold, by: User | None, reason: str = "") -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="commission",
        subject_ref=hold.commission.public_id,
        reason=reason or hold.reason,
    )
