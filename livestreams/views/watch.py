"""The watch page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.selectors.follows import read_follow
from livestreams.access.shows import ON_CAMERA, find_role, get_livestream_for
from livestreams.access.tickets import mint_ticket
from livestreams.broadcast.counts import count_viewers, say_viewers
from livestreams.models import Livestream
from livestreams.selectors.extras import list_extras
from livestreams.selectors.room import find_pause
from livestreams.selectors.shelves import list_shelf, list_shelf_bundles, list_shown
from livestreams.selectors.tiles import get_tile, list_upcoming, mark_wanted
from shopfront.common.http import ensure_browser_key, find_person

NEXT_SHOWN = 2
PAUSED = Livestream.State.PAUSED


@require_safe
def watch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a livestream in whichever state it is: ahead, on air, on a break, over."""
    livestream = get_livestream_for(request.user, public_id)
    (show,) = mark_wanted([get_tile(livestream)], request.user)
    shelf = list_shelf(public_id, livestream.market)
    context: dict[str, object] = {
        "livestream": livestream,
        "follow": read_follow(livestream.creator, request.user),
        "show": show,
        "shelf": shelf,
        "extras": list_extras(livestream, is_adult=_is_adult(request)),
        "bundles": list_shelf_bundles(public_id, livestream.market, shelf),
        "shown": list_shown(livestream, shelf),
        "is_on_camera": find_role(request.user, livestream) in ON_CAMERA,
        "pause": find_pause(livestream) if livestream.state == PAUSED else "",
        "viewers": say_viewers(count_viewers([public_id]).get(public_id, 0)),
    }
    if livestream.state == Livestream.State.ENDED:
        context["next_shows"] = list_upcoming(livestream.market, limit=NEXT_SHOWN)
    else:
        context["ticket"] = mint_ticket(
            livestream, user=request.user, browser_key=ensure_browser_key(request)
        )
    response = render(request, "livestreams/livestream_watch.html", context)
    # The page holds a seat of its own: no cache may hand it to another.
    response["Cache-Control"] = "private, no-store"
    return response


def _is_adult(request: HttpRequest) -> bool:
    person = find_person(request)
    return person is not None and person.is_adult
