"""The first page: what is live, what is next, what can be bought."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livestreams.broadcast.counts import read_viewers
from livestreams.selectors import tiles
from shopfront.markets import get_current_market


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the shows of the visitor's market, the next ones and products."""
    market = get_current_market(request)
    on_air = tiles.list_live_now(market)
    viewers = read_viewers([show.public_id for show in on_air])
    live = [replace(show, viewers=viewers.get(show.public_id, "")) for show in on_air]
    upcoming = tiles.mark_wanted(tiles.list_upcoming(market), request.user)
    replays = tiles.list_replays(market)
    leader = None if live or not upcoming else upcoming[0]
    context = {
        "market": market,
        "live": live,
        "leader": leader,
        "leader_is_wanted": leader.is_wanted if leader else False,
        "upcoming": upcoming[1:] if leader else upcoming,
        "replays": replays,
        "is_empty": not (live or upcoming or replays),
    }
    return render(request, "shopfront/home.html", context)
