"""Monthly statements: what an owner's balance was, got, paid out and came to.

The same for creators, brands and helpers without a creator's account; only the kinds
of lines differ. They are in `month_rows`.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from creators.models import Account, Creator, Entry
from creators.selectors.payable import PAYOUT, PAYOUT_BACK
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Market

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of an account, by the clock of the market that pays it."""

    account: Account
    market: Market
    first: dt.date

    @property
    def currency(self) -> str:
        """What all its amounts are in."""
        return self.account.currency

    @property
    def is_brands(self) -> bool:
        """Whether its lines are those of a brand: what shoppers paid, and its parts."""
        return self.account.kind == Kind.BRAND_PAYABLE

    @property
    def begins(self) -> dt.datetime:
        """The first moment."""
        return _midnight(self.first, self.market)

    @property
    def ends(self) -> dt.datetime:
        """The first moment of the next month."""
        return _midnight(_follow(self.first), self.market)

    @property
    def is_over(self) -> bool:
        """Whether nothing can be added."""
        return clock.now() >= self.ends

    @property
    def name(self) -> str:
        """How addresses name it, for example 2026-11."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSums:
    """Opening balance, what came, what was paid out and bounced, closing balance."""

    opening: Money
    earned: Money
    paid: Money
    returned: Money
    closing: Money


def find_balance_account(creator: Creator) -> Account | None:
    """Return the account whose balance a creator is paid from, once there is one."""
    return Account.objects.filter(
        kind=Kind.CREATOR_AVAILABLE,
        owner_kind=Account.Owner.CREATOR,
        owner_ref=creator.public_id,
        currency=creator.market.currency,
    ).first()


def list_months(account: Account | None, market: Market) -> list[Month]:
    """Return the months in which an account's balance could move, newest first.

    One query. There are none before the first entry, and none without an account.
    """
    first = _list_entries(account).order_by("transaction__at").first()
    if account is None or first is None:
        return []
    zone = ZoneInfo(market.time_zone)
    day = first.transaction.at.astimezone(zone).date().replace(day=1)
    today = clock.now().astimezone(zone).date()
    months = []
    while day <= today:
        months.append(Month(account, market, day))
        day = _follow(day)
    return months[::-1]


def find_month(account: Account | None, market: Market, name: str) -> Month | None:
    """Return a month by its name, where the balance could move in it."""
    months = list_months(account, market)
    return next((month for month in months if month.name == name), None)


def list_month_entries(month: Month) -> "QuerySet[Entry]":
    """Return what moved a month's balance, oldest first, with the postings."""
    return (
        _list_entries(month.account)
        .filter(transaction__at__gte=month.begins, transaction__at__lt=month.ends)
        .order_by("pk")
    )


def sum_month(month: Month) -> MonthSums:
    """Return a month's balances and movements from the ledger; one query."""
    within = Q(transaction__at__gte=month.begins)
    is_pay, is_back = Q(transaction__kind=PAYOUT), Q(transaction__kind=PAYOUT_BACK)
    found = _list_entries(month.account).filter(transaction__at__lt=month.ends)
    sums = found.aggregate(
        opening=Sum("amount_minor", filter=~within),
        paid=Sum("amount_minor", filter=within & is_pay),
        back=Sum("amount_minor", filter=within & is_back),
        earned=Sum("amount_minor", filter=within & ~is_pay & ~is_back),
        closing=Sum("amount_minor"),
    )
    minor = {name: -int(total or 0) for name, total in sums.items()}
    return MonthSums(
        opening=Money(minor["opening"], month.currency),
        earned=Money(minor["earned"], month.currency),
        paid=Money(-minor["paid"], month.currency),
        returned=Money(minor["back"], month.currency),
        closing=Money(minor["closing"], month.currency),
    )


def name_sums(month: Month, sums: MonthSums) -> list[tuple[str, Money]]:
    """Return a month's sums with their words, the last being what it comes to."""
    if month.account.kind == Kind.CREATOR_AVAILABLE:
        earned = _("Settled, net of what came back")
    else:
        earned = _("Booked, net of what came back")
    named = [
        (_("Balance at the beginning"), sums.opening),
        (earned, sums.earned),
        (_("Paid out"), -sums.paid),
    ]
    if sums.returned:
        named.append((_("Sent back"), sums.returned))
    closing = _("Balance at the end") if month.is_over else _("Balance so far")
    return [*named, (closing, sums.closing)]


def _list_entries(account: Account | None) -> "QuerySet[Entry]":
    rows = Entry.objects.select_related("transaction")
    return rows.filter(account=account) if account else rows.none()


def _midnight(day: dt.date, market: Market) -> dt.datetime:
    zone = ZoneInfo(market.time_zone)
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone)


def _follow(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
