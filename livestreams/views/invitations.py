"""The link of an invitation to a show."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from livestreams.access.audiences import get_invitation
from livestreams.services.audiences import claim_invitation
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@login_required
def open_invitation(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """Ask whether this account takes the place; the first that does has it."""
    invitation = get_invitation(public_id, code)
    if request.method == "POST":
        claim_invitation(invitation, person_of(request))
        return redirect(invitation.livestream)
    context = {"show": invitation.livestream}
    response = render(request, "livestreams/invitation_open.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
