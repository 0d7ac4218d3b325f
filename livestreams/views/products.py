"""What a product's page shows of the shows that feature it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import get_product
from livestreams.selectors.clips import list_clips_featuring
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
