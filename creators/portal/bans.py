"""Bans from all shows of a creator, and lists shared with other creators (C4)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creators.models import Creator
from creators.portal.guards import for_creators
from creators.selectors.public import find_public_creator
from livestreams.access.moderation import get_ban_for, get_share_for
from livestreams.selectors.ban_lists import list_bans, list_given, list_taken
from livestreams.services import ban_lists, sanctions
from shopfront.common.errors import DomainError

Act = Callable[[HttpRequest, Creator], str]


@require_safe
@for_creators
def bans(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show who is banned from all shows, and which lists are shared."""
    context = {
        "bans": list_bans(creator),
        "given": list_given(creator),
        "taken": list_taken(creator),
        "zone": creator.market.time_zone,
    }
    response = render(request, "creators/ban_list.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_creators
def change(request: HttpRequest, creator: Creator, act: str) -> HttpResponse:
    """Lift a ban; offer, accept or stop a shared list."""
    if act not in ACTS:
        raise Http404
    try:
        said = ACTS[act](request, creator)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("creators:bans")


def _lift(request: HttpRequest, creator: Creator) -> str:
    ban = get_ban_for(creator, request.POST.get("ban", ""))
    reason = _("Undone by the creator.")
    sanctions.lift_sanction(ban, by=creator.user, reason=reason)
    return _("They may come back, to the shows of those who share your list too.")


def _offer(request: HttpRequest, creator: Creator) -> str:
    handle = request.POST.get("handle", "").strip().removeprefix("@")
    ban_lists.offer_list(creator, find_public_creator(handle))
    return _("Offered. It has effect once they accept.")


def _accept(request: HttpRequest, creator: Creator) -> str:
    share = get_share_for(creator, request.POST.get("share", ""))
    ban_lists.accept_list(share, by=creator)
    return _("Accepted. These bans hold in your shows too.")


def _stop(request: HttpRequest, creator: Creator) -> str:
    share = get_share_for(creator, request.POST.get("share", ""))
    ban_lists.stop_list(share, by=creator)
    return _("Stopped. The list is not shared any more.")


ACTS: dict[str, Act] = {
    "lift": _lift,
    "offer": _offer,
    "accept": _accept,
    "stop": _stop,
}
