"""The picture of a show in the portal: put up and taken down."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creators.models import Creator
from creators.portal.guards import for_creators
from livestreams.access.studio import get_own_livestream_for
from livestreams.services.posters import remove_poster, set_poster
from shopfront.common.errors import DomainError


@require_POST
@for_creators
def change(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Put a show's picture up or take it down; a bad file is answered with why."""
    show = get_own_livestream_for(creator, public_id)
    file = request.FILES.get("picture")
    if request.POST.get("act") == "remove":
        remove_poster(show)
        messages.success(request, _("Picture removed."))
    elif file is None:
        messages.error(request, _("Choose a picture first."))
    else:
        try:
            set_poster(show, file)
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Picture saved."))
    return redirect("creators:show-detail", public_id)
