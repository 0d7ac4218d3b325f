"""Guarantees of shows: which there are, what still waits to be paid out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from creators.models import (
    Account,
    Creator,
    DutyPremium,
    Guarantee,
    GuaranteeFunding,
    OvertimePremium,
    PayoutLine,
    PayoutRule,
)
from creators.models.payouts import FAILED
from shopfront.common.money import Money
from shopfront.models import Market, User

GUARANTEE, GUARANTEE_FUNDING = "guarantee", "guarantee_funding"
GUARANTEE_RETURN, GUARANTEE_OFFSET = "guarantee_return", "guarantee_offset"
GUARANTEE_RULE = "guarantee-1"
FUNDING_TAKEN, FUNDING_BACK = "funding_taken", "funding_back"
OVERTIME, OVERTIME_BACK = "overtime_premium", "overtime_back"
State = Guarantee.State
LIVE = (State.OPEN, State.FUNDED, State.EARNED)


@dataclass(frozen=True, slots=True)
class Record:
    """How a payer kept its promises before: guarantees funded by the planned start.

    One whose money the payer's bank took back was not.
    """

    count: int
    in_time: int


def find_guarantee(show_ref: str) -> Guarantee | None:
    """Return the guarantee that a show has now, or None; one query."""
    return _select().filter(show_ref=show_ref, state__in=LIVE).first()


def list_guarantees(creator: Creator) -> "QuerySet[Guarantee]":
    """Return a creator's guarantees with their agreements, newest first."""
    return _select().filter(creator=creator).exclude(state=State.VOID)


def find_by_shows(show_refs: Iterable[str]) -> dict[str, Guarantee]:
    """Return the guarantees of some shows by the shows' public ids; one query."""
    rows = _select().filter(show_ref__in=list(show_refs), state__in=LIVE)
    return {row.show_ref: row for row in rows}


def list_unpaid(market: Market, *, before: dt.datetime) -> "QuerySet[Guarantee]":
    """Return earned guarantees of shows that ended before a moment, not paid out."""
    paid = PayoutLine.objects.filter(
        entry__transaction=OuterRef("posting"),
        entry__account__kind=Account.Kind.CREATOR_AVAILABLE,
    ).exclude(payout__state__in=FAILED)
    return (
        Guarantee.objects.filter(
            state=State.EARNED, creator__market=market, ended_at__lt=before
        )
        .exclude(Exists(paid))
        .order_by("due_on", "pk")
    )


def find_bank_details(market: Market, day: dt.date) -> PayoutRule | None:
    """Return the rule that names the operator's bank account of a day, if any."""
    rules = PayoutRule.objects.filter(market=market, valid_from__lte=day)
    return rules.order_by("-valid_from").first()


def read_record(payer: Account) -> Record:
    """Return how a payer funded the guarantees of shows that took place; one query."""
    rows = Guarantee.objects.filter(
        state=State.EARNED,
        agreement__payer__owner_kind=payer.owner_kind,
        agreement__payer__owner_ref=payer.owner_ref,
    )
    lost = GuaranteeFunding.objects.filter(guarantee=OuterRef("pk"), lost_minor__gt=0)
    moments = list(
        rows.annotate(is_lost=Exists(lost))
        .order_by("-starts_at")
        .values_list("funded_at", "starts_at", "is_lost")[:50]
    )
    in_time = sum(
        funded is not None and funded <= at and not is_lost
        for funded, at, is_lost in moments
    )
    return Record(len(moments), in_time)


def sum_pay(guarantee: Guarantee, due: Money | None) -> Money:
    """Return guarantee and commission together, or the greater; with the premium."""
    commission = due.minor if due and due.currency == guarantee.currency else 0
    premium = find_premium(guarantee)
    extra = premium.amount_minor if premium else 0
    if guarantee.agreement.pays == "both":
        return Money(guarantee.due_minor + commission + extra, guarantee.currency)
    return Money(max(guarantee.due_minor, commission) + extra, guarantee.currency)


def find_premium(guarantee: Guarantee) -> OvertimePremium | None:
    """Return the overtime premium of a guarantee's show, or None; at most one query."""
    return getattr(guarantee, "premium", None)


def find_duty_premium(show_ref: str, user: User) -> DutyPremium | None:
    """Return a helper's premium of a show, or None; one query."""
    rows = DutyPremium.objects.select_related(
        "creator__user", "creator__market", "person", "payer__market", "payer__user"
    )
    return rows.filter(_is_of(user), show_ref=show_ref).first()


def list_duty_premiums(user: User) -> "QuerySet[DutyPremium]":
    """Return what a person is owed of shows that they helped in, the newest first."""
    rows = DutyPremium.objects.select_related("payer", "creator", "person")
    return rows.filter(_is_of(user)).order_by("-at", "-pk")


def _is_of(user: User) -> Q:
    return Q(creator__user=user) | Q(person=user)


def _select() -> "QuerySet[Guarantee]":
    return Guarantee.objects.select_related(
        "agreement__payer", "creator__market", "premium"
    )
