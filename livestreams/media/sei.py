"""Closed captions inside H.264: found in fragments, frame by frame.

ATSC A/53 Part 4 puts `cc_data` into SEI messages of type 4 (ITU-T T.35, country 0xB5,
provider 0x0031, "GA94", type 3). A fragment without them costs one search of bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from livestreams.media.fmp4 import Box, Init, Track, read_boxes

MARK = b"\xb5\x001GA94\x03"
MOST_SEI_BYTES = 4_096
MOST_FRAMES = 1_000
_VIDEO = b"vide"
_SEI_UNIT, _T35 = 6, 4
_HAS_DATA, _COUNT = 0x40, 0x1F
_IS_VALID, _TYPE = 0x04, 0x03


@dataclass(frozen=True, slots=True)
class CaptionBytes:
    """The pairs of one frame, `(field, byte, byte)`, field 0 or 1, and its moment."""

    at: float
    pairs: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Form:
    track: Track
    duration: int
    size: int


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    size: int
    duration: int
    shift: int


@dataclass(frozen=True, slots=True)
class _Frame:
    start: int
    end: int
    at: float


def read_captions(fragment: bytes, init: Init) -> list[CaptionBytes]:
    """Return the caption bytes of a fragment's frames, in the order of decoding.

    Moments are seconds of the media's own clock, when the frame is shown. What is
    cut off or contradicts itself is left out.
    """
    if MARK not in fragment:
        return []
    length_bytes = _find_length_bytes(init.data)
    found = []
    try:
        for frame in _list_frames(fragment, init.tracks):
            pairs = tuple(_read_frame(fragment, frame, length_bytes))
            if pairs:
                found.append(CaptionBytes(frame.at, pairs))
    except (struct.error, IndexError):
        return found
    return found


def read_triplets(message: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the pairs of both fields of line 21 in `cc_data`, without 708 packets."""
    if len(message) < 2 or not message[0] & _HAS_DATA:
        return
    for place in range(2, 2 + (message[0] & _COUNT) * 3, 3):
        triplet = message[place : place + 3]
        if len(triplet) < 3:
            return
        field = triplet[0] & _TYPE
        if triplet[0] & _IS_VALID and field < 2:
            yield field, triplet[1], triplet[2]


def _find_length_bytes(init: bytes) -> int:
    """Return how many bytes say a unit's length (ISO/IEC 14496-15 `avcC`)."""
    at = init.find(b"avcC")
    return (init[at + 8] & 3) + 1 if 0 <= at < len(init) - 8 else 4


def _list_frames(data: bytes, tracks: dict[int, Track]) -> Iterator[_Frame]:
    for moof in read_boxes(data):
        if moof.kind != b"moof":
            continue
        for traf in read_boxes(data, moof.start, moof.end):
            if traf.kind == b"traf":
                yield from _list_run(data, moof, traf, tracks)


def _list_run(
    data: bytes, moof: Box, traf: Box, tracks: dict[int, Track]
) -> Iterator[_Frame]:
    """Yield the frames of a track's part of a fragment, if they are pictures."""
    form = _Form(Track(), 0, 0)
    clock = 0
    for box in read_boxes(data, traf.start, traf.end):
        if box.kind == b"tfhd":
            form = _read_form(data, box, tracks)
        elif box.kind == b"tfdt":
            width = ">Q" if data[box.start] else ">I"
            clock = struct.unpack_from(width, data, box.start + 4)[0]
        elif box.kind == b"trun" and form.track.handler == _VIDEO:
            for row in _read_rows(data, box, moof.start - 8, form):
                at = (clock + row.shift) / (form.track.timescale or 1)
                yield _Frame(row.place, row.place + row.size, at)
                clock += row.duration


def _read_form(data: bytes, head: Box, tracks: dict[int, Track]) -> _Form:
    """Return the track of a fragment, and what holds for frames it says nothing of."""
    bits, number = struct.unpack_from(">II", data, head.start)
    track = tracks.get(number, Track())
    at = head.start + 8
    at += 8 if bits & 0x1 else 0
    at += 4 if bits & 0x2 else 0
    duration, size = track.default_duration, track.default_size
    if bits & 0x8:
        duration = struct.unpack_from(">I", data, at)[0]
        at += 4
    if bits & 0x10:
        size = struct.unpack_from(">I", data, at)[0]
    return _Form(track, duration, size)


def _read_rows(data: bytes, run: Box, base: int, form: _Form) -> Iterator[_Row]:
    bits, count = struct.unpack_from(">II", data, run.start)
    at = run.start + 8
    place = base
    if bits & 0x1:
        place += struct.unpack_from(">i", data, at)[0]
        at += 4
    at += 4 if bits & 0x4 else 0
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if bits & bit]
    for _ in range(min(count, MOST_FRAMES)):
        said = dict(
            zip(fields, struct.unpack_from(f">{len(fields)}I", data, at), strict=True)
        )
        at += 4 * len(fields)
        size = said.get(0x200, form.size)
        shift = said.get(0x800, 0)
        shift -= (shift & 0x8000_0000) << 1  # signed, where it is negative
        yield _Row(place, size, said.get(0x100, form.duration), shift)
        place += size


def _read_frame(
    data: bytes, frame: _Frame, length_bytes: int
) -> Iterator[tuple[int, int, int]]:
    place, end = frame.start, min(frame.end, len(data))
    if MARK not in data[place:end]:
        return
    while place + length_bytes < end:
        length = int.from_bytes(data[place : place + length_bytes], "big")
        place += length_bytes
        if not 0 < length <= end - place:
            return
        is_sei = data[place] & 0x1F == _SEI_UNIT
        if is_sei and length <= MOST_SEI_BYTES:
            yield from _read_unit(data[place + 1 : place + length])
        place += length


def _read_unit(unit: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the pairs of one SEI unit, which may hold several messages."""
    body = unit.replace(b"\x00\x00\x03", b"\x00\x00")
    place = 0
    while place + 2 <= len(body) and body[place] != 0x80:
        kind, place = _read_number(body, place)
        size, place = _read_number(body, place)
        message = body[place : place + size]
        if kind == _T35 and message.startswith(MARK):
            yield from read_triplets(message[len(MARK) :])
        place += size


def _read_number(body: bytes, place: int) -> tuple[int, int]:
    """Read a number that goes on as long as its bytes are 255."""
    number = 0
    while body[place] == 0xFF:
        number += 0xFF
        place += 1
    return number + body[place], place + 1
