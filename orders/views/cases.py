"""Cases: the lists of shopper and brand, a new one, and the thread of each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from orders.access import find_side, get_case_for, get_paid_line_for
from orders.models import Case, CaseMessage
from orders.selectors.cases import list_brand_cases, list_cases, list_letters
from orders.services import cases
from orders.views.common import new_key
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@login_required
@never_cache
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """List the cases of the account, then those of its brands, newest first."""
    user = person_of(request)
    context = {"cases": list_cases(user), "brand_cases": list_brand_cases(user)}
    return render(request, "orders/case_list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest, line_id: str) -> HttpResponse:
    """Open a case about a line that this account paid for."""
    user = person_of(request)
    line = get_paid_line_for(user, line_id)
    context = {
        "line": line,
        "kinds": Case.Kind.choices,
        "kind": request.POST.get("kind", Case.Kind.COMPLAINT),
        "text": request.POST.get("text", ""),
        "key": request.POST.get("key") or new_key(),
    }
    if request.method != "POST":
        return render(request, "orders/case_new.html", context)
    try:
        case = cases.open_case_on(
            line,
            by=user,
            text=request.POST.get("text", ""),
            kind=request.POST.get("kind", ""),
            key=request.POST.get("key", ""),
        )
    except DomainError as refusal:
        context |= {"refusal": refusal.message, "key": new_key()}
        return render(request, "orders/case_new.html", context, status=400)
    return redirect(case)


@login_required
@never_cache
@require_safe
def case_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the thread of a case to its shopper, its brand and staff."""
    return _show(request, get_case_for(request.user, public_id))


@login_required
@require_POST
def case_write(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a letter to the thread, from the side on which this person stands."""
    case = get_case_for(request.user, public_id)
    side = find_side(request.user, case)
    assert side is not None
    try:
        cases.write_in_case(
            case, by=person_of(request), text=request.POST.get("text", ""), side=side
        )
    except DomainError as refusal:
        return _show(request, case, refusal)
    return redirect(case)


@login_required
@require_POST
def case_close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close a case, by the shopper for whom it is settled."""
    case = get_case_for(request.user, public_id)
    user = person_of(request)
    if case.user_id == user.pk:
        words = _("This is settled for me.")
        cases.close_case(case, by=user, reason=words, side=CaseMessage.Side.SHOPPER)
    return redirect(case)


def _show(
    request: HttpRequest, case: Case, refusal: DomainError | None = None
) -> HttpResponse:
    context = {
        "case": case,
        "letters": list_letters(case),
        "is_own": case.user_id == person_of(request).pk,
        "refusal": refusal.message if refusal else "",
    }
    status = 400 if refusal else 200
    return render(request, "orders/case_detail.html", context, status=status)
