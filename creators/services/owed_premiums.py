"""Overtime premiums of shows without a guarantee: their creators owe the helpers (E2).

A balance never goes below zero, so what is owed and what is posted are two numbers:
postings follow as commission of the creator settles, before it is paid out, the oldest
premium first. All of a creator's debts are written under the lock of their balance.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from creators.errors import DecisionOwn, RepairWrong
from creators.models import Account, Creator, DutyPremium, WorkDecision
from creators.selectors.guarantees import OVERTIME, OVERTIME_BACK, find_duty_premium
from creators.selectors.outlook import sum_collectable
from creators.selectors.premiums import OWED, find_owed, list_owing, list_payers
from creators.selectors.worktime import count_show_overtime, find_work_rules
from creators.services import ledger
from creators.services.overtime import (
    PREMIUM_TOPIC,
    ensure_helped_account,
    find_paid_creator,
    reckon,
    set_rule,
)
from creators.services.work_decisions import Subject, keep_decision
from shopfront.markets import rules_for
from shopfront.models import Market, User
from shopfront.services import outbox

Kind = WorkDecision.Kind


def book_owed_premium(
    payer: Creator, user: User, *, show_ref: str, title: str, ended_at: dt.datetime
) -> DutyPremium | None:
    """Owe a helper what a show without a guarantee made them work beyond the limit.

    The minutes and what an hour counts are those of the helper's own market, where it
    has the currency of the show's, else those of the show's market. It is collected
    at once as far as the payer's balance allows. Where more of the day's work is known
    later, it grows; minutes that a human looked at are not reckoned again.

    Args:
        payer: the show's creator, who owes it; a host's own overtime nobody owes.
        user: who had a duty in it.
        show_ref: the show's public id.
        title: the show's.
        ended_at: the end of the show.

    Returns the premium, or None where there is none.

    Locks: the payer's balance. Safe to repeat: yes, the same minutes are owed once.
    """
    if payer.user_id == user.pk:
        return None
    with transaction.atomic():
        _lock_balance(payer, payer.market.currency)
        premium = find_duty_premium(show_ref, user)
        if premium is None:
            premium = _begin(payer, user, show_ref, title, ended_at)
        if premium.payer is None:
            return None
        market = _market_of(premium)
        rules = find_work_rules(user, market, ended_at)
        if rules is None:
            return None
        rule = rules_for(market, ended_at)
        minutes = count_show_overtime(user, show_ref, rules=rules, until=ended_at)
        if not premium.minutes:
            set_rule(premium, rule.pay_floor_minor, rule)
        amount = reckon(premium.hour_minor, minutes, rule)
        if minutes > premium.minutes and amount > premium.amount_minor:
            before, premium.minutes = premium.amount_minor, minutes
            _owe(premium, amount, before=before)
    return premium if premium.minutes else None


def collect_premiums(creator: int, currency: str) -> None:
    """Take what a creator owes helpers from the balance, in the open transaction.

    At most what commission brought and no run has claimed; the oldest first.

    Args:
        creator: the key of who may owe.
        currency: of the balance.

    Locks: the balance of a creator who owes. Safe to repeat: yes.
    """
    ledger.require_transaction()
    owing = list_owing(currency).filter(payer=creator).select_related("payer").first()
    if owing is not None and owing.payer is not None:
        _collect(owing.payer, currency)


def collect_due(currency: str) -> None:
    """Take what all creators owe helpers, each in a transaction of its own.

    Before a run pays, so that money which came by another way than a settlement, a
    payout sent back or a hold released, is not paid past the helpers.

    Safe to repeat: yes, and side by side.
    """
    for creator in sorted(list_payers(currency)):
        with transaction.atomic():
            collect_premiums(creator, currency)


def correct_owed(decision: WorkDecision, amount_minor: int, *, by: User) -> None:
    """Set what a creator owes a helper as a human decides, in the open transaction.

    Where the helper asked, never less; where the creator asked, never more. What was
    collected and is not owed goes back to the creator from the operator's fee, and the
    helper keeps it (as in E5, no balance goes below zero). The other one is told.

    Raises:
        RepairWrong: there is no such premium, or the sum goes the wrong way.
        DecisionOwn: it is decided by who gets or owes it.

    Locks: the payer's balance.
    """
    ledger.require_transaction()
    premium = _lock_premium(decision)
    assert premium.payer is not None
    if by.pk in {premium.user.pk, premium.payer.user_id}:
        raise DecisionOwn
    before, is_payers = premium.amount_minor, decision.kind == Kind.OWED
    if amount_minor > before if is_payers else amount_minor < before:
        raise RepairWrong
    premium.amount_minor = amount_minor
    back = premium.posted_minor - amount_minor
    if back > 0:
        premium.posted_minor = amount_minor
        premium.borne_minor += back
        _post_back(premium, back)
    premium.save()
    _collect(premium.payer, premium.currency)
    if amount_minor != before:
        kind = Kind.PREMIUM if is_payers else Kind.OWED
        figures = {"before_minor": before, "by_human": True}
        _explain(premium, kind, f":{decision.public_id}", figures)


def _begin(
    payer: Creator, user: User, show_ref: str, title: str, ended_at: dt.datetime
) -> DutyPremium:
    """Return a helper's premium that is not kept yet; nothing is owed."""
    creator = find_paid_creator(user)
    return DutyPremium(
        payer=payer,
        show_ref=show_ref,
        title=title,
        ended_at=ended_at,
        creator=creator,
        person=None if creator else user,
        currency=payer.market.currency,
        minutes=0,
        amount_minor=0,
    )


def _owe(premium: DutyPremium, amount: int, *, before: int) -> None:
    """Owe so much now: kept, collected as far as it goes, explained to both."""
    premium.amount_minor = amount
    premium.save()
    ensure_helped_account(premium)
    assert premium.payer is not None
    _collect(premium.payer, premium.currency)
    premium.refresh_from_db(fields=["posted_minor", "posted_count"])
    key, figures = f":{premium.minutes}", {"before_minor": before}
    _explain(premium, Kind.PREMIUM, key, figures)
    _explain(premium, Kind.OWED, key, figures)
    if premium.person is not None:
        name = f"{_name(premium)}{key}"
        outbox.post(PREMIUM_TOPIC, name, {"premium": premium.pk})


def _collect(payer: Creator, currency: str) -> None:
    balance = _lock_balance(payer, currency)
    left = sum_collectable(payer, currency)
    owing = list_owing(currency).filter(payer=payer)
    for premium in owing.select_related("creator", "person"):
        part = min(left, premium.rest.minor)
        if part <= 0:
            break
        left -= part
        premium.posted_minor += part
        account = ensure_helped_account(premium)
        _post(premium, OVERTIME, [(balance, part), (account, -part)])
        premium.save(update_fields=["posted_minor", "posted_count"])


def _post_back(premium: DutyPremium, back: int) -> None:
    assert premium.payer is not None
    balance = _lock_balance(premium.payer, premium.currency)
    kind = Account.Kind.PLATFORM_FEE
    fee = ledger.ensure_operator_account(kind, premium.currency)
    _post(premium, OVERTIME_BACK, [(fee, back), (balance, -back)])


def _post(premium: DutyPremium, kind: str, sides: list[tuple[Account, int]]) -> None:
    premium.posted_count += 1
    ledger.post_transaction(
        kind,
        cause_kind=OWED,
        cause_ref=f"{_name(premium)}:{premium.posted_count}",
        rule_version=premium.rule_version,
        currency=premium.currency,
        sides=sides,
    )


def _explain(
    premium: DutyPremium, kind: WorkDecision.Kind, key: str, more: Mapping[str, object]
) -> None:
    """Keep what was decided for who is owed it, or for who owes it."""
    payer = premium.payer
    assert payer is not None
    is_owed = kind == Kind.OWED
    keep_decision(
        Subject(
            user=payer.user if is_owed else premium.user,
            market=payer.market if is_owed else _market_of(premium),
            show_ref=premium.show_ref,
            title=premium.title,
        ),
        kind,
        key=f"{kind}:{_name(premium)}{key}",
        limit=WorkDecision.Limit.OVERTIME,
        rule_version=premium.rule_version,
        figures={
            "minutes": premium.minutes,
            "hour_minor": premium.hour_minor,
            "premium_bps": premium.premium_bps,
            "amount_minor": premium.amount_minor,
            "currency": premium.currency,
            "payer": payer.display_name,
            "helper": premium.helper.public_id,
            "helper_name": premium.helper_name,
        }
        | dict(more),
    )


def _lock_premium(decision: WorkDecision) -> DutyPremium:
    """Return the premium of a decision, under the lock of its payer's balance."""
    helper, show_ref = str(decision.figures.get("helper", "")), decision.show_ref
    premium = find_owed(show_ref, helper)
    if premium is None or premium.payer is None:
        raise RepairWrong
    _lock_balance(premium.payer, premium.currency)
    premium.refresh_from_db(
        fields=["amount_minor", "posted_minor", "borne_minor", "posted_count"]
    )
    return premium


def _market_of(premium: DutyPremium) -> Market:
    """Return by whose rules it is: the helper's in the show's currency, else those."""
    assert premium.payer is not None
    if premium.creator and premium.creator.market.currency == premium.currency:
        return premium.creator.market
    return premium.payer.market


def _name(premium: DutyPremium) -> str:
    return f"{premium.show_ref}:{premium.helper.public_id}"


def _lock_balance(payer: Creator, currency: str) -> Account:
    """Lock what a creator has; whoever takes from it holds the same lock."""
    kind = Account.Kind.CREATOR_AVAILABLE
    account = ledger.ensure_creator_account(payer, kind, currency)
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)
