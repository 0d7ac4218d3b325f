"""Pages of bundles: of their own, and in the sheet of a show."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from catalog import access
from catalog.errors import BundleMissing
from catalog.selectors.bundles import find_bundle_view
from catalog.selectors.delivery import list_delivery_ways
from shopfront.common.http import read_tap
from shopfront.markets import get_current_market


@never_cache
@require_GET
def bundle_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a bundle with its parts, its price and what is left."""
    context = _describe(request, public_id)
    return render(request, "catalog/bundle_detail.html", context)


@never_cache
@require_GET
def bundle_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a bundle in the sheet of a show, the video playing on."""
    context = _describe(request, public_id) | {"part": True}
    return render(request, "catalog/bundle_sheet.html", context)


def _describe(request: HttpRequest, public_id: str) -> dict[str, object]:
    market = get_current_market(request)
    bundle = access.get_bundle(public_id)
    view = find_bundle_view(bundle, market)
    if view is None:
        raise BundleMissing
    ways = list_delivery_ways(market, [bundle.brand_id])
    return {
        "bundle": bundle,
        "view": view,
        "market": market,
        "ways": ways[bundle.brand_id],
        "is_too_young": getattr(request.user, "is_under_18", False),
        "key": secrets.token_urlsafe(16),
    } | read_tap(request)
