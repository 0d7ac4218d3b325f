"""What rules decided by themselves about a person, and the way to a human (E2)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from creators.access import get_decision_for
from creators.portal.applying import render_application
from creators.selectors.decisions import list_decisions
from creators.selectors.work_sayings import explain
from creators.selectors.worktime import find_market_of
from creators.services.work_decisions import ask_human
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

MOST_SHOWN = 50


@login_required
@never_cache
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Show what rules decided about a person's time, pay and pins, the newest first."""
    user = person_of(request)
    market = find_market_of(user)
    if market is None:
        return render_application(request, status=403)
    made = list_decisions(user, most=MOST_SHOWN)
    context = {
        "decisions": [(row, explain(row)) for row in made],
        "zone": market.time_zone,
    }
    return render(request, "creators/decision_list.html", context)


@login_required
@require_POST
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a human to decide anew what a rule decided about this very person."""
    decision = get_decision_for(person_of(request), public_id)
    try:
        ask_human(decision, why=request.POST.get("why", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("A human looks at it within 7 days and writes to you.")
        )
    return redirect("creators:decisions")
