"""The part of an order's page that shows where in a show its lines were bought."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from livestreams.selectors.evidence import list_bought_on_air
from orders.access import get_case_for, get_order_for
from shopfront.common.http import find_browser_key, find_person


@never_cache
@require_safe
def order_on_air(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show, as a part of a page, the moments at which an order was bought."""
    user = find_person(request)
    token = request.GET.get("token", "")
    order = get_order_for(user, find_browser_key(request), public_id, token)
    context = {"moments": list_bought_on_air(order, user), "order": order}
    return render(request, "livestreams/order_on_air.html", context)


@login_required
@never_cache
@require_safe
def case_on_air(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show, as a part of a case's page, the moment that its line was bought at."""
    case = get_case_for(request.user, public_id)
    moments = []
    if case.line is not None:
        user = find_person(request)
        moments = list_bought_on_air(case.line.order, user, line=case.line)
    context = {"moments": moments, "order": case.line.order if case.line else None}
    return render(request, "livestreams/order_on_air.html", context)
