"""Limits of work made tighter, and longer weeks agreed in writing before they begin."""

import datetime as dt
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from creators.errors import (
    ExtensionInShow,
    ExtensionNotAllowed,
    ExtensionTooLate,
    LimitLoosened,
    LimitTaken,
)
from creators.models import Account, WorkExtension, WorkLimit
from creators.selectors.stretches import at_wall, local_day
from creators.selectors.worktime import CAPS, is_in_show
from shopfront.common import clock
from shopfront.markets import rules_for
from shopfront.models import Market, User
from shopfront.services import audit

WORDS = (
    "I agree to work up to {hours} hours more than the weekly limit of {limit} hours "
    "in the week from {week}. Nobody asked this of me during a show. I may take it "
    "back at any time, and no brand learns of it."
)
"""Kept in English as it was signed, beside the name of who signed it."""

MOST_REST = 1200
"""Minutes; a longer rest would leave no day in which to work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What somebody wants tighter; None leaves the market's rule."""

    daily_cap_minutes: int | None = None
    night_cap_minutes: int | None = None
    weekly_cap_minutes: int | None = None
    rest_minutes: int | None = None


def tighten_rules(
    market: Market,
    limits: Limits,
    *,
    owner: Account | None,
    valid_from: dt.date,
    by: User,
    reason: str = "",
) -> WorkLimit:
    """Set limits that are tighter than a market's rules, from a coming day on.

    Where a market's rule becomes tighter itself later, that one counts.

    Args:
        market: whose rules are made tighter.
        limits: the limits.
        owner: the payer for whose shows they hold; None for all, set by the operator.
        valid_from: tomorrow or later, so that no past day is judged anew.
        by: who sets them.
        reason: why, for the audit log.

    Raises:
        LimitLoosened: one is looser than the rule, `fields` names which, or leaves
            no time to work.
        LimitTaken: this owner has limits from that day, or the day is not ahead.
        RulesMissing: the market has no rules of work.
    """
    zone = ZoneInfo(market.time_zone)
    if valid_from <= local_day(clock.now(), zone):
        raise LimitTaken
    rule = rules_for(market, at_wall(valid_from, dt.time(12), zone))
    wanted = {
        name: value for name, value in asdict(limits).items() if value is not None
    }
    loose = [
        name
        for name, value in wanted.items()
        if (value > getattr(rule, name) if name in CAPS else value < rule.rest_minutes)
    ]
    too_much = (limits.rest_minutes or 0) > MOST_REST
    if loose or too_much or not wanted or min(wanted.values()) < 1:
        raise LimitLoosened(extra={"fields": loose})
    try:
        with transaction.atomic():
            row = WorkLimit.objects.create(
                market=market, owner=owner, valid_from=valid_from, **asdict(limits)
            )
            _record("creators.tighten_rules", by, "worklimit", str(row), reason)
    except IntegrityError as fault:
        raise LimitTaken from fault
    return row


def agree_extension(
    user: User, *, market: Market, week: dt.date, minutes: int, signed_as: str
) -> WorkExtension:
    """Keep a person's own written yes to a longer week that has not begun.

    Args:
        user: who agrees.
        market: by whose rules they work.
        week: the Monday from which it holds.
        minutes: beyond the week's cap.
        signed_as: the name that the person typed.

    Raises:
        ExtensionInShow: this person is in a show now; then nobody is asked.
        ExtensionTooLate: the week has begun, or it is no Monday.
        ExtensionNotAllowed: the market's law allows none or less, the name is missing,
            or the week has one.
        RulesMissing: the market has no rules of work.
    """
    if is_in_show(user, clock.now()):
        raise ExtensionInShow
    zone = ZoneInfo(market.time_zone)
    begins = at_wall(week, dt.time(), zone)
    if week.weekday() != 0 or begins <= clock.now():
        raise ExtensionTooLate
    rule = rules_for(market, begins)
    name = " ".join(signed_as.split())[:120]
    if not name or not 1 <= minutes <= rule.extension_minutes:
        raise ExtensionNotAllowed(extra={"most": rule.extension_minutes})
    words = WORDS.format(
        hours=f"{minutes / 60:g}",
        limit=f"{rule.weekly_cap_minutes / 60:g}",
        week=week.isoformat(),
    )
    try:
        with transaction.atomic():
            row = WorkExtension.objects.create(
                user=user,
                market=market,
                week=week,
                minutes=minutes,
                words=words,
                signed_as=name,
                rule_version=rule.version,
            )
            _record("creators.agree_extension", user, "workextension", row.public_id)
    except IntegrityError as fault:
        raise ExtensionNotAllowed(extra={"most": rule.extension_minutes}) from fault
    return row


def revoke_extension(extension: WorkExtension, *, by: User) -> None:
    """Take back one's yes to a longer week; it holds no more from this moment.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        changed = WorkExtension.objects.filter(pk=extension.pk, revoked_at=None).update(
            revoked_at=clock.now()
        )
        if changed:
            ref = extension.public_id
            _record("creators.revoke_extension", by, "workextension", ref)


def _record(action: str, by: User, kind: str, ref: str, reason: str = "") -> None:
    audit.record(action, actor=by, subject_kind=kind, subject_ref=ref, reason=reason)
