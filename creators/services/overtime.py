"""Overtime premiums of a show: what its payer owes host and helpers on top (E0, E2)."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from creators.errors import RepairWrong
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
    find_duty_premium,
    find_premium,
)
from creators.selectors.pay import WHOLE, count_weighed, find_hour
from creators.selectors.stretches import DAY
from creators.selectors.worktime import count_show_overtime, find_work_rules
from creators.services import ledger
from creators.services.work_decisions import about_show, keep_decision
from shopfront.markets import rules_for
from shopfront.models import Market, MarketRule, User
from shopfront.services import outbox

AnyPremium = OvertimePremium | DutyPremium
PREMIUM_TOPIC = "creators.premium_owed"


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
        premium = find_premium(guarantee) or OvertimePremium(guarantee=guarantee)
        if not premium.posted_count:
            set_rule(premium, hour, rule)
        _raise_to(premium, amount=reckon(hour, minutes, rule), minutes=minutes)
    return premium if premium.posted_count else None


def book_duty_premium(
    show_ref: str, user: User, *, ended_at: dt.datetime
) -> DutyPremium | None:
    """Pay a co-host or moderator for what a show made them work beyond the day's limit.

    They have no guarantee, so an hour counts as the least that their market allows:
    a creator's own, else that of the show. Where more of the day's work is known
    later, only the difference is posted. Who has no creator's account is owed it on an
    account of the person and told what a payout needs.

    Args:
        show_ref: the show's public id.
        user: who had a duty in it.
        ended_at: the end of the show.

    Returns the premium, or None where no overtime or no earned guarantee is. What the
    show's creator owed before it had a guarantee stays theirs to pay.

    Locks: the guarantee. Safe to repeat: yes, the same minutes are paid once.
    """
    with transaction.atomic():
        guarantee = _lock_earned(show_ref)
        if guarantee is None or guarantee.creator.user_id == user.pk:
            return None
        premium = find_duty_premium(show_ref, user) or _begin_duty(guarantee, user)
        if premium.payer is not None:
            return premium
        premium.guarantee = guarantee
        market = _market_of(premium)
        payer = guarantee.agreement.payer
        rules = find_work_rules(user, market, ended_at, payer=payer)
        if rules is None:
            return None
        rule = rules_for(market, ended_at)
        minutes = count_show_overtime(user, show_ref, rules=rules, until=ended_at)
        hour = rule.pay_floor_minor
        if not premium.posted_count:
            set_rule(premium, hour, rule)
        _raise_to(premium, amount=reckon(hour, minutes, rule), minutes=minutes)
    return premium if premium.posted_count else None


def correct_premium(show_ref: str, user: User, *, amount_minor: int) -> None:
    """Set what a guarantee's payer should have paid on top; the difference is posted.

    In the open transaction. Who asks is never paid less for having asked.

    Raises:
        RepairWrong: there is no such premium, or it was more.

    Locks: the guarantee. Safe to repeat: yes.
    """
    ledger.require_transaction()
    guarantee = _lock_earned(show_ref)
    premium: AnyPremium | None = None
    if guarantee is not None and guarantee.creator.user_id == user.pk:
        premium = find_premium(guarantee)
    elif guarantee is not None:
        premium = find_duty_premium(show_ref, user)
    if premium is None or amount_minor < premium.amount_minor:
        raise RepairWrong
    _post(premium, amount_minor)


def reckon(hour: int, minutes: int, rule: MarketRule) -> int:
    """Return what a rule pays on top for minutes at so much an hour, rounded up."""
    return -(-hour * minutes * rule.overtime_premium_bps // (60 * WHOLE))


def set_rule(premium: AnyPremium, hour: int, rule: MarketRule) -> None:
    """Begin a premium by a rule; nothing is owed yet."""
    premium.minutes, premium.amount_minor = 0, 0
    premium.hour_minor, premium.premium_bps = hour, rule.overtime_premium_bps
    premium.rule_version = rule.version


def find_paid_creator(user: User) -> Creator | None:
    """Return the creator's account by which a helper is paid, if any.

    An application that nobody has decided is no account to be paid by.
    """
    creators = Creator.objects.select_related("market", "user").filter(user=user)
    return creators.exclude(state=Creator.State.APPLIED).first()


def ensure_helped_account(premium: DutyPremium) -> Account:
    """Return where a helper is owed, made when missing."""
    if premium.creator is None:
        return ledger.ensure_helper_account(premium.user, premium.currency)
    kind = Account.Kind.CREATOR_AVAILABLE
    return ledger.ensure_creator_account(premium.creator, kind, premium.currency)


def _begin_duty(guarantee: Guarantee, user: User) -> DutyPremium:
    """Return a helper's premium before its first posting; it is not kept yet."""
    creator = find_paid_creator(user)
    market = creator.market if creator else guarantee.creator.market
    assert guarantee.ended_at is not None
    return DutyPremium(
        guarantee=guarantee,
        show_ref=guarantee.show_ref,
        title=guarantee.title,
        ended_at=guarantee.ended_at,
        creator=creator,
        person=None if creator else user,
        currency=market.currency,
    )


def _raise_to(premium: AnyPremium, *, amount: int, minutes: int) -> None:
    """Post what a premium is more than before, and explain it; it never shrinks."""
    before = premium.amount_minor
    if amount > before:
        premium.minutes = minutes
        _post(premium, amount)
        _explain(premium, before=before)


def _post(premium: AnyPremium, amount: int) -> None:
    more = amount - premium.amount_minor
    if not more:
        return
    premium.amount_minor = amount
    if isinstance(premium, DutyPremium):
        premium.posted_minor = amount
    premium.posted_count += 1
    premium.save()
    payer = _guarantee_of(premium).agreement.payer
    ledger.post_transaction(
        OVERTIME,
        cause_kind=GUARANTEE,
        cause_ref=_name(premium),
        rule_version=premium.rule_version,
        currency=premium.currency,
        sides=[
            (ledger.ensure_same_owner(payer, premium.currency), more),
            (_account_of(premium), -more),
        ],
    )
    if isinstance(premium, DutyPremium) and premium.person is not None:
        outbox.post(PREMIUM_TOPIC, _name(premium), {"premium": premium.pk})


def _explain(premium: AnyPremium, *, before: int) -> None:
    keep_decision(
        about_show(_guarantee_of(premium), _user_of(premium), _market_of(premium)),
        WorkDecision.Kind.PREMIUM,
        key=f"premium:{_name(premium)}",
        limit=WorkDecision.Limit.OVERTIME,
        rule_version=premium.rule_version,
        figures={
            "minutes": premium.minutes,
            "hour_minor": premium.hour_minor,
            "premium_bps": premium.premium_bps,
            "amount_minor": premium.amount_minor,
            "currency": premium.currency,
            "before_minor": before,
        },
    )


def _name(premium: AnyPremium) -> str:
    """Name a posting by its guarantee, and by the helper where it is one's."""
    helper = f"{premium.helper.public_id}:" if isinstance(premium, DutyPremium) else ""
    return f"{_guarantee_of(premium).public_id}:{helper}{premium.posted_count}"


def _guarantee_of(premium: AnyPremium) -> Guarantee:
    assert premium.guarantee is not None
    return premium.guarantee


def _host_of(premium: AnyPremium) -> Creator:
    return _guarantee_of(premium).creator


def _user_of(premium: AnyPremium) -> User:
    if isinstance(premium, DutyPremium):
        return premium.user
    return _host_of(premium).user


def _market_of(premium: AnyPremium) -> Market:
    """Return by whose rules a premium is: a creator's own market, else the show's."""
    if isinstance(premium, DutyPremium) and premium.creator is not None:
        return premium.creator.market
    return _host_of(premium).market


def _account_of(premium: AnyPremium) -> Account:
    if isinstance(premium, DutyPremium):
        return ensure_helped_account(premium)
    kind = Account.Kind.CREATOR_AVAILABLE
    return ledger.ensure_creator_account(_host_of(premium), kind, premium.currency)


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


def _lock_earned(show_ref: str) -> Guarantee | None:
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market", "creator__user")
        .filter(show_ref=show_ref, state=Guarantee.State.EARNED)
        .first()
    )
