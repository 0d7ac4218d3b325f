"""The first page: what is live, what is next, what can be bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors import list_newest_cards
from livestreams.selectors import tiles
from livestreams.selectors.shelves import list_shelf
from shopfront.markets import get_current_market
from shopfront.views.walls import with_viewers

SHELF_SHOWN = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the shows of the visitor's market, the next ones and products."""
    market = get_current_market(request)
    live = with_viewers(tiles.list_live_now(market))
    upcoming = tiles.mark_wanted(tiles.list_upcoming(market), request.user)
    replays = tiles.list_replays(market)
    leader = None if live or not upcoming else upcoming[0]
    first = live[0] if live else leader
    shelf = list_shelf(first.public_id, market) if first else []
    products = list_newest_cards(market)
    context = {
        "market": market,
        "live": live,
        "leader": leader,
        "leader_is_wanted": leader.is_wanted if leader else False,
        "upcoming": upcoming[1:] if leader else upcoming,
        "shelf": shelf[:SHELF_SHOWN],
        "replays": replays,
        "products": products,
        "is_empty": not (live or upcoming or replays or products),
    }
    return render(request, "shopfront/home.html", context)
