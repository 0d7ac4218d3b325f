"""The shopper's orders: the list, and each one's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from orders.access import get_order_for
from orders.models import Order
from orders.selectors.orders import get_order_page, list_orders
from orders.views.common import find_shopper
from shopfront.common.http import find_browser_key
from shopfront.models import User


@require_GET
@never_cache
def order_list(request: HttpRequest) -> HttpResponse:
    """List the orders of the account, or of a guest's browser."""
    shopper = find_shopper(request)
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1
    page = list_orders(shopper, page=number) if shopper is not None else None
    return render(request, "orders/order_list.html", {"page": page})


@require_GET
@never_cache
def order_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an order to its account, its browser, or whoever has its link."""
    user = request.user if isinstance(request.user, User) else None
    token = request.GET.get("token", "")
    order = get_order_for(user, find_browser_key(request), public_id, token)
    can_pay = order.state == Order.State.PENDING and not token
    context = {"order": get_order_page(order), "can_pay": can_pay}
    return render(request, "orders/order_detail.html", context)
