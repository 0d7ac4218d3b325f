"""The watch page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livestreams.access.shows import get_livestream_for
from livestreams.selectors.tiles import describe_show, mark_wanted


@require_safe
def watch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a livestream in whichever state it is."""
    livestream = get_livestream_for(request.user, public_id)
    (show,) = mark_wanted([describe_show(livestream)], request.user)
    context = {"livestream": livestream, "show": show}
    return render(request, "livestreams/livestream_watch.html", context)
