"""Earnings: balances from the ledger, commissions line by line, and as a file."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.models import Commission, Creator
from creators.portal.guards import for_creators
from creators.selectors.balances import (
    find_next_settlement,
    list_balances,
    list_commissions,
)

PER_PAGE = 50
COLUMNS = (
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


@require_safe
@for_creators
def earnings(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show balances and lines; `state` keeps to one state."""
    state = _read_state(request)
    page = Paginator(list_commissions(creator, state=state), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "zone": creator.market.time_zone,
        "balances": list_balances(creator),
        "settles_at": find_next_settlement(creator),
        "page": page,
        "lines": page.object_list,
        "state": state,
        "states": Commission.State.choices,
    }
    return render(request, "creators/portal_earnings.html", context)


@require_safe
@for_creators
def earnings_file(request: HttpRequest, creator: Creator) -> StreamingHttpResponse:
    """Answer all lines as CSV, amounts in minor units, moments in UTC."""
    lines = list_commissions(creator, state=_read_state(request))
    response = StreamingHttpResponse(
        _write_rows(lines.iterator(chunk_size=500)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="earnings.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class RowWriter:
    """A file of one line, for the writer of the standard library."""

    def write(self, text: str) -> str:
        """Return what would be written."""
        return text


def _write_rows(lines: Iterator[Commission]) -> Iterator[str]:
    writer: Any = csv.writer(RowWriter())
    yield writer.writerow(COLUMNS)
    for line in lines:
        yield writer.writerow(_describe(line))


def _describe(line: Commission) -> tuple[object, ...]:
    return (
        line.line_ref,
        line.show_ref,
        defuse(line.title),
        line.sold_at.isoformat(),
        line.base_minor,
        line.rate_bps,
        line.amount_minor,
        line.reversed_minor,
        line.due.minor,
        line.currency,
        line.state,
        line.settles_at.isoformat(),
        line.settled_at.isoformat() if line.settled_at else "",
        line.rule_version,
    )


def defuse(text: str) -> str:
    """Keep a spreadsheet from taking a title for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _read_state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in Commission.State.values else ""
