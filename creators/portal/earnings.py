"""Earnings: balances from the ledger, commissions line by line, and as a file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from creators.models import Commission, Creator
from creators.portal.guards import for_leavers
from creators.selectors.balances import (
    find_next_settlement,
    list_balances,
    list_commissions,
)
from creators.selectors.guarantees import list_duty_premiums
from creators.selectors.outlook import list_open_holds, read_outlook
from creators.selectors.premiums import list_owed_by
from creators.selectors.tables import write_lines

PER_PAGE = 50


@require_safe
@for_leavers
def earnings(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show balances and lines; `state` keeps to one state."""
    state = _read_state(request)
    page = Paginator(list_commissions(creator, state=state), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "zone": creator.market.time_zone,
        "market": creator.market,
        "outlook": read_outlook(creator),
        "holds": list_open_holds(creator),
        "owed_premiums": list_owed_by(creator)[:PER_PAGE],
        "own_premiums": list_duty_premiums(creator.user)[:PER_PAGE],
        "details_url": reverse("creators:payout-details"),
        "change_url": reverse("creators:payout-details-change"),
        "balances": list_balances(creator),
        "settles_at": find_next_settlement(creator),
        "page": page,
        "lines": page.object_list,
        "state": state,
        "states": Commission.State.choices,
    }
    return render(request, "creators/portal_earnings.html", context)


@require_safe
@for_leavers
def earnings_file(request: HttpRequest, creator: Creator) -> StreamingHttpResponse:
    """Answer all lines as CSV, amounts in minor units, moments in UTC."""
    lines = list_commissions(creator, state=_read_state(request))
    response = StreamingHttpResponse(
        write_lines(lines.iterator(chunk_size=500)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="earnings.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _read_state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in Commission.State.values else ""
