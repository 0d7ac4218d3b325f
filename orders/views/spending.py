"""A shopper's own spending: the overview, limits, and pauses from buying."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders.errors import BadLimit
from orders.models import SpendLimit
from orders.services import spending
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.markets import get_current_market


@login_required
@never_cache
@require_safe
def spending_page(request: HttpRequest) -> HttpResponse:
    """Show what the account spent, and what it allows itself."""
    return _show(request)


@login_required
@never_cache
@require_POST
def change_limits(request: HttpRequest) -> HttpResponse:
    """Set the limits as they were typed; looser ones wait a day."""
    try:
        wanted = {
            period: _read_amount(request.POST.get(period, ""))
            for period in SpendLimit.Period.values
        }
    except DomainError as error:
        return _show(request, error)
    for period, amount in wanted.items():
        spending.set_limit(person_of(request), period, amount)
    messages.success(request, _("Saved. A higher limit holds after 24 hours."))
    return redirect("orders:spending")


@login_required
@never_cache
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Buy nothing for some days."""
    days = request.POST.get("days", "")
    try:
        spending.pause_buying(
            person_of(request), int(days) if days.isdecimal() and len(days) < 4 else 0
        )
    except DomainError as error:
        return _show(request, error)
    return redirect("orders:spending")


def _show(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    user, market = person_of(request), get_current_market(request)
    context = {
        "periods": spending.list_spending(user, market.currency),
        "currency": market.currency,
        "pause": spending.find_pause(user),
        "pauses": sorted(spending.PAUSES),
        "zone": market.time_zone,
        "refusal": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "orders/spending_detail.html", context, status=status)


def _read_amount(text: str) -> int | None:
    """Read an amount in major units as minor ones; None where nothing is typed."""
    clean = text.strip().replace(",", ".")
    if not clean:
        return None
    try:
        minor = Decimal(clean) * 100
    except InvalidOperation:
        raise BadLimit from None
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise BadLimit
    if not 0 <= minor <= spending.MOST_MINOR:
        raise BadLimit
    return int(minor)
