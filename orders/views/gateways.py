"""Where gateways reach us, and the pretended bank's own page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from orders.access import get_sandbox_charge
from orders.errors import (
    ChargeMissing,
    GatewayMissing,
    GatewayUnreachable,
    NoticeForged,
)
from orders.gateways import get_gateway
from orders.services.reconciling import take_notice
from orders.services.sandbox import answer_authentication
from shopfront.common.money import Money


@csrf_exempt
@require_POST
def payment_notice(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take a gateway's webhook."""
    try:
        is_ours = take_notice(gateway, request.body, dict(request.headers))
    except (NoticeForged, GatewayMissing) as error:
        return JsonResponse({"code": error.code}, status=error.status)
    except GatewayUnreachable as error:
        return JsonResponse({"code": error.code}, status=503)
    return JsonResponse({"taken": is_ours})


@require_http_methods(["GET", "POST"])
@never_cache
def sandbox_authenticate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Be the pretended bank's page, where a shopper approves or refuses."""
    try:
        get_gateway("sandbox")
    except GatewayMissing:
        raise ChargeMissing from None
    charge = get_sandbox_charge(public_id)
    if request.method == "POST":
        is_approved = request.POST.get("answer") == "approve"
        charge = answer_authentication(charge, is_approved=is_approved)
        return redirect(charge.return_url)
    amount = Money(charge.amount_minor, charge.currency)
    context = {"charge": charge, "amount": amount}
    return render(request, "orders/sandbox_authenticate.html", context)
