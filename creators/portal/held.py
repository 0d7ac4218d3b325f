"""Held lines in the portal: why one waits, until when, and the appeal against it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from creators.access import get_hold_for
from creators.forms import AppealForm
from creators.models import Creator
from creators.models.holds import DECISION_TIME
from creators.portal.guards import for_leavers
from creators.services.holds import appeal_hold
from shopfront.common.errors import DomainError


@require_http_methods(["GET", "HEAD", "POST"])
@for_leavers
def held_line(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Show a held line, and take the appeal against it."""
    hold = get_hold_for(creator, public_id)
    form = AppealForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            appeal_hold(hold, by=creator, text=form.cleaned_data["text"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("We have your appeal."))
            return redirect("creators:held-line", public_id)
    context = {
        "hold": hold,
        "line": hold.commission,
        "zone": creator.market.time_zone,
        "days": DECISION_TIME.days,
        "form": form,
    }
    return render(request, "creators/held_line.html", context, status=status)
