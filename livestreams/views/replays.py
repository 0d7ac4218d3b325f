"""The replay of a show."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from livestreams.access.playback import find_replay
from livestreams.access.shows import get_livestream_for
from livestreams.access.sources import Surface
from livestreams.errors import ReplayMissing
from livestreams.models import Livestream
from livestreams.selectors.shelves import list_shelf
from livestreams.selectors.tiles import describe_show


@require_safe
def show_replay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the recording of a show that is over, and its products at today's price."""
    livestream = get_livestream_for(request.user, public_id)
    if livestream.state != Livestream.State.ENDED:
        return redirect("livestreams:livestream-watch", public_id)
    if find_replay(livestream) is None:
        raise ReplayMissing
    context = {
        "livestream": livestream,
        "show": describe_show(livestream),
        "shelf": list_shelf(public_id, livestream.market, surface=Surface.REPLAY),
        "is_replay": True,
    }
    response = render(request, "livestreams/livestream_watch.html", context)
    # The page holds a token of its own: no cache may hand it to another.
    response["Cache-Control"] = "private, no-store"
    return response
