"""Monthly statements: what a creator's balance was, got, paid out and came to."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from creators.models import Account, Commission, Creator, Entry
from creators.selectors.payable import (
    OF_SHOWS,
    PAYOUT,
    PAYOUT_BACK,
    SETTLEMENT,
    name_guarantees,
)
from creators.selectors.statement_rows import (
    CHUNK,
    StatementRow,
    row_of_commission,
    row_of_entry,
)
from shopfront.common import clock
from shopfront.common.money import Money

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in a creator's market, in one currency."""

    creator: Creator
    currency: str
    first: dt.date

    @property
    def begins(self) -> dt.datetime:
        """The first moment."""
        return _midnight(self.first, self.creator)

    @property
    def ends(self) -> dt.datetime:
        """The first moment of the next month."""
        return _midnight(_follow(self.first), self.creator)

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


def list_months(creator: Creator) -> list[Month]:
    """Return the months in which a creator's balance could move, newest first."""
    first = _entries(creator).order_by("transaction__at").first()
    if first is None:
        return []
    zone = ZoneInfo(creator.market.time_zone)
    day = first.transaction.at.astimezone(zone).date().replace(day=1)
    today = clock.now().astimezone(zone).date()
    months = []
    while day <= today:
        months.append(Month(creator, creator.market.currency, day))
        day = _follow(day)
    return months[::-1]


def find_month(creator: Creator, name: str) -> Month | None:
    """Return a month by its name, where the balance could move in it."""
    return next((month for month in list_months(creator) if month.name == name), None)


def sum_month(month: Month) -> MonthSums:
    """Return a month's balances and movements from the ledger; one query."""
    within = Q(transaction__at__gte=month.begins)
    is_pay, is_back = Q(transaction__kind=PAYOUT), Q(transaction__kind=PAYOUT_BACK)
    found = _entries(month.creator).filter(transaction__at__lt=month.ends)
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


def list_month_lines(month: Month) -> "QuerySet[Commission]":
    """Return the commissions that a month's balance moved by, with what it had before.

    `reversed_by` is what was reversed until this month's end, `reversed_before` until
    its beginning. The lines are found by the month's postings, however many lines the
    creator has.
    """
    moved = _own_entries(month).filter(
        transaction__at__gte=month.begins, transaction__at__lt=month.ends
    )
    settled = moved.filter(transaction__kind=SETTLEMENT).values("transaction")
    reversed_in = moved.filter(transaction__reverses__isnull=False)
    return (
        Commission.objects.filter(
            creator=month.creator,
            currency=month.currency,
            settled_at__lt=month.ends,
        )
        .annotate(
            reversed_by=_sum_back(month, month.ends),
            reversed_before=_sum_back(month, month.begins),
        )
        .filter(
            Q(settlement__in=settled)
            | Q(posting__in=reversed_in.values("transaction__reverses"))
        )
        .order_by("sold_at", "pk")
    )


def list_month_rows(month: Month) -> Iterator[StatementRow]:
    """Return a month's lines: guarantees and what they covered, then commissions."""
    yield from list_month_entries(month)
    for line in list_month_lines(month).iterator(chunk_size=CHUNK):
        yield read_month_row(line, month)


def list_month_entries(month: Month) -> list[StatementRow]:
    """Return a month's guarantees, and with a minus the commission within them."""
    entries = list(
        _entries(month.creator)
        .filter(
            transaction__at__gte=month.begins,
            transaction__at__lt=month.ends,
            transaction__kind__in=OF_SHOWS,
        )
        .order_by("pk")
    )
    titles = name_guarantees(entries)
    return [
        row_of_entry(entry, title=titles[entry.pk], amount=-entry.amount_minor)
        for entry in entries
    ]


def read_month_row(line: Commission, month: Month) -> StatementRow:
    """Return what one of a month's commissions moved; no query."""
    facts = vars(line)
    was_settled = line.settled_at is not None and line.settled_at < month.begins
    before = line.amount_minor - facts["reversed_before"] if was_settled else 0
    return row_of_commission(
        line,
        reversed_minor=facts["reversed_by"],
        paid_before=before,
        amount=line.amount_minor - facts["reversed_by"] - before,
    )


def _entries(creator: Creator) -> "QuerySet[Entry]":
    return Entry.objects.select_related("transaction").filter(
        account__kind=Kind.CREATOR_AVAILABLE,
        account__owner_kind=Account.Owner.CREATOR,
        account__owner_ref=creator.public_id,
        currency=creator.market.currency,
    )


def _own_entries(month: Month) -> "QuerySet[Entry]":
    return Entry.objects.filter(
        account__owner_kind=Account.Owner.CREATOR,
        account__owner_ref=month.creator.public_id,
        account__kind__in=(Kind.CREATOR_PENDING, Kind.CREATOR_AVAILABLE),
    )


def _sum_back(month: Month, until: dt.datetime) -> Coalesce:
    """Return what refunds took of the creator's side of a line until a moment."""
    sums = (
        _own_entries(month)
        .filter(transaction__reverses=OuterRef("posting"), transaction__at__lt=until)
        .values(line=F("transaction__reverses"))
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    return Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField())


def _midnight(day: dt.date, creator: Creator) -> dt.datetime:
    zone = ZoneInfo(creator.market.time_zone)
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone)


def _follow(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
