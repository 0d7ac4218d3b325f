"""The cart's page and what can be done on it, with and without script."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from catalog.access import get_bundle
from orders.access import Shopper, get_cart_line_for, get_variant_on_sale
from orders.models import CartLine
from orders.selectors.carts import count_pieces, get_cart_page
from orders.services import bundles, carts, coupons
from orders.services.rules import read_quantity
from orders.views.common import (
    ensure_shopper,
    find_shopper,
    go,
    limit_attempts,
    new_key,
    read_shown_price,
    read_source,
    tell_cart_count,
)
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part
from shopfront.markets import get_current_market


@require_GET
@never_cache
def cart_page(request: HttpRequest) -> HttpResponse:
    """Show the cart with its full price."""
    shopper = find_shopper(request)
    return show_cart(request, shopper)


@require_GET
@never_cache
def cart_count(request: HttpRequest) -> HttpResponse:
    """Answer the number of pieces in the cart, as text."""
    shopper = find_shopper(request)
    count = count_pieces(shopper) if shopper is not None else 0
    return HttpResponse(str(count), content_type="text/plain")


@require_POST
@never_cache
def add_to_cart(request: HttpRequest) -> HttpResponse:
    """Put a variant into the cart; nothing is held for it."""
    shopper = ensure_shopper(request)
    limit_attempts(shopper)
    variant = get_variant_on_sale(request.POST.get("variant", ""))
    carts.add_line(
        shopper,
        variant,
        market=get_current_market(request),
        quantity=read_quantity(request.POST.get("quantity", "1")),
        price_version=read_shown_price(request, variant),
        source=read_source(request),
        key=request.POST.get("key", ""),
    )
    context = {"title": variant.product.shown_title}
    if is_part(request):
        response = render(request, "orders/_cart_added.html", context)
        return tell_cart_count(response, shopper)
    messages.success(request, _("%(title)s is in your cart.") % context)
    return go(request, reverse("orders:cart"))


@require_POST
@never_cache
def change_quantity(request: HttpRequest, public_id: str) -> HttpResponse:
    """Set how many pieces of a line; none removes it."""
    shopper = ensure_shopper(request)
    line = get_cart_line_for(shopper, public_id)
    quantity = read_quantity(request.POST.get("quantity", ""), least=0)
    if quantity == 0:
        return _remove(request, shopper, line)
    carts.set_quantity(line, quantity)
    return _show_changed(request, shopper)


@require_POST
@never_cache
def remove_from_cart(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a line out and offer to undo it."""
    shopper = ensure_shopper(request)
    return _remove(request, shopper, get_cart_line_for(shopper, public_id))


@require_POST
@never_cache
def restore_to_cart(request: HttpRequest) -> HttpResponse:
    """Undo a removal."""
    shopper = ensure_shopper(request)
    if request.POST.get("bundle"):
        return _restore_bundle(request, shopper)
    carts.restore_line(
        shopper,
        get_variant_on_sale(request.POST.get("variant", "")),
        market=get_current_market(request),
        quantity=read_quantity(request.POST.get("quantity", "1")),
        source=read_source(request),
    )
    return _show_changed(request, shopper)


@require_POST
@never_cache
def change_coupon(request: HttpRequest) -> HttpResponse:
    """Put a coupon on the cart, or take it off with an empty code."""
    shopper = ensure_shopper(request)
    limit_attempts(shopper)
    cart = carts.find_open_cart(shopper)
    code = request.POST.get("code", "").strip()
    if cart is None:
        return _show_changed(request, shopper)
    try:
        if code:
            coupons.put_coupon(cart, code)
        else:
            coupons.remove_coupon(cart)
    except DomainError as error:
        return show_cart(request, shopper, error=error)
    return _show_changed(request, shopper)


def show_cart(
    request: HttpRequest,
    shopper: Shopper | None,
    *,
    removed: CartLine | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    """Show the cart as a page or a fragment, with what went wrong if anything."""
    cart = carts.find_open_cart(shopper) if shopper is not None else None
    market = get_current_market(request) if cart is not None else None
    gone = carts.follow_market(cart, market) if cart and market else None
    is_dearer = carts.accept_current_prices(cart) if cart is not None else False
    undo = request.session.pop("removed_line", None)
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    context = {
        "page": get_cart_page(cart),
        "undo": _describe(removed) if removed is not None else undo,
        "is_dearer": is_dearer,
        "moved_to": market if gone is not None else None,
        "gone": gone,
        "error": error,
        "key": new_key(),
        "in_sheet": is_part(request) and here != reverse("orders:cart"),
        "is_under_18": bool(shopper and shopper.user and shopper.user.is_under_18),
    }
    template = "orders/_cart.html" if is_part(request) else "orders/cart_detail.html"
    status = error.status if error is not None else 200
    return render(request, template, context, status=status)


def _remove(request: HttpRequest, shopper: Shopper, line: CartLine) -> HttpResponse:
    carts.remove_line(line)
    if is_part(request):
        return tell_cart_count(show_cart(request, shopper, removed=line), shopper)
    request.session["removed_line"] = _describe(line)
    return go(request, reverse("orders:cart"))


def _restore_bundle(request: HttpRequest, shopper: Shopper) -> HttpResponse:
    """Undo the removal of a bundle, at the price that it was removed at or lower."""
    try:
        bundles.add_bundle(
            shopper,
            get_bundle(request.POST["bundle"]),
            market=get_current_market(request),
            count=read_quantity(request.POST.get("quantity", "1")),
            price_shown=request.POST.get("price_version", ""),
            source=read_source(request),
            key=request.POST.get("key", ""),
        )
    except DomainError as error:
        return show_cart(request, shopper, error=error)
    return _show_changed(request, shopper)


def _describe(line: CartLine) -> dict[str, str | int]:
    """Return what the form that undoes a removal sends."""
    if line.bundle_price is not None:
        return {
            "title": line.bundle_price.bundle.shown_title,
            "bundle": line.bundle_price.bundle.public_id,
            "price_version": line.bundle_price.public_id,
            "quantity": line.bundle_count,
            "source_id": line.source_id,
            "source_ref": line.source_ref,
        }
    return {
        "title": line.variant.product.shown_title,
        "variant": line.variant.public_id,
        "quantity": line.quantity,
        "source_id": line.source_id,
        "source_ref": line.source_ref,
    }


def _show_changed(request: HttpRequest, shopper: Shopper) -> HttpResponse:
    if is_part(request):
        return tell_cart_count(show_cart(request, shopper), shopper)
    return go(request, reverse("orders:cart"))
