"""Giveaways: the list, the page with rules and proof, the entry, the draw's data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from livestreams.access.giveaways import get_giveaway_for
from livestreams.errors.giveaways import GiveawayNotOver
from livestreams.models import Giveaway
from livestreams.selectors import giveaways as reads
from livestreams.services.giveaways import enter_giveaway
from shopfront.common.http import ask_to_sign_in, find_person
from shopfront.markets import get_current_market


@never_cache
@require_safe
def giveaway_list(request: HttpRequest) -> HttpResponse:
    """List the giveaways of a market."""
    context = {"giveaways": reads.list_giveaways(get_current_market(request))}
    return render(request, "livestreams/giveaway_list.html", context)


@never_cache
@require_safe
def giveaway_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what is given away, by which rules, and how it was drawn."""
    giveaway = get_giveaway_for(request.user, public_id)
    user = find_person(request)
    context = {"page": reads.get_giveaway_page(giveaway, user)}
    return render(request, "livestreams/giveaway_detail.html", context)


@never_cache
@require_POST
def giveaway_enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter, once."""
    giveaway = get_giveaway_for(request.user, public_id)
    person = find_person(request)
    if person is None:
        return ask_to_sign_in(request, giveaway.get_absolute_url())
    enter_giveaway(giveaway, user=person)
    messages.success(request, _("You are entered. We write to you if you win."))
    return redirect(giveaway)


@require_safe
def giveaway_draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer seed, list and published number as JSON, once it is drawn."""
    giveaway = get_giveaway_for(request.user, public_id)
    if giveaway.state != Giveaway.State.DRAWN:
        raise GiveawayNotOver
    return JsonResponse(reads.describe_draw(giveaway))
