"""What a product's page shows of the shows that feature it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import get_product
from livestreams.access.shows import get_livestream_for
from livestreams.selectors.clips import list_clips_featuring
from livestreams.selectors.shelves import list_shelf_instead
from livestreams.selectors.tiles import list_shows_featuring
from shopfront.markets import get_current_market


@never_cache
@require_safe
def product_shows(request: HttpRequest, slug: str) -> HttpResponse:
    """Show, as a part of a page, where a product is, will be or was shown."""
    product = get_product(slug)
    market = get_current_market(request)
    context = {
        "shows": list_shows_featuring(product.pk, market),
        "clips": list_clips_featuring(product.pk, market),
    }
    return render(request, "livestreams/product_shows.html", context)


@never_cache
@require_safe
def show_instead(request: HttpRequest, public_id: str, slug: str) -> HttpResponse:
    """Show, as a part of a sheet, what a show has instead of a product (B7)."""
    livestream = get_livestream_for(request.user, public_id)
    items = list_shelf_instead(public_id, livestream.market, get_product(slug))
    context = {"items": items, "show_id": public_id}
    return render(request, "livestreams/show_instead.html", context)
