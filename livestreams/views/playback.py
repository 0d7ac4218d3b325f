"""A fresh token for a player whose own has run out."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from livestreams.access.playback import find_playback, find_replay
from livestreams.access.shows import get_livestream_for
from livestreams.errors import PictureMissing


@never_cache
@require_safe
def renew_playback(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer the token with which this person's player goes on."""
    livestream = get_livestream_for(request.user, public_id)
    playback = find_playback(livestream, request.user) or find_replay(
        livestream, request.user
    )
    if playback is None:
        raise PictureMissing
    return JsonResponse({"token": playback.token, "class": playback.kind})
