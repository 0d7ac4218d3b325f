"""The lines of a month: commissions, guarantees and premiums, or a brand's postings."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

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

from creators.models import Account, Commission, Entry
from creators.selectors.brand_rows import BrandRow, read_brand_rows
from creators.selectors.months import Month, list_month_entries
from creators.selectors.payable import (
    OF_SHOWS,
    PAYOUT_KINDS,
    SETTLEMENT,
    name_guarantees,
)
from creators.selectors.statement_rows import (
    CHUNK,
    StatementRow,
    row_of_commission,
    row_of_entry,
)

Kind = Account.Kind
Row = StatementRow | BrandRow


def list_month_rows(month: Month) -> Iterator[Row]:
    """Return all lines of a month, in chunks; they sum to what was earned in it."""
    yield from list_month_guarantees(month)
    lines = list_month_lines(month).iterator(chunk_size=CHUNK)
    while chunk := tuple(islice(lines, CHUNK)):
        yield from read_month_rows(month, chunk)


def list_month_guarantees(month: Month) -> list[StatementRow]:
    """Return what of a creator's month stands before its commissions; a few queries.

    Guarantees and premiums, and with a minus the commission within a guarantee.
    """
    if month.account.kind != Kind.CREATOR_AVAILABLE:
        return []
    return _read_entries(_list_of_shows(month))


def list_month_lines(month: Month) -> "QuerySet[Any]":
    """Return what a page of a month turns over: rows for `read_month_rows`.

    A creator's commissions, a helper's premiums, a brand's postings.
    """
    if month.account.kind == Kind.CREATOR_AVAILABLE:
        return _list_commissions(month)
    if month.is_brands:
        entries = list_month_entries(month)
        return entries.exclude(transaction__kind__in=PAYOUT_KINDS)
    return _list_of_shows(month)


def read_month_rows(month: Month, lines: Sequence[Any]) -> Iterable[Row]:
    """Return some of a month's lines as a statement shows them; few queries."""
    if month.account.kind == Kind.CREATOR_AVAILABLE:
        return [_read_commission(line, month) for line in lines]
    return read_brand_rows(lines) if month.is_brands else _read_entries(lines)


def _list_of_shows(month: Month) -> "QuerySet[Entry]":
    return list_month_entries(month).filter(transaction__kind__in=OF_SHOWS)


def _read_entries(found: Iterable[Entry]) -> list[StatementRow]:
    entries = list(found)
    titles = name_guarantees(entries)
    return [
        row_of_entry(entry, title=titles[entry.pk], amount=-entry.amount_minor)
        for entry in entries
    ]


def _list_commissions(month: Month) -> "QuerySet[Commission]":
    """Return the commissions that a month's balance moved by, with what it had before.

    `reversed_by` is what was reversed until this month's end, `reversed_before` until
    its beginning. The lines are found by the month's postings, however many lines the
    creator has.
    """
    moved = _list_own(month).filter(
        transaction__at__gte=month.begins, transaction__at__lt=month.ends
    )
    settled = moved.filter(transaction__kind=SETTLEMENT).values("transaction")
    reversed_in = moved.filter(transaction__reverses__isnull=False)
    return (
        Commission.objects.filter(
            creator__public_id=month.account.owner_ref,
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


def _read_commission(line: Commission, month: Month) -> StatementRow:
    facts = vars(line)
    was_settled = line.settled_at is not None and line.settled_at < month.begins
    before = line.amount_minor - facts["reversed_before"] if was_settled else 0
    return row_of_commission(
        line,
        reversed_minor=facts["reversed_by"],
        paid_before=before,
        amount=line.amount_minor - facts["reversed_by"] - before,
    )


def _list_own(month: Month) -> "QuerySet[Entry]":
    return Entry.objects.filter(
        account__owner_kind=Account.Owner.CREATOR,
        account__owner_ref=month.account.owner_ref,
        account__kind__in=(Kind.CREATOR_PENDING, Kind.CREATOR_AVAILABLE),
    )


def _sum_back(month: Month, until: dt.datetime) -> Coalesce:
    """Return what refunds took of the creator's side of a line until a moment."""
    sums = (
        _list_own(month)
        .filter(transaction__reverses=OuterRef("posting"), transaction__at__lt=until)
        .values(line=F("transaction__reverses"))
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    return Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField())
