"""A shopper's cases: the list, a new one, and the thread of each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from orders.access import get_case_for, get_paid_line_for
from orders.models import Case
from orders.selectors.cases import list_cases
from orders.services import cases
from shopfront.common.errors import DomainError
from shopfront.models import User


@login_required
@never_cache
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """List the cases of the account, newest first."""
    return render(
        request, "orders/case_list.html", {"cases": list_cases(_who(request))}
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest, line_id: str) -> HttpResponse:
    """Open a case about a line that this account paid for."""
    user = _who(request)
    line = get_paid_line_for(user, line_id)
    context = {"line": line, "text": request.POST.get("text", "")}
    if request.method == "POST":
        try:
            case = cases.open_case(
                user,
                text=request.POST.get("text", ""),
                kind=Case.Kind.COMPLAINT,
                market=line.order.market,
                line=line,
            )
        except DomainError as refusal:
            context["refusal"] = refusal.message
        else:
            return redirect(case)
    return render(request, "orders/case_new.html", context)


@login_required
@never_cache
@require_safe
def case_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the thread of a case to the shopper whose it is."""
    case = get_case_for(request.user, public_id)
    context = {"case": case, "letters": case.messages.all()}
    return render(request, "orders/case_detail.html", context)


@login_required
@require_POST
def case_write(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a letter of the shopper to the thread."""
    case = get_case_for(request.user, public_id)
    try:
        cases.write_in_case(case, by=_who(request), text=request.POST.get("text", ""))
    except DomainError as refusal:
        context = {
            "case": case,
            "letters": case.messages.all(),
            "refusal": refusal.message,
        }
        return render(request, "orders/case_detail.html", context, status=400)
    return redirect(case)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
