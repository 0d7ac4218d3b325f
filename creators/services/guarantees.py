"""Guarantees of shows (E1): opened by the plan, earned after the show, or returned.

Money that funds one lies on the payer's escrow account until the show has ended, then
goes to the creator; if the show never starts it goes back to the payer's balance.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from creators.errors import GuaranteeHasMoney, GuaranteeNotOpen
from creators.models import Account, Agreement, Guarantee, WorkDecision
from creators.selectors.bank_days import add_bank_days
from creators.selectors.guarantees import (
    GUARANTEE,
    GUARANTEE_RETURN,
    GUARANTEE_RULE,
    LIVE,
)
from creators.selectors.pay import measure_pay
from creators.services import ledger
from creators.services.guarantee_offsets import begin_offset
from creators.services.work_decisions import about_show, keep_decision
from shopfront.common import clock
from shopfront.markets import rules_for

Kind = Account.Kind
State = Guarantee.State


def open_guarantee(
    agreement: Agreement, *, show_ref: str, title: str, starts_at: dt.datetime
) -> Guarantee | None:
    """Open the guarantee of a show in the open transaction, or None where none is due.

    The sum is what the agreement pays for its planned minutes, at least the floor of
    the day of the show.

    Raises:
        GuaranteeNotOpen: the show has a guarantee of another agreement.
        RulesMissing: the market has no rules of work.

    Safe to repeat: yes, the same agreement and show have one.
    """
    ledger.require_transaction()
    if not agreement.guarantee_minor:
        return None
    known = lock_guarantee(show_ref)
    if known is not None:
        if known.agreement_id != agreement.pk:
            raise GuaranteeNotOpen
        return known
    market = agreement.creator.market
    rules = rules_for(market, starts_at)
    pay = measure_pay(agreement, rules=rules, currency=market.currency)
    return Guarantee.objects.create(
        agreement=agreement,
        creator=agreement.creator,
        show_ref=show_ref,
        title=title,
        currency=market.currency,
        amount_minor=max(pay.guaranteed.minor, pay.floor.minor),
        work_minutes=pay.minutes,
        rule_version=pay.rule_version,
        starts_at=starts_at,
    )


def move_guarantee(
    show_ref: str, *, title: str, starts_at: dt.datetime
) -> Guarantee | None:
    """Let a guarantee follow its show to another title or start; None without one.

    In the open transaction. Locks: the guarantee. Safe to repeat: yes.
    """
    ledger.require_transaction()
    guarantee = lock_guarantee(show_ref)
    if guarantee is not None:
        guarantee.title, guarantee.starts_at = title, starts_at
        guarantee.save(update_fields=["title", "starts_at"])
    return guarantee


def drop_guarantee(show_ref: str) -> None:
    """Drop the guarantee of a show, in the open transaction, while it has no money.

    Raises:
        GuaranteeHasMoney: somebody has paid into it.

    Locks: the guarantee. Safe to repeat: yes.
    """
    ledger.require_transaction()
    known = lock_guarantee(show_ref)
    if known is None:
        return
    if known.funded_minor or known.state != State.OPEN:
        raise GuaranteeHasMoney
    known.state = State.VOID
    known.save(update_fields=["state"])


def return_guarantee(show_ref: str) -> Guarantee | None:
    """Give back what was paid for a show that never starts; None if nothing was.

    It goes to the payer's balance, from which it is paid out in the next run or funds
    another show. The rule's decision is kept, so that the host may ask a human.

    Locks: the guarantee. Safe to repeat: yes, money goes back once.
    """
    with transaction.atomic():
        guarantee = lock_guarantee(show_ref)
        if guarantee is None or guarantee.state == State.EARNED:
            return None
        back = guarantee.funded_minor
        guarantee.state = State.RETURNED if back else State.VOID
        guarantee.save(update_fields=["state"])
        if not back:
            return None
        ledger.post_transaction(
            GUARANTEE_RETURN,
            cause_kind=GUARANTEE,
            cause_ref=guarantee.public_id,
            rule_version=GUARANTEE_RULE,
            currency=guarantee.currency,
            sides=[(escrow_of(guarantee), back), (payer_of(guarantee), -back)],
        )
        _explain_return(guarantee)
    return guarantee


def pay_returned(public_id: str) -> Guarantee:
    """Pay in whole a guarantee that went back although it was due; its payer owes it.

    The planned work counts as done: the host was ready for it.

    Raises:
        GuaranteeNotOpen: it did not go back, or the show has another one by now.

    Locks: the guarantee.
    """
    with transaction.atomic():
        guarantee = (
            Guarantee.objects.select_for_update(of=("self",))
            .select_related("agreement__payer", "creator__market")
            .get(public_id=public_id)
        )
        others = Guarantee.objects.filter(show_ref=guarantee.show_ref, state__in=LIVE)
        if guarantee.state != State.RETURNED or others.exists():
            raise GuaranteeNotOpen
        _book_earned(
            guarantee,
            due=guarantee.amount_minor,
            held=0,
            worked_minutes=guarantee.work_minutes,
            ended_at=clock.now(),
        )
    return guarantee


def earn_guarantee(
    show_ref: str, *, worked_minutes: int, ended_at: dt.datetime
) -> Guarantee | None:
    """Pay a show's guarantee into the creator's balance; None if there is none.

    What is due is the largest of the funded sum, what the agreement pays for the
    minutes worked and the floor for them; what is beyond the funded sum is borne by
    the payer's balance. It is paid whatever sold or comes back, within the market's
    bank days, also where the payer's bank took the money back after the start: then
    the payer owes it.

    Args:
        show_ref: the show's public id.
        worked_minutes: show and preparation, as it was.
        ended_at: the end, from which the days count.

    Locks: the guarantee. Safe to repeat: yes, a show pays once.
    """
    with transaction.atomic():
        guarantee = lock_guarantee(show_ref)
        if guarantee is None or not _was_funded(guarantee):
            return guarantee
        market = guarantee.creator.market
        rules = rules_for(market, ended_at)
        pay = measure_pay(
            guarantee.agreement,
            rules=rules,
            currency=guarantee.currency,
            minutes=max(worked_minutes, guarantee.work_minutes),
        )
        due = max(guarantee.amount_minor, pay.guaranteed.minor, pay.floor.minor)
        _book_earned(
            guarantee,
            due=due,
            held=guarantee.funded_minor,
            worked_minutes=worked_minutes,
            ended_at=ended_at,
        )
    return guarantee


def lock_guarantee(show_ref: str) -> Guarantee | None:
    """Lock and return the guarantee that a show has now, or None."""
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market")
        .filter(show_ref=show_ref, state__in=LIVE)
        .first()
    )


def escrow_of(guarantee: Guarantee) -> Account:
    """Return the account on which a payer's guarantees wait."""
    return ledger.ensure_escrow(guarantee.agreement.payer, guarantee.currency)


def payer_of(guarantee: Guarantee) -> Account:
    """Return the payer's account in the currency of a guarantee."""
    return ledger.ensure_same_owner(guarantee.agreement.payer, guarantee.currency)


def _book_earned(
    guarantee: Guarantee,
    *,
    due: int,
    held: int,
    worked_minutes: int,
    ended_at: dt.datetime,
) -> None:
    """Pay what is due into the creator's balance: what is held, the rest by the payer.

    In the open transaction, under the lock of the guarantee.
    """
    market = guarantee.creator.market
    guarantee.posting, _ = ledger.post_transaction(
        GUARANTEE,
        cause_kind=GUARANTEE,
        cause_ref=guarantee.public_id,
        rule_version=GUARANTEE_RULE,
        currency=guarantee.currency,
        sides=[
            (escrow_of(guarantee), held),
            (payer_of(guarantee), due - held),
            (_balance_of(guarantee), -due),
        ],
    )
    guarantee.state, guarantee.due_minor = State.EARNED, due
    guarantee.worked_minutes, guarantee.ended_at = worked_minutes, ended_at
    last_day = ended_at.astimezone(ZoneInfo(market.time_zone)).date()
    days = rules_for(market, ended_at).guarantee_due_days
    guarantee.due_on = add_bank_days(market, last_day, days)
    guarantee.save()
    begin_offset(guarantee)


def _explain_return(guarantee: Guarantee) -> None:
    creator = guarantee.creator
    keep_decision(
        about_show(guarantee, creator.user, creator.market),
        WorkDecision.Kind.GUARANTEE,
        key=f"guarantee:{guarantee.public_id}",
        limit=WorkDecision.Limit.NEVER_BEGAN,
        rule_version=GUARANTEE_RULE,
        figures={
            "guarantee": guarantee.public_id,
            "amount_minor": guarantee.funded_minor,
            "currency": guarantee.currency,
        },
    )


def _was_funded(guarantee: Guarantee) -> bool:
    """Whether a show that began had its money then: no other one may begin."""
    is_taken_back = guarantee.state == State.OPEN and guarantee.funded_at is not None
    return guarantee.state == State.FUNDED or is_taken_back


def _balance_of(guarantee: Guarantee) -> Account:
    return ledger.ensure_creator_account(
        guarantee.creator, Kind.CREATOR_AVAILABLE, guarantee.currency
    )
