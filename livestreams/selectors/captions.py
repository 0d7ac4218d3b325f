"""Captions as players and the portal read them."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language_info

from livestreams.models import CaptionChannel, CaptionTrack, Livestream
from livestreams.protocol.webvtt import Cue, write_webvtt

MOMENT, RECORDING = "moment", "recording"


@dataclass(frozen=True, slots=True)
class CaptionChoice:
    """Captions that a viewer may choose."""

    language: str
    label: str
    url: str
    basis: str
    """What its times count from: the recording's start, or a moment (`from_ms`)."""
    from_ms: int
    origin: str
    line_count: int


def list_captions(livestream: Livestream) -> list[CaptionChoice]:
    """Return the captions of a show by language; one query."""
    tracks = CaptionTrack.objects.filter(livestream=livestream)
    return [
        CaptionChoice(
            language=track.language,
            label=capfirst(get_language_info(track.language)["name_local"]),
            url=reverse(
                "livestreams:captions-file", args=[livestream.public_id, track.language]
            ),
            basis=RECORDING if track.origin == CaptionTrack.Origin.UPLOAD else MOMENT,
            from_ms=_find_start(livestream, track),
            origin=track.get_origin_display(),
            line_count=vars(track)["line_count"],
        )
        for track in tracks.annotate(line_count=Count("cues"))
    ]


def find_channel_languages(livestream: Livestream) -> dict[int, str]:
    """Return the language of each caption channel in the picture that is shown.

    One query; CC1 is in the show's language where nobody said otherwise.
    """
    rows = CaptionChannel.objects.filter(livestream=livestream)
    said = {1: livestream.language.partition("-")[0]}
    said.update(rows.values_list("number", "language"))
    return {number: language for number, language in said.items() if language}


def write_captions(livestream: Livestream, track: CaptionTrack) -> str:
    """Return captions as WebVTT, counted from the show's start; one query."""
    start = _find_start(livestream, track)
    rows = track.cues.values_list("from_ms", "until_ms", "text")
    return write_webvtt(
        Cue(from_ms - start, until_ms - start, text)
        for from_ms, until_ms, text in rows
        if until_ms > start
    )


def _find_start(livestream: Livestream, track: CaptionTrack) -> int:
    if track.origin == CaptionTrack.Origin.UPLOAD or livestream.started_at is None:
        return 0
    return int(livestream.started_at.timestamp() * 1000)
