"""Bundles bought at the tap, or put in the cart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import get_bundle
from catalog.errors import AdmissionNeeded, DropNotOpen
from catalog.models import Bundle
from orders.errors import BadQuantity, LineShort, NotForSale
from orders.errors.bundles import BundleRaised, BundleRests
from orders.services import bundles
from orders.services.rules import read_quantity
from orders.views.checkouts import show_or_go
from orders.views.common import (
    ensure_shopper,
    go,
    limit_attempts,
    read_return_path,
    read_source,
    tell_cart_count,
)
from orders.views.steps import is_in_sheet, show_waiting_room
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part
from shopfront.markets import get_current_market
from shopfront.services.idempotency import AttemptInFlight

REFUSALS = (BadQuantity, BundleRaised, BundleRests, LineShort, NotForSale)


@require_POST
@never_cache
def buy(request: HttpRequest) -> HttpResponse:
    """Hold the parts of bundles at the tap and show the first step."""
    shopper = ensure_shopper(request)
    limit_attempts(shopper)
    bundle = get_bundle(request.POST.get("bundle", ""))
    try:
        checkout = bundles.buy_bundle(
            shopper,
            bundle,
            market=get_current_market(request),
            count=read_quantity(request.POST.get("quantity", "1")),
            price_shown=request.POST.get("price_version", ""),
            source=read_source(request),
            key=request.POST.get("key", ""),
            return_path=read_return_path(request),
        )
    except AttemptInFlight:
        return go(request, reverse("orders:checkout"))
    except (AdmissionNeeded, DropNotOpen) as error:
        return show_waiting_room(request, error)
    except REFUSALS as error:
        return _refuse(request, bundle, error)
    return show_or_go(request, shopper, checkout)


@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Put bundles into the cart; nothing is held for them."""
    shopper = ensure_shopper(request)
    limit_attempts(shopper)
    bundle = get_bundle(request.POST.get("bundle", ""))
    try:
        bundles.add_bundle(
            shopper,
            bundle,
            market=get_current_market(request),
            count=read_quantity(request.POST.get("quantity", "1")),
            price_shown=request.POST.get("price_version", ""),
            source=read_source(request),
            key=request.POST.get("key", ""),
        )
    except REFUSALS as error:
        return _refuse(request, bundle, error)
    if is_part(request):
        response = render(
            request, "orders/_cart_added.html", {"title": bundle.shown_title}
        )
        return tell_cart_count(response, shopper)
    messages.success(
        request, _("%(title)s is in your cart.") % {"title": bundle.shown_title}
    )
    return go(request, reverse("orders:cart"))


def _refuse(request: HttpRequest, bundle: Bundle, error: DomainError) -> HttpResponse:
    """Say why a bundle was not taken, and lead back to it at today's price."""
    context = {
        "error": error,
        "bundle": bundle,
        "source_id": request.POST.get("source_id", ""),
        "source_ref": request.POST.get("source_ref", ""),
        "in_sheet": is_in_sheet(request),
    }
    part = "_" if is_part(request) else ""
    name = f"orders/{part}bundle_refused.html"
    return render(request, name, context, status=error.status)
