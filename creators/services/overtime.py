"""Overtime premiums of a show: what its payer owes host and helpers on top (E0, E2)."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from creators.models import (
    Account,
    Creator,
    DutyPremium,
    Guarantee,
    OvertimePremium,
    WorkDecision,
    WorkSession,
)
from creators.selectors.guarantees import (
    GUARANTEE,
    OVERTIME,
    find_premium,
    find_premium_of,
)
from creators.selectors.pay import WHOLE, count_weighed, find_hour
from creators.selectors.stretches import DAY
from creators.selectors.worktime import count_show_overtime, find_work_rules
from creators.services import ledger
from creators.services.work_decisions import Subject, keep_decision
from shopfront.markets import rules_for
from shopfront.models import MarketRule, User


def book_premium(show_ref: str, *, ended_at: dt.datetime) -> OvertimePremium | None:
    """Pay the premium of what a show made its host work beyond the day's limit.

    What the guarantee already weighs as overtime is not paid twice. Where more of the
    day's work is known later, only the difference is posted; it never shrinks.

    Args:
        show_ref: the show's public id.
        ended_at: the end of the show.

    Returns the premium, or None where no overtime or no earned guarantee is.

    Locks: the guarantee. Safe to repeat: yes, the same minutes are paid once.
    """
    with transaction.atomic():
        guarantee = _lock_earned(show_ref)
        if guarantee is None:
            return None
        creator = guarantee.creator
        payer = guarantee.agreement.payer
        rules = find_work_rules(creator.user, creator.market, ended_at, payer=payer)
        if rules is None:
            return None
        rule = rules_for(creator.market, ended_at)
        minutes = count_show_overtime(
            creator.user, show_ref, rules=rules, until=ended_at
        )
        minutes -= count_weighed(guarantee, rule)
        if minutes <= 0:
            return find_premium(guarantee)
        hour = find_hour(guarantee, rule)
        amount = -(-hour * minutes * rule.overtime_premium_bps // (60 * WHOLE))
        premium, _is_new = OvertimePremium.objects.get_or_create(
            guarantee=guarantee,
            defaults=_begin(hour, rule),
        )
        _raise_to(premium, guarantee, creator, amount=amount, minutes=minutes)
    return premium


def book_duty_premium(
    show_ref: str, user: User, *, ended_at: dt.datetime
) -> DutyPremium | None:
    """Pay a co-host or moderator for what a show made them work beyond the day's limit.

    They have no guarantee, so an hour counts as the least that their market allows.
    Where more of the day's work is known later, only the difference is posted.

    Args:
        show_ref: the show's public id.
        user: who had a duty in it.
        ended_at: the end of the show.

    Returns the premium, or None where no overtime or no earned guarantee is, and for
    people without a creator's account, whom we do not pay.

    Locks: the guarantee. Safe to repeat: yes, the same minutes are paid once.
    """
    with transaction.atomic():
        guarantee = _lock_earned(show_ref)
        helper = _find_creator(user)
        if guarantee is None or helper is None or helper == guarantee.creator:
            return None
        payer = guarantee.agreement.payer
        rules = find_work_rules(user, helper.market, ended_at, payer=payer)
        if rules is None:
            return None
        rule = rules_for(helper.market, ended_at)
        minutes = count_show_overtime(user, show_ref, rules=rules, until=ended_at)
        if minutes <= 0:
            return guarantee.duty_premiums.filter(creator=helper).first()
        hour = rule.pay_floor_minor
        amount = -(-hour * minutes * rule.overtime_premium_bps // (60 * WHOLE))
        premium, _is_new = DutyPremium.objects.get_or_create(
            guarantee=guarantee,
            creator=helper,
            defaults=_begin(hour, rule) | {"currency": helper.market.currency},
        )
        _raise_to(premium, guarantee, helper, amount=amount, minutes=minutes)
    return premium


def correct_premium(guarantee: Guarantee, user: User, *, amount_minor: int) -> None:
    """Set what a person's premium should have been; the difference is posted.

    In the open transaction. Locks: the guarantee. Safe to repeat: yes.
    """
    ledger.require_transaction()
    locked = _lock_earned(guarantee.show_ref)
    premium = find_premium_of(locked, user) if locked else None
    if locked is not None and premium is not None:
        _post(premium, locked, _owner_of(premium), amount_minor)


def _begin(hour: int, rule: MarketRule) -> dict[str, object]:
    return {
        "minutes": 0,
        "hour_minor": hour,
        "premium_bps": rule.overtime_premium_bps,
        "amount_minor": 0,
        "rule_version": rule.version,
    }


def _raise_to(
    premium: OvertimePremium | DutyPremium,
    guarantee: Guarantee,
    owner: Creator,
    *,
    amount: int,
    minutes: int,
) -> None:
    """Post what a premium is more than before, and explain it; it never shrinks."""
    if amount > premium.amount_minor:
        premium.minutes = minutes
        _post(premium, guarantee, owner, amount)
        _explain(premium, guarantee, owner)


def _post(
    premium: OvertimePremium | DutyPremium,
    guarantee: Guarantee,
    owner: Creator,
    amount: int,
) -> None:
    more = amount - premium.amount_minor
    if not more:
        return
    premium.amount_minor = amount
    premium.posted_count += 1
    premium.save()
    balance = ledger.ensure_creator_account(
        owner, Account.Kind.CREATOR_AVAILABLE, premium.currency
    )
    payer = ledger.ensure_same_owner(guarantee.agreement.payer, premium.currency)
    ledger.post_transaction(
        OVERTIME,
        cause_kind=GUARANTEE,
        cause_ref=_name(premium, guarantee),
        rule_version=premium.rule_version,
        currency=premium.currency,
        sides=[(payer, more), (balance, -more)],
    )


def _explain(
    premium: OvertimePremium | DutyPremium, guarantee: Guarantee, owner: Creator
) -> None:
    keep_decision(
        Subject(
            user=owner.user,
            market=owner.market,
            show_ref=guarantee.show_ref,
            title=guarantee.title,
        ),
        WorkDecision.Kind.PREMIUM,
        key=f"premium:{_name(premium, guarantee)}",
        limit=WorkDecision.Limit.OVERTIME,
        rule_version=premium.rule_version,
        figures={
            "minutes": premium.minutes,
            "hour_minor": premium.hour_minor,
            "premium_bps": premium.premium_bps,
            "amount_minor": premium.amount_minor,
            "currency": premium.currency,
        },
    )


def _name(premium: OvertimePremium | DutyPremium, guarantee: Guarantee) -> str:
    """Name a posting by its guarantee, and by the helper where it is one's."""
    helper = f"{premium.creator.public_id}:" if isinstance(premium, DutyPremium) else ""
    return f"{guarantee.public_id}:{helper}{premium.posted_count}"


def _owner_of(premium: OvertimePremium | DutyPremium) -> Creator:
    if isinstance(premium, DutyPremium):
        return premium.creator
    return premium.guarantee.creator


def book_premiums_of(user: User, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Look again at the premiums of shows on the days of work that was entered later.

    Of those that the person hosted, and of those that they helped in.

    Locks: each guarantee. Safe to repeat: yes.
    """
    ended = Guarantee.objects.filter(
        state=Guarantee.State.EARNED,
        ended_at__gte=starts_at,
        ended_at__lt=ends_at + DAY,
    ).order_by("ended_at")
    helped = WorkSession.objects.filter(user=user, show_ref=OuterRef("show_ref"))
    of_user = Q(creator__user=user) | Exists(helped)
    for guarantee in ended.filter(of_user).select_related("creator"):
        assert guarantee.ended_at is not None
        if guarantee.creator.user_id == user.pk:
            book_premium(guarantee.show_ref, ended_at=guarantee.ended_at)
        else:
            book_duty_premium(guarantee.show_ref, user, ended_at=guarantee.ended_at)


def _find_creator(user: User) -> Creator | None:
    return Creator.objects.select_related("market", "user").filter(user=user).first()


def _lock_earned(show_ref: str) -> Guarantee | None:
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market", "creator__user")
        .filter(show_ref=show_ref, state=Guarantee.State.EARNED)
        .first()
    )
