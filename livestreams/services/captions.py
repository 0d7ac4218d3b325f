"""Captions: uploaded files, and lines that a recogniser adds while the show runs."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language_info

from livestreams.errors import CaptionsMistimed, CaptionsUploaded, LanguageUnknown
from livestreams.errors.captions import CaptionsInPicture
from livestreams.models import CaptionCue, CaptionTrack, Livestream
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import CaptionLine, CaptionsAdded
from livestreams.protocol.webvtt import MOST_TEXT, Cue, read_webvtt
from livestreams.services import room
from livestreams.services.price_claims import note_claims
from shopfront.common import clock
from shopfront.models import User

LANGUAGES = frozenset(code.partition("-")[0] for code, _ in settings.SPOKEN_LANGUAGES)
MOST_LASTING_MS = 15_000
MOST_LATE_MS = 120_000
MOST_EARLY_MS = 30_000
MOST_AT_ONCE = 50

Origin = CaptionTrack.Origin


def add_cues(livestream: Livestream, language: str, cues: Sequence[Cue]) -> int:
    """Add lines to a running show's captions and show them in its room.

    This is where an operator's recogniser comes in. Times are moments of the picture
    in milliseconds since 1970: the programme date-time of the frames that were heard.
    Returns how many lines were new.

    Raises:
        LanguageUnknown: the shop does not have this language.
        CaptionsMistimed: a line is empty or long, or of another time than now.
        CaptionsInPicture: the picture carries captions in this language.
        CaptionsUploaded: the show has an uploaded file in this language.

    Safe to repeat: a line of the same moment is added once.
    """
    _check_language(language)
    _check_cues(cues)
    with transaction.atomic():
        track, _ = CaptionTrack.objects.select_for_update().get_or_create(
            livestream=livestream, language=language, defaults={"origin": Origin.LIVE}
        )
        if track.origin != Origin.LIVE:
            is_file = track.origin == Origin.UPLOAD
            raise CaptionsUploaded if is_file else CaptionsInPicture
        known = set(
            CaptionCue.objects.filter(
                track=track, from_ms__in=[cue.from_ms for cue in cues]
            ).values_list("from_ms", flat=True)
        )
        fresh = {cue.from_ms: cue for cue in cues if cue.from_ms not in known}
        _store(track, list(fresh.values()))
        if fresh:
            announce_cues(livestream, language, list(fresh.values()))
            note_claims(livestream, language, list(fresh.values()))
    return len(fresh)


def upload_captions(
    livestream: Livestream, language: str, data: bytes, *, by: User
) -> CaptionTrack:
    """Keep a WebVTT file as a show's captions in a language, in place of others.

    Its times count from the beginning of the recording.

    Raises:
        LanguageUnknown: the shop does not have this language.
        CaptionsUnreadable: the file cannot be used; the message says why and where.
    """
    _check_language(language)
    cues = {cue.from_ms: cue for cue in read_webvtt(data)}
    with transaction.atomic():
        CaptionTrack.objects.filter(livestream=livestream, language=language).delete()
        track = CaptionTrack.objects.create(
            livestream=livestream,
            language=language,
            origin=Origin.UPLOAD,
            uploaded_by=by,
        )
        _store(track, list(cues.values()))
        if livestream.started_at is not None:
            start_ms = int(livestream.started_at.timestamp() * 1000)
            note_claims(livestream, language, list(cues.values()), start_ms=start_ms)
    return track


def remove_captions(track: CaptionTrack) -> None:
    """Take a show's captions in one language away."""
    track.delete()


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise LanguageUnknown


def _check_cues(cues: Sequence[Cue]) -> None:
    now = int(clock.now().timestamp() * 1000)
    if not 0 < len(cues) <= MOST_AT_ONCE:
        raise CaptionsMistimed
    for cue in cues:
        is_near = now - MOST_LATE_MS < cue.from_ms < now + MOST_EARLY_MS
        is_short = 0 < cue.until_ms - cue.from_ms <= MOST_LASTING_MS
        is_text = 0 < len(cue.text.strip()) <= MOST_TEXT and "\x00" not in cue.text
        if not (is_near and is_short and is_text):
            raise CaptionsMistimed


def _store(track: CaptionTrack, cues: Sequence[Cue]) -> None:
    CaptionCue.objects.bulk_create(
        CaptionCue(
            track=track, from_ms=cue.from_ms, until_ms=cue.until_ms, text=cue.text
        )
        for cue in cues
    )
    track.updated_at = clock.now()
    track.save(update_fields=["updated_at"])


def announce_cues(livestream: Livestream, language: str, cues: Sequence[Cue]) -> None:
    """Show lines in the room of a show once they are stored."""
    lines = tuple(
        CaptionLine(from_ms=cue.from_ms, until_ms=cue.until_ms, text=cue.text)
        for cue in cues
    )
    label = get_language_info(language)["name_local"]
    event = CaptionsAdded(language=language, label=label, cues=lines)
    room.announce(livestream, [seal(event)])
