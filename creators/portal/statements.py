"""Statements: per payout and per month, as page, CSV and PDF; and invoices."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.access import get_invoice_for, get_payout_for, list_payouts_of
from creators.models import Creator
from creators.portal.earnings import PER_PAGE
from creators.portal.guards import for_leavers
from creators.selectors import papers
from creators.selectors.months import find_balance_account
from creators.selectors.payable import list_statement_lines
from creators.selectors.statement_rows import are_whole, explain_rows, read_row
from creators.selectors.tables import write_payout
from creators.views.files import answer_paper, answer_sheet
from creators.views.month_pages import (
    MonthDesk,
    answer_month,
    answer_month_file,
    answer_month_paper,
)


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
        "months": _open(creator).list_links(),
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
    rows = [read_row(line) for line in page.object_list]
    context = {
        "payout": payout,
        "page": page,
        "rows": rows,
        "are_whole": are_whole(rows),
        "notes": explain_rows(rows),
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
    return answer_month(request, _open(creator), name, "creators/statement_month.html")


@require_safe
@for_leavers
def month_file(
    request: HttpRequest, creator: Creator, name: str
) -> StreamingHttpResponse:
    """Answer a month's lines as CSV, amounts in minor units, moments in UTC."""
    return answer_month_file(_open(creator), name)


@require_safe
@for_leavers
def month_paper(request: HttpRequest, creator: Creator, name: str) -> HttpResponse:
    """Answer a month's statement as PDF."""
    return answer_month_paper(_open(creator), name, creator.user.language)


def _open(creator: Creator) -> MonthDesk:
    return MonthDesk(
        account=find_balance_account(creator),
        market=creator.market,
        owner=(creator.display_name, creator.user.email),
        route="creators:month",
    )
