"""The first page: what is live, what is next, what can be bought."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors import ProductCard, list_newest_cards
from livestreams.selectors import tiles
from livestreams.selectors.shelves import ShelfItem, list_shelf
from livestreams.selectors.tiles import ShowTile
from shopfront.common.sharing import KeptPage, Part, finish, read_shared
from shopfront.markets import get_current_market
from shopfront.models import Market
from shopfront.views.walls import with_viewers

SHELF_SHOWN = 3
SHOWS, REST = "shopfront/_home_shows.html", "shopfront/_home_rest.html"
GAPS = ("csrf_token",)


@dataclass(frozen=True, kw_only=True, eq=False)
class HomePage(KeptPage):
    """What the first page of a market shows to all."""

    market: Market
    live: list[ShowTile]
    leader: ShowTile | None
    """The next show, where none is on air."""
    upcoming: list[ShowTile]
    shelf: list[ShelfItem]
    replays: list[ShowTile]
    products: list[ProductCard]

    @property
    def ahead(self) -> list[ShowTile]:
        """All shows that are to come, the leader first."""
        return [*([self.leader] if self.leader else []), *self.upcoming]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.live or self.ahead or self.replays or self.products)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the shows of the visitor's market, the next ones and products."""
    market = get_current_market(request)
    page = read_shared(lambda: read_home(market), "home", market.pk)
    context = {
        "shows": get_shows(page, request).fill(csrf_token=get_token(request)),
        "rest": page.get_part(REST, is_empty=page.is_empty).fill(),
    }
    return render(request, "shopfront/home.html", context)


def read_home(market: Market) -> HomePage:
    """Read what the first page of a market shows to all."""
    live = with_viewers(tiles.list_live_now(market))
    upcoming = tiles.list_upcoming(market)
    leader = None if live or not upcoming else upcoming[0]
    first = live[0] if live else leader
    shelf = list_shelf(first.public_id, market) if first else []
    return HomePage(
        market=market,
        live=live,
        leader=leader,
        upcoming=upcoming[1:] if leader else upcoming,
        shelf=shelf[:SHELF_SHOWN],
        replays=tiles.list_replays(market),
        products=list_newest_cards(market),
    )


def get_shows(page: HomePage, request: HttpRequest) -> Part:
    """Return the shows on air and ahead; finished anew for who wants reminders."""
    ahead = tiles.mark_wanted(page.ahead, request.user)
    if not any(show.is_wanted for show in ahead):
        return page.get_part(SHOWS, gaps=GAPS)
    leader = ahead[0] if page.leader else None
    own = replace(page, leader=leader, upcoming=ahead[1:] if leader else ahead)
    return finish(SHOWS, own.facts, gaps=GAPS)
