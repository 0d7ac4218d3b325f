"""The watch page."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from creators.selectors.follows import count_followers, stand_to
from livestreams.access.shows import (
    HOST_SIDE,
    ON_CAMERA,
    Role,
    admit,
    find_role,
    get_livestream,
)
from livestreams.access.tickets import mint_ticket
from livestreams.broadcast.counts import count_viewers, say_viewers
from livestreams.models import Livestream
from livestreams.selectors.extras import ShowExtras, list_extras
from livestreams.selectors.room import find_pause
from livestreams.selectors.shelves import (
    ShelfBundle,
    ShelfItem,
    ShownItem,
    list_shelf,
    list_shelf_bundles,
    list_shown,
)
from livestreams.selectors.tiles import ShowTile, get_tile, list_upcoming, mark_wanted
from livestreams.views.common import BODY, HEAD, answer_show
from shopfront.common.http import ensure_browser_key
from shopfront.common.sharing import KeptPage, Onlooker, Part, finish, read_shared

NEXT_SHOWN = 2
GAPS = ("csrf_token", "now")
State = Livestream.State


@dataclass(frozen=True, kw_only=True, eq=False)
class WatchPage(KeptPage):
    """What the page of a show has that is nobody's own."""

    livestream: Livestream
    show: ShowTile
    address: str
    followers: int
    shelf: list[ShelfItem]
    bundles: list[ShelfBundle]
    extras: ShowExtras
    shown: list[ShownItem]
    pause: str
    viewers: str
    next_shows: list[ShowTile]

    @property
    def has_offer(self) -> bool:
        """Whether the end of an offer stands on it, which counts down for adults."""
        return any(item.card.deal for item in self.shelf)


@require_safe
def watch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a livestream in whichever state it is: ahead, on air, on a break, over."""
    page = read_shared(lambda: read_watch_page(public_id), "watch", public_id)
    admit(request.user, page.livestream)
    role = find_role(request.user, page.livestream)
    if role in HOST_SIDE or page.livestream.is_limited:
        page = read_watch_page(public_id)
        admit(request.user, page.livestream)
    ticket = ""
    if page.livestream.state != State.ENDED:
        key = ensure_browser_key(request)
        ticket = mint_ticket(
            page.livestream, user=request.user, browser_key=key, role=role
        )
    facts = {"livestream": page.livestream, "show": page.show, "ticket": ticket}
    body = get_body(page, request, role=role)
    return answer_show(request, facts, head=page.get_part(HEAD), body=body)


def read_watch_page(public_id: str) -> WatchPage:
    """Read what the page of a show has that is nobody's own.

    Raises:
        LivestreamMissing: there is no such show.
    """
    livestream = get_livestream(public_id)
    state, market, show = livestream.state, livestream.market, get_tile(livestream)
    shelf = list_shelf(public_id, market)
    bundles = list_shelf_bundles(public_id, market, shelf)
    return WatchPage(
        livestream=livestream,
        show=show,
        address=show.url,
        followers=count_followers(livestream.creator),
        shelf=shelf,
        bundles=bundles,
        extras=list_extras(livestream, is_adult=True),
        shown=list_shown(livestream, shelf, bundles),
        pause=find_pause(livestream) if state == State.PAUSED else "",
        viewers=say_viewers(count_viewers([public_id]).get(public_id, 0)),
        next_shows=(
            list_upcoming(market, limit=NEXT_SHOWN) if state == State.ENDED else []
        ),
    )


def get_body(page: WatchPage, request: HttpRequest, *, role: Role) -> Part:
    """Return the body of a show's page for who asks.

    It is finished anew for the host's side, in a limited show, for who sees an offer's
    end count down and who comes back to a checkout; nobody else ever sees those.
    """
    livestream, user = page.livestream, request.user
    gaps = GAPS if livestream.state == State.ENDED else (*GAPS, "ticket")
    onlooker = Onlooker.of(user)
    kind = {
        "user": onlooker,
        "follow": stand_to(livestream.creator, user, count=page.followers),
        "is_wanted": find_wish(page, request),
    }
    checkout = request.GET.get("checkout", "")[:16]
    is_own = role in HOST_SIDE or livestream.is_limited or bool(checkout)
    if is_own or (onlooker.is_adult and page.has_offer):
        own = {
            "viewer": user,
            "is_on_camera": role in ON_CAMERA,
            "checkout": checkout,
        }
        return finish(BODY, page.facts | kind | own, gaps=gaps)
    return page.get_part(BODY, gaps=gaps, viewer=AnonymousUser(), **kind)


def find_wish(page: WatchPage, request: HttpRequest) -> bool:
    """Whether who asks wants to be reminded of the show; a query before it begins."""
    if page.livestream.state != State.SCHEDULED:
        return False
    (show,) = mark_wanted([page.show], request.user)
    return show.is_wanted
