"""Captions that an encoder puts into the picture: whose language, kept and shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from livestreams.errors import LanguageUnknown
from livestreams.errors.captions import LanguageTwice
from livestreams.models import CaptionChannel, CaptionCue, CaptionTrack, Livestream
from livestreams.protocol.webvtt import MOST_TEXT, Cue
from livestreams.selectors.captions import find_channel_languages
from livestreams.services.captions import LANGUAGES, announce_cues
from livestreams.services.price_claims import note_claims
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

MOST_LINES = 20_000

Origin = CaptionTrack.Origin


@dataclass(frozen=True, slots=True)
class ChannelCue:
    """A line of one channel; its end may come to be earlier than first told."""

    channel: int
    cue: Cue


def note_lines(public_id: str, lines: Sequence[ChannelCue]) -> int:
    """Keep what the picture's captions say and show it in the show's room.

    A line of the same channel and moment is the same line, which grew or ended. What
    was uploaded, or written by a recogniser, stands before what the picture says; a
    show that is not on air keeps nothing. Returns how many lines were kept.

    Locks: the rows of the tracks, one after the other.

    Safe to repeat: yes.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None or not livestream.is_on_air:
        return 0
    kept = 0
    for channel, language in find_channel_languages(livestream).items():
        cues = [line.cue for line in lines if line.channel == channel]
        if cues and language in LANGUAGES:
            kept += _keep(livestream, language, _trim(cues))
    return kept


def set_channels(
    livestream: Livestream, languages: Mapping[int, str], *, by: User
) -> None:
    """Say in which language each channel of the picture's captions is.

    Args:
        livestream: the show.
        languages: a language for each channel from 1 to 4; empty hides the channel.
        by: who says so.

    Raises:
        LanguageTwice: two channels are in one language.
        LanguageUnknown: the shop does not have one of them.

    Safe to repeat: yes.
    """
    named = [language for language in languages.values() if language]
    if not LANGUAGES.issuperset(named):
        raise LanguageUnknown
    if len(set(named)) < len(named):
        raise LanguageTwice
    with transaction.atomic():
        for number in CaptionChannel.NUMBERS:
            CaptionChannel.objects.update_or_create(
                livestream=livestream,
                number=number,
                defaults={"language": languages.get(number, "")},
            )
        audit.record(
            "livestreams.set_caption_channels",
            actor=by,
            subject_kind="livestream",
            subject_ref=livestream.public_id,
            facts={f"CC{number}": language for number, language in languages.items()},
        )


def _keep(livestream: Livestream, language: str, cues: Sequence[Cue]) -> int:
    with transaction.atomic():
        track, _ = CaptionTrack.objects.select_for_update().get_or_create(
            livestream=livestream,
            language=language,
            defaults={"origin": Origin.PICTURE},
        )
        if track.origin != Origin.PICTURE or track.cues.count() >= MOST_LINES:
            return 0
        CaptionCue.objects.bulk_create(
            [
                CaptionCue(
                    track=track,
                    from_ms=cue.from_ms,
                    until_ms=cue.until_ms,
                    text=cue.text,
                )
                for cue in cues
            ],
            update_conflicts=True,
            unique_fields=["track", "from_ms"],
            update_fields=["until_ms", "text"],
        )
        CaptionTrack.objects.filter(pk=track.pk).update(updated_at=clock.now())
        announce_cues(livestream, language, cues)
        note_claims(livestream, language, cues)
    return len(cues)


def _trim(cues: Iterable[Cue]) -> list[Cue]:
    """Return lines that the table takes, each moment once, the newest word on it."""
    whole = {
        cue.from_ms: Cue(cue.from_ms, cue.until_ms, cue.text[:MOST_TEXT])
        for cue in cues
        if cue.until_ms > cue.from_ms and cue.text
    }
    return list(whole.values())
