"""Captions of a show: as a file for players, and lines from a recogniser."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from livestreams.access.captions import get_captioned_livestream, get_captions_of
from livestreams.access.shows import get_livestream_for
from livestreams.errors import CaptionsMistimed
from livestreams.protocol.webvtt import Cue
from livestreams.selectors.captions import write_captions
from livestreams.services.captions import add_cues

MOST_BYTES = 64_000
BEARER = "Bearer "


@require_safe
def show_captions(request: HttpRequest, public_id: str, language: str) -> HttpResponse:
    """Answer a show's captions in one language as WebVTT."""
    livestream = get_livestream_for(request.user, public_id)
    track = get_captions_of(livestream, language)
    text = write_captions(livestream, track)
    response = HttpResponse(text, content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "private, max-age=30"
    return response


@csrf_exempt
@require_POST
def take_captions(request: HttpRequest, public_id: str, language: str) -> JsonResponse:
    """Take lines of a recogniser: `{"cues": [{"from_ms", "until_ms", "text"}]}`.

    The key of the show stands in the header `Authorization: Bearer <key>`.
    """
    header = request.headers.get("Authorization", "")
    key = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
    livestream = get_captioned_livestream(public_id, key)
    return JsonResponse({"added": add_cues(livestream, language, _read(request))})


def _read(request: HttpRequest) -> list[Cue]:
    if len(request.body) > MOST_BYTES:
        raise CaptionsMistimed
    try:
        cues: list[dict[str, Any]] = orjson.loads(request.body)["cues"]
        return [_read_cue(cue) for cue in cues]
    except (ValueError, TypeError, KeyError) as error:
        raise CaptionsMistimed from error


def _read_cue(cue: dict[str, Any]) -> Cue:
    from_ms, until_ms, text = cue["from_ms"], cue["until_ms"], cue["text"]
    if type(from_ms) is not int or type(until_ms) is not int or type(text) is not str:
        raise TypeError
    return Cue(from_ms, until_ms, text)
