"""Statements: what each payout was made of, as a page and as a file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.access import get_payout_for, list_payouts_of
from creators.models import Creator
from creators.portal.earnings import PER_PAGE
from creators.portal.guards import for_creators
from creators.selectors.payable import list_statement_lines
from creators.selectors.tables import write_statement


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
        write_statement(lines), content_type="text/csv; charset=utf-8"
    )
    name = f"statement-{payout.run.due_on}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
