"""Commissions and statements as CSV: amounts in minor units, moments in UTC.

The columns are what scripts of creators read; they change only by growing at the end.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields

from creators.models import Account, Commission, DutyPremium, Payout
from creators.selectors.brand_rows import BrandRow, list_brand_rows
from creators.selectors.month_rows import list_month_rows
from creators.selectors.months import Month
from creators.selectors.statement_rows import StatementRow, list_rows
from creators.selectors.unpaid import Waiting, list_waiting
from shopfront.models import Market

LINE_COLUMNS = (
    "line",
    "show",
    "title",
    "sold_at",
    "base_minor",
    "rate_bps",
    "amount_minor",
    "reversed_minor",
    "due_minor",
    "currency",
    "state",
    "settles_at",
    "settled_at",
    "rule_version",
)
PREMIUM_COLUMNS = (
    "show",
    "title",
    "ended_at",
    "overtime_minutes",
    "hour_minor",
    "premium_bps",
    "amount_minor",
    "currency",
    "rule_version",
    "owed_by",
    "collected_minor",
    "borne_minor",
    "helper",
)
STATEMENT_COLUMNS = tuple(field.name for field in fields(StatementRow))
WAITING_COLUMNS = tuple(field.name for field in fields(Waiting))
BRAND_COLUMNS = tuple(field.name for field in fields(BrandRow))
CHUNK = 64 * 1024
RISKY = {"=", "+", "-", "@", "\t", "\r"}


def write_lines(lines: Iterable[Commission]) -> Iterator[str]:
    """Write commissions as they stand now."""
    return write_table(LINE_COLUMNS, map(_describe_line, lines))


def write_payout(payout: Payout) -> Iterator[str]:
    """Write a payout's statement: a creator's by commission, a brand's by posting."""
    if payout.account.owner_kind == Account.Owner.BRAND:
        return write_table(BRAND_COLUMNS, map(astuple, list_brand_rows(payout)))
    return write_table(STATEMENT_COLUMNS, map(astuple, list_rows(payout)))


def write_month(month: Month) -> Iterator[str]:
    """Write a month's lines, in the columns of its owner's other statements."""
    columns = BRAND_COLUMNS if month.is_brands else STATEMENT_COLUMNS
    return write_table(columns, map(astuple, list_month_rows(month)))


def write_premiums(premiums: Iterable[DutyPremium]) -> Iterator[str]:
    """Write what helpers are owed of shows, as it stands now, and by whom.

    Collected is what came from who owes it, borne what the operator paid.
    """
    return write_table(PREMIUM_COLUMNS, map(_describe_premium, premiums))


def write_waiting(market: Market) -> Iterator[str]:
    """Write whose money the next run of a market leaves out, and why."""
    return write_table(WAITING_COLUMNS, map(astuple, list_waiting(market)))


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    """Write rows as CSV in pieces of bounded size; texts are never formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_write_value(value) for value in row])
        if buffer.tell() >= CHUNK:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _write_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    is_risky = isinstance(value, str) and value[:1] in RISKY
    return f"'{value}" if is_risky else value


def _describe_line(line: Commission) -> Sequence[object]:
    return (
        line.line_ref,
        line.show_ref,
        line.title,
        line.sold_at,
        line.base_minor,
        line.rate_bps,
        line.amount_minor,
        line.reversed_minor,
        line.due.minor,
        line.currency,
        line.state,
        line.settles_at,
        line.settled_at,
        line.rule_version,
    )


def _describe_premium(premium: DutyPremium) -> Sequence[object]:
    return (
        premium.show_ref,
        premium.title,
        premium.ended_at,
        premium.minutes,
        premium.hour_minor,
        premium.premium_bps,
        premium.amount_minor,
        premium.currency,
        premium.rule_version,
        premium.payer.display_name if premium.payer else "",
        premium.posted_minor,
        premium.borne_minor,
        premium.helper_name,
    )
