"""Public pages of creators and brands."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creators.selectors.public import find_public_creator
from livestreams.models import Livestream
from livestreams.selectors import tiles
from livestreams.selectors.tiles import ShowTile
from shopfront.markets import get_current_market
from shopfront.views.walls import with_viewers

State = Livestream.State


@require_safe
def creator_page(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a creator with their live, coming and past shows."""
    creator = find_public_creator(handle)
    if creator is None:
        raise Http404
    shows = tiles.mark_wanted(tiles.list_shows_of(creator.pk), request.user)
    context = {"creator": creator, "market": get_current_market(request)}
    return render(request, "shopfront/creator.html", context | sort_shows(shows))


def sort_shows(shows: list[ShowTile]) -> dict[str, list[ShowTile]]:
    """Sort shows into live, coming (soonest first) and over."""
    on_air = {State.LIVE, State.PAUSED}
    return {
        "live": with_viewers([show for show in shows if show.state in on_air]),
        "upcoming": sorted(
            (show for show in shows if show.state == State.SCHEDULED),
            key=lambda show: show.starts_at,
        ),
        "replays": [
            show for show in shows if show.state == State.ENDED and show.seconds
        ],
    }
