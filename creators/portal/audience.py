"""Invitations to a show in the portal: made, listed with their links, withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from creators.models import Creator
from creators.portal.forms import InvitationForm
from creators.portal.guards import for_creators
from livestreams.access.audiences import get_invitation_of, sign_invitation
from livestreams.access.studio import get_own_livestream_for
from livestreams.selectors.audiences import list_invitations
from livestreams.services import audiences
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@for_creators
def audience(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """List who is invited to a show, and make a new invitation."""
    show = get_own_livestream_for(creator, public_id)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            audiences.invite(
                show, name=form.cleaned_data["name"], by=person_of(request)
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Invitation made. Send its link."))
            return redirect("creators:audience", public_id)
    places = [
        (place, request.build_absolute_uri(_link(public_id, sign_invitation(place))))
        for place in list_invitations(show)
    ]
    context = {
        "show": show,
        "form": form,
        "places": places,
        "zone": show.market.time_zone,
    }
    response = render(request, "creators/show_audience.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_creators
def withdraw(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Withdraw one invitation; who watches with it is sent away."""
    show = get_own_livestream_for(creator, public_id)
    place = get_invitation_of(show, request.POST.get("invitation", ""))
    audiences.revoke_invitation(place)
    messages.success(request, _("Withdrawn."))
    return redirect("creators:audience", public_id)


def _link(public_id: str, code: str) -> str:
    return reverse("livestreams:invitation-open", args=[public_id, code])
