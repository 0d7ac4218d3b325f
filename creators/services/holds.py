"""Held lines: only a disputed one waits, with reason, name, day and appeal (E7)."""

import datetime as dt
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from creators.errors import AppealSamePerson, LineHeldBefore, LineNotHeld
from creators.models import (
    Account,
    Commission,
    Creator,
    Entry,
    EntryHold,
    Hold,
    LineHold,
    PayoutLine,
)
from creators.models.holds import DECISION_TIME
from creators.models.payouts import FAILED
from creators.selectors.payable import PAYOUT_KINDS
from creators.services.letters import DECISION_TOPIC, HOLD_TOPIC
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

REVIEW_DAYS = 14
BRAND_HOLD_TOPIC, BRAND_DECISION_TOPIC = (
    "creators.brand_line_held",
    "creators.brand_hold_decided",
)
"""Carried by the catalogue, which knows a brand's people."""
Row = TypeVar("Row", bound=Hold)


def hold_line(commission: Commission, *, reason: str, by: User) -> LineHold:
    """Keep one disputed line out of payouts; its creator is told why and by whom.

    Raises:
        LineNotHeld: the line is held already, or no reason is given.
        LineHeldBefore: an appeal has freed it before.
    """
    _check_reason(reason, LineHold.objects.filter(commission=commission))
    with transaction.atomic():
        return _begin(LineHold(commission=commission), reason=reason, by=by)


def hold_entry(entry: Entry, *, reason: str, by: User) -> EntryHold:
    """Keep one disputed line of a brand out of payouts; its people are told.

    What a refund takes of the line waits with it; everything else is paid.

    Args:
        entry: what a posting brought to the brand's account.
        reason: shown to the brand.
        by: whom the brand is told as the person who holds it.

    Raises:
        LineNotHeld: the line is held or paid already, brings nothing, is no brand's,
            or no reason is given.
        LineHeldBefore: an appeal has freed it before.

    Locks: the brand's account, as payout runs do.
    """
    _check_reason(reason, EntryHold.objects.filter(entry=entry))
    account, made = entry.account, entry.transaction
    is_line = entry.amount_minor < 0 and made.kind not in PAYOUT_KINDS
    if account.kind != Account.Kind.BRAND_PAYABLE or not is_line:
        raise LineNotHeld
    sold = Commission.objects.filter(posting=made).order_by("pk").first()
    title = sold.title if sold is not None else f"{made.kind} {made.cause_ref}"
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        paid = PayoutLine.objects.filter(entry=entry)
        if paid.exclude(payout__state__in=FAILED).exists():
            raise LineNotHeld
        return _begin(EntryHold(entry=entry, title=title), reason=reason, by=by)


def appeal_hold(hold: LineHold, *, by: Creator, text: str) -> None:
    """Keep what the creator says against a hold.

    Raises:
        LineNotHeld: it is not this creator's, was released, was appealed before, or
            nothing is said.
    """
    own = LineHold.objects.filter(pk=hold.pk, commission__creator=by)
    _appeal(own, hold, by=by.user, text=text)


def appeal_entry(hold: EntryHold, *, by: User, text: str) -> None:
    """Keep what one of a brand's people says against a hold; access is checked above.

    Raises:
        LineNotHeld: it was released, was appealed before, or nothing is said.
    """
    _appeal(EntryHold.objects.filter(pk=hold.pk), hold, by=by, text=text)


def uphold(hold: Hold, *, by: User, reason: str) -> None:
    """Decide against an appeal, as another person than the one who holds the line.

    The line stays held until its day.

    Raises:
        AppealSamePerson: this person holds the line.
        LineNotHeld: it was released, or there is no appeal to decide.
    """
    if hold.held_by_id == by.pk:
        raise AppealSamePerson
    waiting = _rows(hold).filter(
        released_at=None, appealed_at__isnull=False, decided_at=None
    )
    facts = {"decision": reason[:200], "decided_by": by, "decided_at": clock.now()}
    with transaction.atomic():
        if not waiting.update(**facts):
            raise LineNotHeld
        _record("creators.uphold_line", hold, by, reason)
        _tell(hold)


def release_hold(hold: Hold, *, by: User, reason: str) -> None:
    """Let a line be paid in the next run; whoever holds it may do so too.

    Raises:
        LineNotHeld: it was released already.
    """
    with transaction.atomic():
        changed = (
            _rows(hold)
            .filter(released_at=None)
            .update(released_at=clock.now(), released_by=by, decision=reason[:200])
        )
        if not changed:
            raise LineNotHeld
        if hold.held_by_id != by.pk:
            undecided = _rows(hold).filter(decided_at=None)
            undecided.update(decided_at=clock.now(), decided_by=by)
        _record("creators.release_hold", hold, by, reason)
        _tell(hold)


def lapse_holds() -> int:
    """Release what is past its day or has an appeal that nobody decided in time.

    Returns how many. Safe to repeat: yes.
    """
    now = clock.now()
    due = Q(released_at=None) & (
        Q(ends_at__lte=now)
        | Q(appealed_at__lte=now - DECISION_TIME, decided_at__isnull=True)
    )
    of_creators = LineHold.objects.filter(due).select_related("commission")
    of_brands = EntryHold.objects.filter(due).select_related("entry__transaction")
    return sum(map(_lapse, [*of_creators, *of_brands]))


def _lapse(hold: Hold) -> bool:
    with transaction.atomic():
        open_hold = _rows(hold).filter(released_at=None)
        if not open_hold.update(released_at=clock.now()):
            return False
        _record("creators.lapse_hold", hold, None)
        _tell(hold)
    return True


def _check_reason(reason: str, before: "QuerySet[Row]") -> None:
    if not reason.strip():
        raise LineNotHeld
    freed = before.filter(appealed_at__isnull=False, released_at__isnull=False)
    if freed.exists():
        raise LineHeldBefore


def _begin(hold: Row, *, reason: str, by: User) -> Row:
    """Write a hold, and have it told, in the open transaction."""
    hold.reason, hold.held_by, hold.held_at = reason[:200], by, clock.now()
    hold.ends_at = hold.held_at + dt.timedelta(days=REVIEW_DAYS)
    try:
        with transaction.atomic():
            hold.save(force_insert=True)
    except IntegrityError as fault:
        raise LineNotHeld from fault
    _record("creators.hold_line", hold, by)
    topic = BRAND_HOLD_TOPIC if isinstance(hold, EntryHold) else HOLD_TOPIC
    outbox.post(topic, hold.public_id, {"hold": hold.public_id})
    return hold


def _appeal(own: "QuerySet[Row]", hold: Hold, *, by: User, text: str) -> None:
    if not text.strip():
        raise LineNotHeld
    facts = {"appeal": text[:2000], "appealed_at": clock.now()}
    with transaction.atomic():
        if not own.filter(released_at=None, appealed_at=None).update(**facts):
            raise LineNotHeld
        _record("creators.appeal_hold", hold, by)


def _rows(hold: Hold) -> "QuerySet[Hold]":
    return type(hold)._default_manager.filter(pk=hold.pk)


def _tell(hold: Hold) -> None:
    """Have the owner told of what was decided now, in the open transaction."""
    key = f"{hold.public_id}:{clock.now():%Y%m%d%H%M%S%f}"
    topic = BRAND_DECISION_TOPIC if isinstance(hold, EntryHold) else DECISION_TOPIC
    outbox.post(topic, key, {"hold": hold.public_id})


def _record(action: str, hold: Hold, by: User | None, reason: str = "") -> None:
    kind, ref = "hold", hold.public_id
    if isinstance(hold, LineHold):
        kind, ref = "commission", hold.commission.public_id
    elif isinstance(hold, EntryHold):
        kind, ref = "posting", hold.entry.transaction.public_id
    audit.record(
        action,
        actor=by,
        subject_kind=kind,
        subject_ref=ref,
        reason=reason or hold.reason,
    )
