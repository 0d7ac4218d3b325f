"""Search over products, shows, creators and brands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors import search_brands, search_bundles, search_products
from creators.selectors.public import search_creators
from livestreams.selectors.tiles import mark_wanted, search_shows
from shopfront.markets import get_current_market
from shopfront.views.people import sort_shows

LONGEST = 80


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits the words; small slips of spelling are forgiven."""
    market = get_current_market(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    context: dict[str, object] = {"search_text": text, "market": market}
    if text:
        products = search_products(text, market)
        shows = mark_wanted(search_shows(market, text), request.user)
        creators, brands = search_creators(text), search_brands(text)
        bundles = search_bundles(text, market)
        context |= sort_shows(shows)
        context |= {"products": products, "creators": creators, "brands": brands}
        context["bundles"] = bundles
        context["is_empty"] = not (products or shows or creators or brands or bundles)
    return render(request, "shopfront/search.html", context)
