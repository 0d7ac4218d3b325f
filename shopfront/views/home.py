"""The first page: what is live, what is next, what can be bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors import ProductCard, list_newest_cards
from livestreams.selectors import tiles
from livestreams.selectors.shelves import ShelfItem, list_shelf
from livestreams.selectors.tiles import ShowTile
from shopfront.common.sharing import read_shared
from shopfront.markets import get_current_market
from shopfront.models import Market
from shopfront.views.walls import with_viewers

SHELF_SHOWN = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the shows of the visitor's market, the next ones and products."""
    market = get_current_market(request)
    on_air, ahead, replays, products = read_shared(
        lambda: read_walls(market), "home", market.pk
    )
    live = with_viewers(on_air)
    upcoming = tiles.mark_wanted(ahead, request.user)
    leader = None if live or not upcoming else upcoming[0]
    first = live[0] if live else leader
    shelf = read_first_shelf(first, market) if first else []
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


def read_walls(
    market: Market,
) -> tuple[list[ShowTile], list[ShowTile], list[ShowTile], list[ProductCard]]:
    """Read what is on air, ahead and over in a market, and its newest products."""
    return (
        tiles.list_live_now(market),
        tiles.list_upcoming(market),
        tiles.list_replays(market),
        list_newest_cards(market),
    )


def read_first_shelf(show: ShowTile, market: Market) -> list[ShelfItem]:
    """Read what the leading show sells."""
    return read_shared(
        lambda: list_shelf(show.public_id, market), "shelf", show.public_id, market.pk
    )
