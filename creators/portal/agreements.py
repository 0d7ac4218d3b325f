"""Agreements and the market's terms: what holds, what is offered, what was promised."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from creators.access import get_agreement_for
from creators.models import Agreement, Creator
from creators.portal.guards import for_creators
from creators.selectors.agreements import list_agreements
from creators.selectors.guarantees import list_guarantees
from creators.selectors.pay import Pay, measure_pay
from creators.selectors.terms import (
    find_consent,
    find_terms,
    find_terms_to_accept,
    list_coming_terms,
)
from creators.services.agreements import accept_agreement, decline_agreement
from creators.services.terms import accept_terms
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of, read_way_back
from shopfront.markets import find_rules

PER_PAGE = 25
GUARANTEES_SHOWN = 20


@require_safe
@for_creators
def agreement_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show agreements by version with what they pay, and guarantees of shows."""
    now = clock.now()
    page = Paginator(list_agreements(creator), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "zone": creator.market.time_zone,
        "now": now,
        "page": page,
        "rows": measure_agreements(page.object_list, creator),
        "guarantees": list_guarantees(creator)[:GUARANTEES_SHOWN],
        "terms_wait": find_terms_to_accept(creator, now),
    }
    return render(request, "creators/agreement_list.html", context)


def measure_agreements(
    agreements: Iterable[Agreement], creator: Creator
) -> list[tuple[Agreement, Pay | None]]:
    """Return agreements with what each pays by the rules of today; one query."""
    market = creator.market
    rules = find_rules(market, clock.now())
    return [
        (row, measure_pay(row, rules=rules, currency=market.currency))
        if rules
        else (row, None)
        for row in agreements
    ]


@require_POST
@for_creators
def agreement_answer(
    request: HttpRequest, creator: Creator, public_id: str, answer: str
) -> HttpResponse:
    """Accept or decline an agreement on offer; a refusal is told where one came from.

    The old address of a yes stays: `agreements/<id>/accept/`.
    """
    agreement = get_agreement_for(creator, public_id)
    act = accept_agreement if answer == "accept" else decline_agreement
    try:
        act(agreement, by=person_of(request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("creators:agreement-list")
    if answer == "accept":
        messages.success(request, _("Agreement accepted. It counts from now on."))
        return redirect("creators:overview")
    messages.success(request, _("Declined. It changes nothing else."))
    return redirect("creators:agreement-list")


@require_http_methods(["GET", "POST"])
@for_creators
def market_terms(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show the terms that hold and those to come, and keep a yes to a version.

    Who came from a page that needs the yes (`next`) is led back there.
    """
    now = clock.now()
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            accept_terms(creator, version=int(version) if version.isdecimal() else 0)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect(request.get_full_path())
        messages.success(request, _("Thank you. Your yes is kept with its date."))
        return redirect(read_way_back(request) or "creators:market-terms")
    found = [find_terms(creator.market, now), *list_coming_terms(creator.market, now)]
    context = {
        "zone": creator.market.time_zone,
        "versions": [(terms, find_consent(creator, terms)) for terms in found if terms],
        "now": now,
    }
    return render(request, "creators/market_terms.html", context)
