"""Simulcast in the portal: further servers of a show, added, switched, removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from creators.models import Creator
from creators.portal.forms import SimulcastForm
from creators.portal.guards import for_creators
from livestreams.access.simulcast import get_simulcast_target
from livestreams.access.studio import get_own_livestream_for
from livestreams.selectors.simulcast import list_targets
from livestreams.services import simulcast
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@for_creators
def targets(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """List the servers that get a copy of a show, and add one."""
    show = get_own_livestream_for(creator, public_id)
    form = SimulcastForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            simulcast.add_target(show, by=person_of(request), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Added. It gets your picture while you live."))
            return redirect("creators:simulcast", public_id)
    context = {
        "show": show,
        "form": form,
        "targets": list_targets(show),
        "zone": show.market.time_zone,
    }
    response = render(request, "creators/show_simulcast.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_creators
def change_target(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Turn a copy on or off, or remove it."""
    show = get_own_livestream_for(creator, public_id)
    target = get_simulcast_target(show, request.POST.get("target", ""))
    by = person_of(request)
    if request.POST.get("act") == "remove":
        simulcast.remove_target(target, by=by)
        messages.success(request, _("Removed, and its key forgotten."))
    else:
        is_on = request.POST.get("act") == "on"
        simulcast.switch_target(target, is_on=is_on, by=by)
    return redirect("creators:simulcast", public_id)
