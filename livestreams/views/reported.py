"""What became of a report of a message or a show, for who reported it (C7, S5)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from livestreams.access.reports import (
    get_own_report_for,
    get_report_by_code,
    mint_report_path,
)
from livestreams.services.reporter_appeals import appeal_report
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@login_required
@never_cache
@require_safe
def open_own_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead who is signed in to the page of their own report."""
    return redirect(mint_report_path(get_own_report_for(person_of(request), public_id)))


@never_cache
@require_safe
def show_report(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was decided about a report; its letter's link needs no signing in."""
    report = get_report_by_code(code)
    market = report.reporter.market
    context = {
        "report": report,
        "code": code,
        "zone": market.time_zone if market else "UTC",
    }
    return render(request, "livestreams/report_decided.html", context)


@never_cache
@require_POST
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Take an appeal of who reported a message or a show that stands."""
    report = get_report_by_code(code)
    try:
        appeal_report(report, text=request.POST.get("text", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("Somebody else looks at it within 7 days and writes to you.")
        )
    return redirect("livestreams:report-decided", code)
