"""Shows in the portal: the calendar, a show's plan and shelf."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog.access import get_product_by_id
from catalog.models import Product, Veto
from catalog.selectors import search_products
from creators.models import Creator
from creators.portal.advice import describe_advice, describe_new
from creators.portal.forms import ShowForm, describe_plan
from creators.portal.funding import describe_funding
from creators.portal.guards import for_creators
from creators.portal.reports import render_report
from creators.portal.runs import PLANNED, describe_run
from creators.portal.vetoes import allow_on_plan, doubt_on_plan, refuse_on_plan
from creators.selectors.balances import sum_by_show
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.briefings import read_briefings
from livestreams.selectors.cast import list_cast
from livestreams.selectors.paying import list_unpaid
from livestreams.selectors.planner import (
    describe_planned,
    list_shows_ahead,
    list_shows_past,
)
from livestreams.selectors.studio import read_shelf
from livestreams.services import planning
from livestreams.services.rehearsals import open_rehearsal
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part, person_of

FOUND_SHOWN = 8
SHELF_ACTS = {
    "add": planning.shelve_product,
    "remove": planning.unshelve_product,
    "raise": planning.raise_product,
}


@require_safe
@for_creators
def show_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """List a creator's shows, ahead and over, with what each earned."""
    past = list_shows_past(creator.pk)
    earned = sum_by_show(creator, [show.public_id for show in past])
    context = {
        "zone": creator.market.time_zone,
        "ahead": list_shows_ahead(creator.pk),
        "past": [(show, earned.get(show.public_id)) for show in past],
    }
    return render(request, "creators/show_list.html", context)


@require_http_methods(["GET", "POST"])
@for_creators
def show_new(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Take the plan of a new show, then lead on to its shelf."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    form = ShowForm(
        request.POST or None,
        market=creator.market,
        initial={"starts_at": hour + dt.timedelta(days=1)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            show = planning.schedule_livestream(creator, form.plan())
        except DomainError as refusal:
            form.add_error("starts_at", refusal.message)
        else:
            messages.success(request, _("Saved. Now choose what you will show."))
            return redirect("creators:show-detail", show.public_id)
    context = {"form": form} | describe_new(creator, form)
    return render(request, "creators/show_new.html", context)


@require_http_methods(["GET", "POST"])
@for_creators
def show_detail(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Show a plan to edit until the start; after the end, the report."""
    show = get_own_livestream_for(creator, public_id)
    if show.rehearsal_of is not None:
        return redirect("creators:show-detail", show.rehearsal_of.public_id)
    if show.state == Livestream.State.ENDED:
        return render_report(request, creator, show)
    form = ShowForm(
        request.POST or None, market=show.market, initial=describe_plan(show)
    )
    if request.method == "POST" and form.is_valid():
        moves = show.calendar_sequence
        try:
            planning.change_livestream(show, form.plan())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            is_moved = show.calendar_sequence != moves
            messages.success(request, _say_saved(is_moved=is_moved))
            return redirect("creators:show-detail", public_id)
    context = _describe_shelf(request, show)
    context |= describe_run(show, context["shelf"])
    context |= {
        "advice": describe_advice(show),
        "advice_address": reverse("creators:plan-advice", args=[public_id]),
        "briefings": read_briefings(show),
        "cast": list_cast(show),
        "form": form,
        "planned": describe_planned(show),
        "funding": describe_funding(show, creator),
    }
    return render(request, "creators/show_detail.html", context)


def _say_saved(*, is_moved: bool) -> str:
    if is_moved:
        return _("Saved. Who waits for the show is told the new time.")
    return _("Saved.")


@require_POST
@for_creators
def rehearse(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Open a show's rehearsal and lead to its studio."""
    show = get_own_livestream_for(creator, public_id)
    try:
        rehearsal = open_rehearsal(show)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("creators:show-detail", public_id)
    return redirect("creators:studio", rehearsal.public_id)


@require_POST
@for_creators
def call_off(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Call a planned show off, once the host has ticked that they mean it."""
    show = get_own_livestream_for(creator, public_id)
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick the box if the show is to be called off."))
        return redirect("creators:show-detail", public_id)
    try:
        planning.call_off_livestream(
            show, by=person_of(request), reason=request.POST.get("reason", "")
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("creators:show-detail", public_id)
    messages.success(request, _("Called off. Who wanted a reminder gets a letter."))
    return redirect("creators:show-list")


@require_safe
@for_creators
def shelf_search(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Answer the products that fit the words, as a part of the plan's page."""
    show = get_own_livestream_for(creator, public_id)
    return render(request, "creators/_shelf.html", _describe_shelf(request, show))


@require_POST
@for_creators
def shelf_change(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Add, remove or raise a product of a planned shelf, refuse, allow or doubt it."""
    show = get_own_livestream_for(creator, public_id)
    product = get_product_by_id(request.POST.get("product", ""))
    error: DomainError | None = None
    try:
        _change_shelf(request, show, product)
    except DomainError as refusal:
        error = refusal
    if is_part(request):
        context = _describe_shelf(request, show) | {"error": error}
        response = render(request, "creators/_shelf.html", context)
        response["HX-Trigger"] = PLANNED
        return response
    if error is not None:
        messages.error(request, error.message)
    return redirect("creators:show-detail", public_id)


def _change_shelf(request: HttpRequest, show: Livestream, product: Product) -> None:
    name = request.POST.get("act", "")
    if name == "refuse":
        refuse_on_plan(request, show, product)
    elif name == "allow":
        allow_on_plan(show, product)
    elif name == "doubt":
        doubt_on_plan(request, show, product)
    else:
        SHELF_ACTS.get(name, planning.shelve_product)(show, product)


def _describe_shelf(request: HttpRequest, show: Livestream) -> dict[str, Any]:
    words = (request.POST.get("q") or request.GET.get("q") or "").strip()
    shelf = read_shelf(show)
    shelved = {item.card.public_id for item in shelf.items}
    found = search_products(words, show.market, limit=FOUND_SHOWN) if words else []
    return {
        "show": show,
        "zone": show.market.time_zone,
        "shelf": shelf,
        "unpaid": list_unpaid(show, [*shelved, *(card.public_id for card in found)]),
        "words": words,
        "found": [(card, card.public_id in shelved) for card in found],
        "may_edit": show.state == Livestream.State.SCHEDULED,
        "veto_reasons": Veto.Reason.choices,
    }
