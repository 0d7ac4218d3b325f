"""Statements: per payout and per month, as page, CSV and PDF; and invoices."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.access import get_invoice_for, get_payout_for, list_payouts_of
from creators.models import Creator
from creators.portal.earnings import PER_PAGE
from creators.portal.guards import for_leavers
from creators.selectors import months, papers
from creators.selectors.payable import list_statement_lines
from creators.selectors.statement_rows import read_row
from creators.selectors.tables import write_payout, write_rows


@require_safe
@for_leavers
def statement_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show every payout and how it fared, and a statement for each month."""
    page = Paginator(list_payouts_of(creator), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "payouts": page.object_list,
        "months": months.list_months(creator),
    }
    return render(request, "creators/statement_list.html", context)


@require_safe
@for_leavers
def statement(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Show a payout line by line, with the rule that made it."""
    payout = get_payout_for(creator, public_id)
    page = Paginator(list_statement_lines(payout), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "payout": payout,
        "page": page,
        "rows": [read_row(line) for line in page.object_list],
        "invoices": payout.self_billed_invoices.order_by("issued_at"),
    }
    return render(request, "creators/statement_detail.html", context)


@require_safe
@for_leavers
def statement_file(
    request: HttpRequest, creator: Creator, public_id: str
) -> StreamingHttpResponse:
    """Answer a payout's lines as CSV, amounts in minor units, moments in UTC."""
    payout = get_payout_for(creator, public_id)
    return answer_sheet(write_payout(payout), f"statement-{payout.run.due_on}")


@require_safe
@for_leavers
def statement_paper(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Answer a payout's statement as PDF."""
    payout = get_payout_for(creator, public_id)
    content = papers.render_statement(payout, creator.user.language)
    return answer_paper(content, f"statement-{payout.run.due_on}")


@require_safe
@for_leavers
def invoice_paper(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Answer an invoice that was written in the creator's name as PDF."""
    invoice = get_invoice_for(creator, public_id)
    content = papers.render_invoice(invoice, creator.user.language)
    return answer_paper(content, invoice.name)


@require_safe
@for_leavers
def month(request: HttpRequest, creator: Creator, name: str) -> HttpResponse:
    """Show a month: balances, what settled and what was paid out."""
    found = _get_month(creator, name)
    page = Paginator(months.list_month_lines(found), PER_PAGE).get_page(
        request.GET.get("page")
    )
    of_shows = months.list_month_entries(found) if page.number == 1 else []
    lines = [months.read_month_row(line, found) for line in page.object_list]
    context = {
        "month": found,
        "sums": months.sum_month(found),
        "page": page,
        "rows": [*of_shows, *lines],
    }
    return render(request, "creators/statement_month.html", context)


@require_safe
@for_leavers
def month_file(
    request: HttpRequest, creator: Creator, name: str
) -> StreamingHttpResponse:
    """Answer a month's lines as CSV, amounts in minor units, moments in UTC."""
    rows = write_rows(months.list_month_rows(_get_month(creator, name)))
    return answer_sheet(rows, f"month-{name}")


@require_safe
@for_leavers
def month_paper(request: HttpRequest, creator: Creator, name: str) -> HttpResponse:
    """Answer a month's statement as PDF."""
    content = papers.render_month(_get_month(creator, name), creator.user.language)
    return answer_paper(content, f"month-{name}")


def _get_month(creator: Creator, name: str) -> months.Month:
    found = months.find_month(creator, name)
    if found is None:
        raise Http404
    return found


def answer_sheet(rows: Iterable[str], name: str) -> StreamingHttpResponse:
    """Answer rows of CSV as a file that nobody else keeps."""
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def answer_paper(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that nobody else keeps."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
