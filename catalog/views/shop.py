"""Pages of the shop: browse, product, the product's sheet in a show, its files."""

import mimetypes
import secrets

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from catalog import access, selectors
from catalog.models import BuyingLimit
from catalog.selectors.bundles import list_bundles
from catalog.selectors.delivery import list_delivery_ways
from catalog.selectors.instead import list_instead
from catalog.selectors.price_history import read_price_history
from catalog.selectors.waiting import list_sold_out
from catalog.services.drops import find_gate
from catalog.views.common import list_holders
from shopfront.common.sharing import read_shared
from shopfront.markets import get_current_market
from shopfront.models import Market

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"


@require_GET
def shop(request: HttpRequest) -> HttpResponse:
    """Show the products of a market, by shelf and in the order one chooses."""
    market = get_current_market(request)
    asked = (
        request.GET.get("category", ""),
        request.GET.get("order", "newest"),
        request.GET.get("page", "1"),
    )
    context = read_shared(lambda: read_shop(market, *asked), "shop", market.pk, *asked)
    return render(request, "catalog/product_list.html", dict(context))


@never_cache
@require_GET
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product with what can be chosen and what is left."""
    context = describe_product(request, slug)
    view = context["view"]
    assert isinstance(view, selectors.ProductView)
    market = get_current_market(request)
    context["history"] = read_price_history(view.product, market)
    if view.variants and view.is_sold_out:
        context["instead"] = list_instead(view.product, market)
    return render(request, "catalog/product_detail.html", context)


@never_cache
@require_GET
def product_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product in the sheet of a show, the video playing on."""
    context = describe_product(request, slug)
    context["source_id"] = request.GET.get("show", "")[:40]
    context["source_ref"] = request.GET.get("ref", "")[:1000]
    return render(request, "catalog/product_sheet.html", context)


@require_safe
def stored_file(request: HttpRequest, name: str) -> FileResponse:
    """Serve a stored picture; in production nginx stands before this.

    Renditions, originals and posters never change under their names.
    """
    try:
        file = default_storage.open(name)
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(file, content_type=kind)
    is_fixed = name.startswith(("renditions/", "originals/", "posters/"))
    response["Cache-Control"] = IMMUTABLE if is_fixed else SHORT
    response["X-Content-Type-Options"] = "nosniff"
    return response


def read_shop(market: Market, slug: str, order: str, page: str) -> dict[str, object]:
    """Read one page of a shelf, or of all products with the bundles before them."""
    category = access.find_category(slug) if slug else None
    cards, found = selectors.list_product_cards(
        market, category=category, order=order, page=page
    )
    return {
        "cards": cards,
        "page": found,
        "category": category,
        "categories": selectors.list_categories(),
        "order": order,
        "bundles": list_bundles(market) if found.number == 1 and not category else [],
    }


def describe_product(request: HttpRequest, slug: str) -> dict[str, object]:
    """Return what a product's page, its sheet and its drop show."""
    market = get_current_market(request)
    product = access.get_product(slug)
    view = selectors.get_product_view(product, market)
    limit: BuyingLimit | None = getattr(product, "buying_limit", None)
    user = request.user
    return {
        "product": product,
        "view": view,
        "market": market,
        "ways": list_delivery_ways(market, [product.brand_id])[product.brand_id],
        "drop": find_gate(product),
        "bundles": list_bundles(market, products=[product.public_id]),
        "limit": limit.pieces if limit else None,
        "sold_out": list_sold_out(view.variants, list_holders(request)),
        "chosen": view.choose(request.GET.get("variant", "")),
        "is_too_young": getattr(user, "is_under_18", False),
        "key": secrets.token_urlsafe(16),
    }
