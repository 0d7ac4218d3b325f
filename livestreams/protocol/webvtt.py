"""WebVTT read and written: lines with their time, nothing else (W3C WebVTT)."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from livestreams.errors import CaptionsUnreadable

MOST_BYTES = 1_000_000
MOST_CUES = 6_000
MOST_TEXT = 400
_MOMENT = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"\s*{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}(?:[ \t]+.*)?")
_TAG = re.compile(r"<[^>]*>")
_SKIPPED = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """A line from one moment to another, in milliseconds."""

    from_ms: int
    until_ms: int
    text: str


def read_webvtt(data: bytes) -> list[Cue]:
    """Read a file of captions, in the order of time.

    Raises:
        CaptionsUnreadable: it is too large, not UTF-8, not WebVTT, or its times are
            wrong; the message says what and where.
    """
    if len(data) > MOST_BYTES:
        raise CaptionsUnreadable(_("This file is larger than 1 MB."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaptionsUnreadable(
            _("This file is not in UTF-8. Save it with that encoding and try again.")
        ) from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].split(" ")[0].split("\t")[0] != "WEBVTT":
        raise CaptionsUnreadable(
            _("This is not a WebVTT file: its first line must begin with WEBVTT.")
        )
    cues = list(_read_cues(lines))
    if not cues:
        raise CaptionsUnreadable(_("There is not one line of captions in this file."))
    if len(cues) > MOST_CUES:
        raise CaptionsUnreadable(_("This file has more than 6,000 lines of captions."))
    return cues


def write_webvtt(cues: Iterable[Cue]) -> str:
    """Write lines as a WebVTT file."""
    blocks = [
        f"{_write_moment(cue.from_ms)} --> {_write_moment(cue.until_ms)}\n"
        f"{html.escape(cue.text, quote=False)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _read_cues(lines: Sequence[str]) -> Iterable[Cue]:
    """Yield the cues; a block without a timing line is a note and says nothing."""
    place, before = 1, -1
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        end = next(
            (n for n in range(place, len(lines)) if not lines[n].strip()), len(lines)
        )
        cue = _read_block(lines[place:end], place + 1)
        if cue is not None:
            if cue.from_ms < before:
                raise _fault(place + 1, _("it begins before the line above it"))
            before = cue.from_ms
            yield cue
        place = end


def _read_block(block: Sequence[str], number: int) -> Cue | None:
    if block[0].startswith(_SKIPPED) and "-->" not in block[0]:
        return None
    timing = next((n for n in range(min(2, len(block))) if "-->" in block[n]), None)
    if timing is None:
        return None
    match = _TIMING.fullmatch(block[timing])
    if match is None:
        raise _fault(number + timing, _("its time cannot be read"))
    from_ms, until_ms = (
        _read_moment(match.groups()[:4]),
        _read_moment(match.groups()[4:]),
    )
    if until_ms <= from_ms:
        raise _fault(number + timing, _("it ends before it begins"))
    words = html.unescape(_TAG.sub("", "\n".join(block[timing + 1 :]))).strip()
    if len(words) > MOST_TEXT or "\x00" in words:
        raise _fault(number + timing, _("its text is longer than 400 characters"))
    return Cue(from_ms, until_ms, words) if words else None


def _fault(line: int, what: str) -> CaptionsUnreadable:
    said = _("Line %(line)s of this file: %(what)s.") % {"line": line, "what": what}
    return CaptionsUnreadable(said)


def _read_moment(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _write_moment(ms: int) -> str:
    seconds, rest = divmod(max(0, ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
