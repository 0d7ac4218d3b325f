"""Taking everything along: asked for, watched while it is made, fetched (P8)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from creators.models import Creator
from creators.portal.guards import for_leavers
from livestreams.access.takealong import get_take_along_url
from livestreams.selectors.takealong import count_sharing, find_newest, read_holdings
from livestreams.services.takealong import ask_for_take_along, drop_take_along
from shopfront.common import clock
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@for_leavers
def take_along(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Say what goes along, and take the wish for it."""
    if request.method == "POST":
        ask_for_take_along(creator, by=person_of(request))
        messages.success(request, _("Your file is being made. You may leave the page."))
        return redirect("creators:take-along")
    holdings = read_holdings(creator)
    context = _describe(creator) | {
        "replays": len(holdings.recordings),
        "clips": len(holdings.clips),
        "bytes_count": holdings.bytes_count,
        "followers": count_sharing(creator),
    }
    return _keep_private(render(request, "creators/take_along.html", context))


@require_safe
@for_leavers
def show_state(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Answer how far the file is, as a part of the page."""
    context = _describe(creator)
    return _keep_private(render(request, "creators/_take_along.html", context))


@require_POST
@for_leavers
def delete(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Delete the file before its time."""
    newest = find_newest(creator)
    if newest is not None:
        drop_take_along(newest)
        messages.success(request, _("The file is deleted."))
    return redirect("creators:take-along")


def _describe(creator: Creator) -> dict[str, object]:
    newest = find_newest(creator)
    has_file = newest is not None and newest.has_file(clock.now())
    return {
        "zone": creator.market.time_zone,
        "newest": newest,
        "address": get_take_along_url(newest) if newest and has_file else "",
    }


def _keep_private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
