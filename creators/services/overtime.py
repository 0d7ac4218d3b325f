"""The overtime premium of a show: what its payer owes beside the guarantee (E0, E2)."""

import datetime as dt

from django.db import transaction

from creators.models import Account, Guarantee, OvertimePremium, WorkDecision
from creators.selectors.guarantees import GUARANTEE, OVERTIME, find_premium
from creators.selectors.pay import WHOLE, count_weighed, find_hour
from creators.selectors.stretches import DAY
from creators.selectors.worktime import count_show_overtime, find_work_rules
from creators.services import ledger
from creators.services.work_decisions import Subject, keep_decision
from shopfront.markets import rules_for
from shopfront.models import User


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
            defaults={
                "minutes": 0,
                "hour_minor": hour,
                "premium_bps": rule.overtime_premium_bps,
                "amount_minor": 0,
                "rule_version": rule.version,
            },
        )
        if amount > premium.amount_minor:
            premium.minutes = minutes
            _post(premium, guarantee, amount)
            _explain(premium, guarantee)
    return premium


def correct_premium(guarantee: Guarantee, *, amount_minor: int) -> None:
    """Set what a premium should have been; the difference is posted.

    In the open transaction. Locks: the guarantee. Safe to repeat: yes.
    """
    ledger.require_transaction()
    locked = _lock_earned(guarantee.show_ref)
    premium = find_premium(locked) if locked else None
    if locked is not None and premium is not None:
        _post(premium, locked, amount_minor)


def _post(premium: OvertimePremium, guarantee: Guarantee, amount: int) -> None:
    more = amount - premium.amount_minor
    if not more:
        return
    premium.amount_minor = amount
    premium.posted_count += 1
    premium.save()
    balance = ledger.ensure_creator_account(
        guarantee.creator, Account.Kind.CREATOR_AVAILABLE, guarantee.currency
    )
    payer = ledger.ensure_same_owner(guarantee.agreement.payer, guarantee.currency)
    ledger.post_transaction(
        OVERTIME,
        cause_kind=GUARANTEE,
        cause_ref=f"{guarantee.public_id}:{premium.posted_count}",
        rule_version=premium.rule_version,
        currency=guarantee.currency,
        sides=[(payer, more), (balance, -more)],
    )


def _explain(premium: OvertimePremium, guarantee: Guarantee) -> None:
    creator = guarantee.creator
    keep_decision(
        Subject(
            user=creator.user,
            market=creator.market,
            show_ref=guarantee.show_ref,
            title=guarantee.title,
        ),
        WorkDecision.Kind.PREMIUM,
        key=f"premium:{guarantee.public_id}:{premium.posted_count}",
        limit=WorkDecision.Limit.OVERTIME,
        rule_version=premium.rule_version,
        figures={
            "minutes": premium.minutes,
            "hour_minor": premium.hour_minor,
            "premium_bps": premium.premium_bps,
            "amount_minor": premium.amount_minor,
            "currency": guarantee.currency,
        },
    )


def book_premiums_of(user: User, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Look again at the premiums of shows on the days of work that was entered later.

    Locks: each guarantee. Safe to repeat: yes.
    """
    shows = Guarantee.objects.filter(
        creator__user=user,
        state=Guarantee.State.EARNED,
        ended_at__gte=starts_at,
        ended_at__lt=ends_at + DAY,
    )
    for show_ref, ended_at in shows.order_by("ended_at").values_list(
        "show_ref", "ended_at"
    ):
        if ended_at is not None:
            book_premium(show_ref, ended_at=ended_at)


def _lock_earned(show_ref: str) -> Guarantee | None:
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market", "creator__user")
        .filter(show_ref=show_ref, state=Guarantee.State.EARNED)
        .first()
    )
