"""Guarantees paid in: the list of a brand's people, the page behind a signed link."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from creators.models import Guarantee
from orders.access import (
    get_guarantee_by_link,
    list_guarantees_for,
    mint_funding_link,
)
from orders.errors import TooFast
from orders.gateways import get_gateway
from orders.selectors.fundings import find_last_funding, get_funding_page
from orders.services.fundings import (
    FundingStep,
    give_up_funding,
    refresh_funding,
    start_funding,
)
from orders.views.common import new_key
from shopfront.common import clock, limits
from shopfront.common.errors import DomainError
from shopfront.common.http import find_person, person_of


@require_safe
@login_required
@never_cache
def funding_list(request: HttpRequest) -> HttpResponse:
    """List the guarantees that wait for money of one's brands."""
    rows = list_guarantees_for(person_of(request))
    guarantees = [(row, mint_funding_link(row)) for row in rows]
    return render(request, "orders/funding_list.html", {"guarantees": guarantees})


@require_safe
@never_cache
def funding_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a guarantee misses, the bank details and the ways to pay by card."""
    guarantee = get_guarantee_by_link(code)
    last = find_last_funding(guarantee)
    if last is not None:
        refresh_funding(last)
        guarantee.refresh_from_db()
    return _show(request, guarantee, code)


@require_POST
@never_cache
def funding_pay(request: HttpRequest, code: str) -> HttpResponse:
    """Pay what is missing by card."""
    guarantee = get_guarantee_by_link(code)
    now = clock.now().timestamp()
    bucket = f"fund:{guarantee.public_id}"
    try:
        if not limits.take_token(bucket, per_second=0.2, burst=8, at=now, closed=True):
            raise TooFast
        person = find_person(request)
        step = start_funding(
            guarantee,
            method=request.POST.get("method", ""),
            key=request.POST.get("key", ""),
            return_url=_address(request, code),
            email=person.email if person else "",
        )
    except DomainError as refusal:
        guarantee.refresh_from_db()
        return _show(request, guarantee, code, refusal)
    return _go_on(request, step, code)


@require_POST
@never_cache
def funding_bank(request: HttpRequest, code: str) -> HttpResponse:
    """Lead once more to the bank that waits for the payer."""
    last = find_last_funding(get_guarantee_by_link(code))
    if last is None:
        return redirect("orders:funding", code)
    return _go_on(request, refresh_funding(last), code)


@require_POST
@never_cache
def funding_cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give up a payment that is not decided, to pay another way."""
    last = find_last_funding(get_guarantee_by_link(code))
    if last is not None:
        give_up_funding(last)
    return redirect("orders:funding", code)


def _go_on(request: HttpRequest, step: FundingStep, code: str) -> HttpResponse:
    return redirect(step.action_url or _address(request, code))


def _address(request: HttpRequest, code: str) -> str:
    return request.build_absolute_uri(reverse("orders:funding", args=[code]))


def _show(
    request: HttpRequest,
    guarantee: Guarantee,
    code: str,
    refusal: DomainError | None = None,
) -> HttpResponse:
    page = get_funding_page(guarantee)
    gateway = get_gateway()
    manners = gateway.describe()
    methods = gateway.list_methods() if page.is_open and not page.is_undecided else ()
    context = {
        "page": page,
        "guarantee": guarantee,
        "zone": guarantee.creator.market.time_zone,
        "code": code,
        "key": new_key(),
        "totals": {"total": guarantee.missing},
        "error": refusal,
        "offer": {
            "cards": [],
            "usual": [method for method in methods if not method.is_rare],
            "rare": [method for method in methods if method.is_rare],
            "script": manners.script,
            "is_test": manners.is_test,
            "keeps_cards": False,
        },
    }
    status = refusal.status if refusal is not None else 200
    return render(request, "orders/funding_detail.html", context, status=status)
