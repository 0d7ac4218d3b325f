"""The page of a clip."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from livestreams.access.clips import get_clip_for
from livestreams.access.playback import find_replay, get_clip_url
from livestreams.selectors.clips import find_clip_poster, list_clip_shelf
from livestreams.selectors.tiles import describe_show
from shopfront.common.http import find_person


@require_safe
def show_clip(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a clip with its label and products at today's price."""
    clip = get_clip_for(request.user, public_id)
    context = {
        "clip": clip,
        "show": describe_show(clip.livestream),
        "video": get_clip_url(clip, request.user),
        "poster": find_clip_poster(clip, find_person(request)),
        "shelf": list_clip_shelf(clip),
        "has_replay": find_replay(clip.livestream) is not None,
    }
    response = render(request, "livestreams/clip_detail.html", context)
    # The page holds signed addresses of its own: no cache may hand it to another.
    response["Cache-Control"] = "private, no-store"
    return response
