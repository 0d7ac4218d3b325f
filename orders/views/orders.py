"""The shopper's orders: the list, and each one's page."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.access import get_invoice_of, get_order_for
from orders.models import Case, Order
from orders.selectors.cases import list_cases_of
from orders.selectors.invoices import list_invoices, render_invoice
from orders.selectors.orders import get_order_page, list_orders
from orders.selectors.timeline import list_moments
from orders.selectors.withdrawals import find_withdrawal_end
from orders.services.cancelling import cancel_pieces
from orders.services.withdrawing import can_withdraw
from orders.views.common import find_shopper, new_key
from shopfront.common.errors import DomainError
from shopfront.common.http import find_browser_key, find_person


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
    token = request.GET.get("token", "")
    return _show(request, get_asked_order(request, public_id, token), token)


@require_POST
@never_cache
def order_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel what has not been sent of the shopper's own order."""
    token = request.POST.get("token", "")
    order = get_asked_order(request, public_id, token)
    user = find_person(request)
    try:
        cancel_pieces(
            order,
            by=user,
            reason="by the shopper",
            key=request.POST.get("key", ""),
        )
    except DomainError as error:
        return _show(request, order, token, refusal=error)
    query = f"?{urlencode({'token': token})}" if token else ""
    return redirect(f"{order.get_absolute_url()}{query}")


@require_GET
@never_cache
def order_invoice(
    request: HttpRequest, public_id: str, document_id: str = ""
) -> HttpResponse:
    """Answer an order's invoice or credit note as PDF."""
    order = get_asked_order(request, public_id, request.GET.get("token", ""))
    invoice = get_invoice_of(order, document_id)
    response = HttpResponse(render_invoice(invoice), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{invoice.name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def get_asked_order(request: HttpRequest, public_id: str, token: str) -> Order:
    """Return an order for its account, its browser, or whoever has its link."""
    user = find_person(request)
    return get_order_for(user, find_browser_key(request), public_id, token)


def _find_cases(request: HttpRequest, order: Order) -> "Iterable[Case]":
    """Return the cases of an order to the account that wrote them."""
    is_own = order.user_id is not None and order.user_id == request.user.pk
    return list_cases_of(order) if is_own else ()


def _show(
    request: HttpRequest, order: Order, token: str, refusal: DomainError | None = None
) -> HttpResponse:
    page = get_order_page(order)
    end = find_withdrawal_end(page)
    is_paid = page.state == Order.State.PAID
    context = {
        "order": page,
        "moments": list_moments(page),
        "invoices": list_invoices(page),
        "can_pay": page.state == Order.State.PENDING and not token,
        "can_cancel": is_paid and any(line.unsent_count for line in page.lines.all()),
        "cancel_key": new_key(),
        "cases": _find_cases(request, page),
        "can_withdraw": can_withdraw(page),
        "withdrawal_last": end - dt.timedelta(seconds=1) if end else None,
        "token": token,
        "refusal": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "orders/order_detail.html", context, status=status)
