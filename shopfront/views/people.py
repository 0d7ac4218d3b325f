"""Public pages of creators and brands."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalog.selectors import cards_for, find_public_brand, list_product_cards
from catalog.selectors.bundles import list_bundles
from catalog.selectors.samples import list_showcase
from creators.selectors.follows import read_follow
from creators.selectors.public import find_moved_creator, find_public_creator
from livestreams.models import Livestream
from livestreams.selectors import tiles
from livestreams.selectors.clips import list_clips_by
from livestreams.selectors.tiles import ShowTile
from shopfront.markets import get_current_market
from shopfront.views.walls import with_viewers

State = Livestream.State


@require_safe
def creator_page(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a creator with their live, coming and past shows."""
    creator = find_public_creator(handle)
    if creator is None:
        moved = find_moved_creator(handle)
        if moved is None:
            raise Http404
        return redirect("creator-page", moved.handle)
    shows = tiles.mark_wanted(tiles.list_shows_of(creator.pk), request.user)
    market = get_current_market(request)
    context = {
        "creator": creator,
        "follow": read_follow(creator, request.user),
        "market": market,
        "chosen": cards_for(list_showcase(creator), market),
        "clips": list_clips_by(creator.pk),
    }
    return render(request, "shopfront/creator.html", context | sort_shows(shows))


@require_safe
def brand_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a brand with who trades under it, its shows and its products."""
    brand = find_public_brand(slug)
    if brand is None:
        raise Http404
    market = get_current_market(request)
    cards, page = list_product_cards(
        market, brand_slug=slug, page=request.GET.get("page", "1")
    )
    shows = tiles.mark_wanted(tiles.list_shows_with(brand.pk), request.user)
    context = {
        "brand": brand,
        "market": market,
        "products": cards,
        "page": page,
        "bundles": list_bundles(market, brand=brand) if page.number == 1 else [],
    }
    return render(request, "shopfront/brand.html", context | sort_shows(shows))


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
