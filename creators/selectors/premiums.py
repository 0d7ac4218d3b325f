"""Overtime premiums that creators owe helpers of shows without a guarantee (E2)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from creators.models import Creator, DutyPremium, Entry
from creators.selectors.guarantees import OVERTIME_BACK
from shopfront.common.money import Money
from shopfront.markets import find_rules
from shopfront.models import Market

OWED = "duty_premium"
"""Causes of postings: show, helper and how often that premium was posted before."""
OPEN = Q(amount_minor__gt=F("posted_minor") + F("borne_minor"))


@dataclass(frozen=True, slots=True)
class OvertimeTerms:
    """What a market's rule makes a creator owe helpers, said while planning."""

    after_minutes: int
    premium_bps: int
    floor: Money
    version: str


def read_terms(market: Market, at: dt.datetime) -> OvertimeTerms | None:
    """Return what a creator of a market would owe helpers; None without rules."""
    rule = find_rules(market, at)
    if rule is None:
        return None
    return OvertimeTerms(
        rule.overtime_after_minutes,
        rule.overtime_premium_bps,
        Money(rule.pay_floor_minor, market.currency),
        rule.version,
    )


def sum_owing(creator: Creator) -> Money:
    """Return what a creator still owes helpers, in the market's currency; a query."""
    currency = creator.market.currency
    owing = list_owing(currency).filter(payer=creator)
    return sum((premium.rest for premium in owing), Money(0, currency))


def list_owing(currency: str) -> "QuerySet[DutyPremium]":
    """Return what creators still owe helpers in a currency, the oldest first."""
    rows = DutyPremium.objects.filter(OPEN, payer__isnull=False, currency=currency)
    return rows.order_by("at", "pk")


def list_payers(currency: str = "") -> set[int]:
    """Return the keys of the creators who still owe a helper; one query."""
    rows = DutyPremium.objects.filter(OPEN, payer__isnull=False).order_by()
    if currency:
        rows = rows.filter(currency=currency)
    return {key for key in rows.values_list("payer", flat=True).distinct() if key}


def list_owed_by(creator: Creator, show_ref: str = "") -> "QuerySet[DutyPremium]":
    """Return what a creator owes or owed helpers, or of one show, the newest first."""
    rows = DutyPremium.objects.select_related("creator", "person")
    of_shows = Q(show_ref=show_ref) if show_ref else Q()
    return rows.filter(of_shows, payer=creator).order_by("-at", "-pk")


def find_owed(show_ref: str, helper: str) -> DutyPremium | None:
    """Return a creator's debt for a show to a helper by public id; None without one."""
    of_helper = Q(creator__public_id=helper) | Q(person__public_id=helper)
    rows = DutyPremium.objects.select_related(
        "creator__user", "creator__market", "person", "payer__market", "payer__user"
    )
    return rows.filter(of_helper, show_ref=show_ref, payer__isnull=False).first()


def name_owed(entries: Iterable[Entry]) -> dict[int, str]:
    """Return what entries of such premiums are of, by key; one query, or none."""
    rows = [row for row in entries if row.transaction.cause_kind == OWED]
    causes = {}
    for row in rows:
        show, helper, _nth = row.transaction.cause_ref.split(":")
        causes[row.pk] = (show, helper)
    if not causes:
        return {}
    premiums = DutyPremium.objects.select_related("creator", "person").filter(
        show_ref__in={show for show, _ in causes.values()}, payer__isnull=False
    )
    found = {(row.show_ref, row.helper.public_id): row for row in premiums}
    return {row.pk: _name(row, found[causes[row.pk]])[:200] for row in rows}


def _name(entry: Entry, premium: DutyPremium) -> str:
    """Say in the ledger's English what a posting took, gave back or paid."""
    if entry.transaction.kind == OVERTIME_BACK:
        return f"Overtime of {premium.helper_name}, given back: {premium.title}"
    if entry.amount_minor < 0:
        return f"Overtime premium: {premium.title}"
    return (
        f"Overtime of {premium.helper_name}, {premium.minutes} minutes: {premium.title}"
    )
