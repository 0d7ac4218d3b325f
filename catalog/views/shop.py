"""Pages of the shop: browse, product, the product's sheet in a show, its files."""

import mimetypes
import posixpath
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.paginator import Page
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from catalog import access, selectors
from catalog.models import BuyingLimit, Category, Drop, Product
from catalog.selectors.bundles import BundleView, list_bundles
from catalog.selectors.delivery import DeliveryWay, list_delivery_ways
from catalog.selectors.instead import list_instead
from catalog.selectors.price_history import PriceHistory, read_price_history
from catalog.selectors.sizes import recall_size
from catalog.selectors.waiting import SoldOutVariant, list_sold_out, mark_places
from catalog.services.drops import find_gate
from catalog.services.veiling import WITHHELD
from catalog.views.common import list_holders
from shopfront.common.http import find_person, read_tap
from shopfront.common.sharing import KeptPage, Onlooker, Part, finish, read_shared
from shopfront.markets import get_current_market
from shopfront.models import Market

BOUGHT = "Buy-Now"
"""The header of a sheet that somebody opens by a pin's "Buy now"; never in a link."""
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"
PRODUCT = "catalog/_product.html"
PRODUCT_GAPS = ("csrf_token", "key", "source_id", "source_ref", "tap")
SHELF = "catalog/_shop.html"


@require_GET
def shop(request: HttpRequest) -> HttpResponse:
    """Show the products of a market, by shelf and in the order one chooses."""
    market = get_current_market(request)
    asked = (
        request.GET.get("category", ""),
        request.GET.get("order", "newest"),
        request.GET.get("page", "1"),
    )
    page = read_shared(lambda: read_shop(market, *asked), "shop", market.pk, *asked)
    context = {
        "category": page.category,
        "page": page.page,
        "part": page.get_part(SHELF).fill(),
    }
    return render(request, "catalog/product_list.html", context)


@never_cache
@require_GET
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product with what can be chosen and what is left."""
    market = get_current_market(request)
    page = read_shared(
        lambda: read_product_page(slug, market), "product", slug, market.pk
    )
    part = get_product_part(page, request)
    own = {"csrf_token": get_token(request), "key": secrets.token_urlsafe(16)}
    filled = part.fill(**own, **read_tap(request))
    context = {"product": page.product, "part": filled}
    return render(request, "catalog/product_detail.html", context)


@never_cache
@require_GET
def product_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product in the sheet of a show, the video playing on.

    Who said "Buy now" on a pin and has nothing left to choose is led on (B2).
    """
    page = read_product(slug, get_current_market(request))
    context = describe_product(page, request) | read_tap(request)
    context["is_bought"] = bool(request.headers.get(BOUGHT)) and page.drop is None
    return render(request, "catalog/product_sheet.html", context)


@require_safe
def stored_file(request: HttpRequest, name: str) -> FileResponse:
    """Serve a stored picture; in production nginx stands before this.

    Renditions, originals, posters and veils never change under their names. What was
    taken down is kept aside and never served from here.
    """
    if posixpath.normpath(name).startswith(WITHHELD):
        raise Http404
    try:
        file = default_storage.open(name)
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(file, content_type=kind)
    is_fixed = name.startswith(("renditions/", "originals/", "posters/", "veils/"))
    response["Cache-Control"] = IMMUTABLE if is_fixed else SHORT
    response["X-Content-Type-Options"] = "nosniff"
    return response


@dataclass(frozen=True, kw_only=True, eq=False)
class ShopPage(KeptPage):
    """What a page of a shelf shows to all."""

    cards: list[selectors.ProductCard]
    page: "Page[Any]"
    category: Category | None
    categories: list[Category]
    order: str
    bundles: list[BundleView]


def read_shop(market: Market, slug: str, order: str, page: str) -> ShopPage:
    """Read one page of a shelf, or of all products; its bundles before the first."""
    category = access.find_category(slug) if slug else None
    cards, found = selectors.list_product_cards(
        market, category=category, order=order, page=page
    )
    return ShopPage(
        cards=cards,
        page=found,
        category=category,
        categories=list(selectors.list_categories()),
        order=order,
        bundles=list_bundles(market, category=category) if found.number == 1 else [],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductPage(KeptPage):
    """What a product's page shows to all, and its sheet and drop."""

    product: Product
    view: selectors.ProductView
    market: Market
    ways: tuple[DeliveryWay, ...]
    drop: Drop | None
    bundles: list[BundleView]
    limit: int | None
    sold_out: list[SoldOutVariant]
    history: PriceHistory | None = None
    instead: list[selectors.ProductCard] = field(default_factory=list)


def read_product(slug: str, market: Market) -> ProductPage:
    """Read a product as a sheet shows it.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    product = access.get_product(slug)
    view = selectors.get_product_view(product, market)
    limit: BuyingLimit | None = getattr(product, "buying_limit", None)
    return ProductPage(
        product=product,
        view=view,
        market=market,
        ways=list_delivery_ways(market, [product.brand_id])[product.brand_id],
        drop=find_gate(product),
        bundles=list_bundles(market, products=[product.public_id]),
        limit=limit.pieces if limit else None,
        sold_out=list_sold_out(view.variants),
    )


def read_product_page(slug: str, market: Market) -> ProductPage:
    """Read a product with what its price was, and what can be had in its place.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    page = read_product(slug, market)
    is_gone = bool(page.view.variants) and page.view.is_sold_out
    return replace(
        page,
        history=read_price_history(page.product, market),
        instead=list_instead(page.product, market) if is_gone else [],
    )


def get_product_part(page: ProductPage, request: HttpRequest) -> Part:
    """Return the body of a product's page for who asks.

    It is finished anew for whom it says something else each time: who has a place in
    its waiting lists, and who sees an offer's end count down.
    """
    onlooker = Onlooker.of(request.user)
    chosen, _ = _choose(page, request)
    holders = list_holders(request) if page.sold_out else []
    lists = mark_places(page.sold_out, holders)
    has_place = any(one.place for one in lists)
    if has_place or (onlooker.is_adult and page.view.deal):
        facts = {"user": onlooker, "chosen": chosen, "sold_out": lists}
        return finish(PRODUCT, page.facts | facts, gaps=PRODUCT_GAPS)
    return page.get_part(PRODUCT, gaps=PRODUCT_GAPS, user=onlooker, chosen=chosen)


def _choose(page: ProductPage, request: HttpRequest) -> tuple[str, bool]:
    """Return the variant that is asked for, else the size bought before, else any.

    And whether nothing is left to choose.
    """
    worn = recall_size(find_person(request), page.product)
    chosen = page.view.choose(request.GET.get("variant", ""), worn=worn)
    return chosen, page.view.is_settled(chosen, worn=worn)


def describe_product(page: ProductPage, request: HttpRequest) -> dict[str, object]:
    """Return what a product's sheet and its drop show to who asks."""
    chosen, is_settled = _choose(page, request)
    return page.facts | {
        "sold_out": mark_places(page.sold_out, list_holders(request)),
        "chosen": chosen,
        "is_settled": is_settled,
        "is_too_young": getattr(request.user, "is_under_18", False),
        "key": secrets.token_urlsafe(16),
    }
