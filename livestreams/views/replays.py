"""The replay of a show, and the chat that goes with its picture."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from creators.selectors.follows import read_follow
from livestreams.access.playback import find_replay
from livestreams.access.shows import ON_CAMERA, find_role, get_livestream_for
from livestreams.access.sources import Surface
from livestreams.errors import ReplayMissing
from livestreams.models import Livestream
from livestreams.selectors.clips import list_clips_of
from livestreams.selectors.polls import list_results
from livestreams.selectors.questions import list_answered
from livestreams.selectors.replays import list_chapters, list_chat_between
from livestreams.selectors.shelves import list_shelf, list_shelf_bundles
from livestreams.selectors.tiles import describe_show
from livestreams.services.replay_views import note_view
from livestreams.views.common import BODY, HEAD, answer_show
from shopfront.common.http import ensure_browser_key, find_person
from shopfront.common.sharing import Onlooker, finish


@require_safe
def show_replay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the recording of a show that is over, and its products at today's price."""
    livestream = get_livestream_for(request.user, public_id)
    if livestream.state != Livestream.State.ENDED:
        return redirect("livestreams:livestream-watch", public_id)
    if find_replay(livestream) is None:
        raise ReplayMissing
    ensure_browser_key(request)
    market, surface = livestream.market, Surface.REPLAY
    show = describe_show(livestream)
    shelf = list_shelf(public_id, market, surface=surface)
    context = {
        "livestream": livestream,
        "follow": read_follow(livestream.creator, request.user),
        "user": Onlooker.of(request.user),
        "viewer": request.user,
        "show": show,
        "address": show.replay_url,
        "checkout": request.GET.get("checkout", "")[:16],
        "shelf": shelf,
        "bundles": list_shelf_bundles(public_id, market, shelf, surface=surface),
        "chapters": list_chapters(livestream),
        "answered": list_answered(livestream),
        "results": list_results(livestream),
        "clips": list_clips_of(livestream),
        "views": livestream.recording.views_total,
        "available_until": livestream.recording.expires_at,
        "is_replay": True,
    }
    return answer_show(
        request,
        {"livestream": livestream, "show": show, "is_replay": True},
        head=finish(HEAD, context),
        body=finish(BODY, context, gaps=("csrf_token", "now")),
    )


@require_POST
@never_cache
def count_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Count somebody who watched five seconds of a replay."""
    livestream = get_livestream_for(request.user, public_id)
    if find_replay(livestream, request.user) is None:
        raise ReplayMissing
    user = find_person(request)
    note_view(livestream, user=user, browser_key=ensure_browser_key(request))
    return HttpResponse(status=204)


@require_safe
def show_chat(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer what was said between two moments of a replay's picture, in ms."""
    livestream = get_livestream_for(request.user, public_id)
    if find_replay(livestream, request.user) is None:
        raise ReplayMissing
    after, until = (_read_moment(request, name) for name in ("from", "until"))
    is_calm = find_role(request.user, livestream) in ON_CAMERA
    lines = list_chat_between(livestream, after, until, is_calm=is_calm)
    response = JsonResponse({"lines": lines})
    response["Cache-Control"] = "private, no-store"
    return response


def _read_moment(request: HttpRequest, name: str) -> dt.datetime:
    text = request.GET.get(name, "")
    if not text.isdecimal() or len(text) > 13:
        raise ReplayMissing
    return dt.datetime.fromtimestamp(int(text) / 1000, tz=dt.UTC)
