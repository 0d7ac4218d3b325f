"""Statements: what each payout was made of, as a page and as a file."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.access import get_payout_for, list_payouts_of
from creators.models import Commission, Creator, PayoutLine
from creators.portal.earnings import PER_PAGE, RowWriter, defuse
from creators.portal.guards import for_creators
from creators.selectors.pay import WHOLE
from creators.selectors.payable import list_statement_lines

COLUMNS = (
    "line",
    "title",
    "sold_at",
    "base_minor",
    "rate_bps",
    "commission_minor",
    "reversed_minor",
    "paid_before_minor",
    "amount_minor",
    "currency",
    "rule_version",
)


@require_safe
@for_creators
def statement_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show every payout and how it fared."""
    page = Paginator(list_payouts_of(creator), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "payouts": page.object_list}
    return render(request, "creators/statement_list.html", context)


@require_safe
@for_creators
def statement(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Show a payout line by line, with the rule that made it."""
    payout = get_payout_for(creator, public_id)
    page = Paginator(list_statement_lines(payout), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"payout": payout, "page": page, "lines": page.object_list}
    return render(request, "creators/statement_detail.html", context)


@require_safe
@for_creators
def statement_file(
    request: HttpRequest, creator: Creator, public_id: str
) -> StreamingHttpResponse:
    """Answer a payout's lines as CSV, amounts in minor units, moments in UTC."""
    payout = get_payout_for(creator, public_id)
    lines = list_statement_lines(payout).iterator(chunk_size=500)
    response = StreamingHttpResponse(
        _write_rows(lines), content_type="text/csv; charset=utf-8"
    )
    name = f"statement-{payout.run.due_on}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _write_rows(lines: Iterable[PayoutLine]) -> Iterator[str]:
    writer: Any = csv.writer(RowWriter())
    yield writer.writerow(COLUMNS)
    for line in lines:
        made = line.commission
        yield writer.writerow(
            _describe_guarantee(line) if made is None else _describe(line, made)
        )


def _describe(line: PayoutLine, made: Commission) -> tuple[object, ...]:
    return (
        made.line_ref,
        defuse(line.title),
        made.sold_at.isoformat(),
        made.base_minor,
        made.rate_bps,
        made.amount_minor,
        line.reversed_minor,
        line.paid_minor,
        line.amount_minor,
        made.currency,
        made.rule_version,
    )


def _describe_guarantee(line: PayoutLine) -> tuple[object, ...]:
    """Return a guarantee as a line whose base is paid whole (rule `guarantee-1`)."""
    assert line.entry is not None
    made = line.entry.transaction
    amount = line.amount_minor
    return (
        made.cause_ref,
        defuse(line.title),
        made.at.isoformat(),
        amount,
        WHOLE,
        amount,
        0,
        0,
        amount,
        line.entry.currency,
        made.rule_version,
    )
