"""Places in waiting lists: taken, looked at, opened from a letter, left."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from catalog import access
from catalog.models import Variant
from catalog.selectors import get_product_view
from catalog.selectors.waiting import (
    count_waiting,
    describe_place,
    list_places,
    list_sold_out,
)
from catalog.services.waiting import join_waiting_list, leave_waiting_list, move_place
from catalog.views.common import (
    ensure_holder,
    list_holders,
    slow_down,
)
from shopfront.common.errors import DomainError
from shopfront.common.http import find_person, is_part
from shopfront.markets import get_current_market


@never_cache
@require_GET
def place_list(request: HttpRequest) -> HttpResponse:
    """Show one's own places, with kept pieces first."""
    context = {
        "places": list_places(list_holders(request)),
        "key": secrets.token_urlsafe(16),
    }
    return render(request, "catalog/place_list.html", context)


@never_cache
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Take a place in the list of a sold-out variant."""
    holder = ensure_holder(request)
    slow_down(holder)
    variant = access.get_variant(request.POST.get("variant", ""))
    try:
        join_waiting_list(
            variant,
            market=get_current_market(request),
            holder=holder,
            user=find_person(request),
            email=request.POST.get("email", ""),
            language=get_language() or "en-gb",
            source=(
                request.POST.get("source_id", ""),
                request.POST.get("source_ref", ""),
            ),
        )
    except DomainError as error:
        if not is_part(request):
            raise
        return _show_lists(request, variant, holder, error=error)
    if is_part(request):
        return _show_lists(request, variant, holder)
    messages.success(request, _("You have a place. We write to you when it is yours."))
    return redirect("catalog:place-list")


@never_cache
@require_GET
def look(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tell a page how a place stands now, or nothing where that was seen already."""
    if not is_part(request):
        return redirect("catalog:place-list")
    place = access.get_place_for(list_holders(request), public_id)
    view = describe_place(place)
    if request.GET.get("seen") == view.seen:
        return HttpResponse(status=204)
    context = {
        "place": view,
        "part": bool(request.GET.get("sheet")),
        "key": secrets.token_urlsafe(16),
        "waiting": count_waiting([view.variant]).get(view.variant, 0),
    }
    return render(request, "catalog/_own_place_seen.html", context)


@never_cache
@require_POST
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a place up."""
    place = access.get_place_for(list_holders(request), public_id)
    leave_waiting_list(place)
    if is_part(request):
        return _show_lists(request, place.variant, place.holder)
    messages.success(request, _("You have left the list."))
    return redirect("catalog:place-list")


@never_cache
@require_http_methods(["GET", "POST"])
def open_letter(request: HttpRequest, token: str) -> HttpResponse:
    """Show the place that a letter names, and take it to this browser when asked."""
    place = access.get_place_by_token(token)
    if place.holder in list_holders(request):
        return redirect("catalog:place-list")
    if request.method == "POST":
        move_place(place, holder=ensure_holder(request), user=find_person(request))
        return redirect("catalog:place-list")
    context = {"place": describe_place(place), "token": token}
    return render(request, "catalog/place_open.html", context)


def _show_lists(
    request: HttpRequest,
    variant: Variant,
    holder: str,
    *,
    error: DomainError | None = None,
) -> HttpResponse:
    market = get_current_market(request)
    view = get_product_view(access.get_product(variant.product.slug), market)
    names = {*list_holders(request), holder}
    context = {
        "sold_out": list_sold_out(view.variants, names),
        "product": variant.product,
        "error": error,
        "part": True,
        "key": secrets.token_urlsafe(16),
        "source_id": request.POST.get("source_id", ""),
        "source_ref": request.POST.get("source_ref", ""),
    }
    status = error.status if error is not None else 200
    return render(request, "catalog/_waiting.html", context, status=status)
