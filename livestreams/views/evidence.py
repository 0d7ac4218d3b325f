"""Where in a show the lines of an order were bought: part of its page, or a page."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from livestreams.selectors.evidence import BoughtOnAir, list_bought_on_air
from orders.access import get_case_for, get_order_for
from orders.models import Case, Order
from shopfront.common.http import find_browser_key, find_person, is_part


@never_cache
@require_safe
def order_on_air(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the moments at which an order was bought."""
    user = find_person(request)
    token = request.GET.get("token", "")
    order = get_order_for(user, find_browser_key(request), public_id, token)
    return _show(request, list_bought_on_air(order, user), order, of=order)


@login_required
@never_cache
@require_safe
def case_on_air(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the moment that the line of a case was bought at."""
    case = get_case_for(request.user, public_id)
    line = case.line
    if line is None:
        return _show(request, [], None, of=case)
    moments = list_bought_on_air(line.order, find_person(request), line=line)
    return _show(request, moments, line.order, of=case)


def _show(
    request: HttpRequest,
    moments: Sequence[BoughtOnAir],
    order: Order | None,
    *,
    of: Order | Case,
) -> HttpResponse:
    """Answer a part where htmx asks for one, else a page that leads back."""
    context: dict[str, object] = {"moments": moments, "order": order}
    if is_part(request):
        return render(request, "livestreams/order_on_air.html", context)
    name = _("Case %(number)s") if isinstance(of, Case) else _("Order %(number)s")
    token = request.GET.get("token", "")
    way = f"?{urlencode({'token': token})}" if token else ""
    context |= {
        "heading": name % {"number": of.number},
        "back": of.get_absolute_url() + way,
    }
    return render(request, "livestreams/on_air_page.html", context)
