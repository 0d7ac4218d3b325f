"""The two steps of a withdrawal: what and who, then the button that states it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.models import Order, OrderLine
from orders.selectors.orders import get_order_page
from orders.selectors.withdrawals import foresee_withdrawal
from orders.services.withdrawing import (
    count_withdrawable,
    withdraw,
)
from orders.views.common import new_key
from orders.views.orders import get_asked_order
from shopfront.common.errors import DomainError
from shopfront.common.http import find_person

CONFIRM = "confirm"
Left = list[tuple[OrderLine, int, int]]


@require_http_methods(["GET", "POST"])
@never_cache
def order_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask what the shopper withdraws from, show it, and take the statement."""
    token = request.POST.get("token") or request.GET.get("token", "")
    order = get_asked_order(request, public_id, token)
    if request.POST.get("step") == CONFIRM:
        try:
            withdraw(
                order,
                _read_wanted(request),
                name=request.POST.get("name", ""),
                email=request.POST.get("email", ""),
                by=find_person(request),
                key=request.POST.get("key", ""),
            )
        except DomainError as error:
            return _show(request, order, token, refusal=error)
        query = f"?{urlencode({'token': token})}" if token else ""
        return redirect(f"{order.get_absolute_url()}{query}")
    return _show(request, order, token)


def _show(
    request: HttpRequest, order: Order, token: str, refusal: DomainError | None = None
) -> HttpResponse:
    page = get_order_page(order)
    wanted = _read_wanted(request)
    is_second = request.method == "POST" and refusal is None and any(wanted.values())
    left: Left = [
        (line, most, min(wanted.get(line.public_id, most), most))
        for line in page.lines.all()
        if (most := count_withdrawable(line))
    ]
    context = {
        "order": page,
        "left": left,
        "parts": foresee_withdrawal((line, count) for line, _most, count in left),
        "is_second": is_second,
        "name": request.POST.get("name", page.address.get("name", "")),
        "email": request.POST.get("email", page.email),
        "key": new_key(),
        "token": token,
        "refusal": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "orders/order_withdraw.html", context, status=status)


def _read_wanted(request: HttpRequest) -> dict[str, int]:
    """Read pieces per line; what is no whole number is below any."""
    head = "pieces_"
    return {
        name.removeprefix(head): _read_count(str(value))
        for name, value in request.POST.items()
        if name.startswith(head)
    }


def _read_count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else -1
