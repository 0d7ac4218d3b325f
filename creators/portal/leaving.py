"""Closing one's own creator account: what follows from it, and the step itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from creators.models import Creator
from creators.portal.guards import for_creators
from livestreams.selectors.planner import list_shows_ahead
from livestreams.services.leaving import leave
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@for_creators
def close(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Say what closing means; close once the creator has ticked that they mean it."""
    error = ""
    if request.method == "POST" and request.POST.get("sure") != "yes":
        error = _("Tick the box if the account is to be closed.")
    elif request.method == "POST":
        try:
            leave(creator, by=person_of(request))
        except DomainError as refusal:
            error = refusal.message
        else:
            messages.success(request, _("Your creator account is closed."))
            return redirect("creators:apply")
    context = {
        "ahead": list_shows_ahead(creator.pk),
        "error": error,
        "zone": creator.market.time_zone,
    }
    status = 400 if error else 200
    return render(request, "creators/creator_close.html", context, status=status)
