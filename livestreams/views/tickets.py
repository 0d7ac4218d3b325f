"""Tickets to the room, for pages whose own ran out."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from livestreams.access.shows import get_livestream_for
from livestreams.access.tickets import LIFETIME, mint_ticket
from shopfront.common.http import ensure_browser_key


@require_POST
@never_cache
def mint_room_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer a fresh ticket to this room for whoever asks."""
    livestream = get_livestream_for(request.user, public_id)
    ticket = mint_ticket(
        livestream, user=request.user, browser_key=ensure_browser_key(request)
    )
    return JsonResponse({"ticket": ticket, "seconds": LIFETIME})
