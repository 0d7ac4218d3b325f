"""Held lines: only a disputed one waits, with reason, name, day and appeal."""

import datetime as dt

from django.db import IntegrityError, transaction

from creators.errors import LineNotHeld
from creators.models import Commission, Creator, LineHold
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

REVIEW_DAYS = 14


def hold_line(commission: Commission, *, reason: str, by: User) -> LineHold:
    """Keep one disputed line out of payouts; it is told to its creator (E7).

    Raises:
        LineNotHeld: the line is held already, or no reason is given.
    """
    if not reason.strip():
        raise LineNotHeld
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
    except IntegrityError as fault:
        raise LineNotHeld from fault
    return hold


def appeal_hold(hold: LineHold, *, by: Creator, text: str) -> None:
    """Keep what the creator says against a hold.

    Raises:
        LineNotHeld: it is not this creator's, was released, or was appealed before.
    """
    open_holds = LineHold.objects.filter(
        pk=hold.pk, commission__creator=by, released_at=None, appealed_at=None
    )
    with transaction.atomic():
        if not open_holds.update(appeal=text[:2000], appealed_at=clock.now()):
            raise LineNotHeld
        _record("creators.appeal_hold", hold, by.user)


def release_hold(hold: LineHold, *, by: User, reason: str) -> None:
    """Let a line be paid in the next run.

    Raises:
        LineNotHeld: it was released already.
    """
    with transaction.atomic():
        changed = LineHold.objects.filter(pk=hold.pk, released_at=None).update(
            released_at=clock.now(), released_by=by
        )
        if not changed:
            raise LineNotHeld
        _record("creators.release_hold", hold, by, reason)


def lapse_holds() -> int:
    """Release the holds that nobody prolonged; return how many. Safe to repeat: yes."""
    now = clock.now()
    return LineHold.objects.filter(released_at=None, ends_at__lte=now).update(
        released_at=now
    )


def _record(action: str, hold: LineHold, by: User, reason: str = "") -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="commission",
        subject_ref=hold.commission.public_id,
        reason=reason or hold.reason,
    )
