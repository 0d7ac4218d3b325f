"""Seek pictures: small pictures of a recording on sheets, and the list that says when.

Only the first fragment of the segments that are shown is read, and only its key frame
decoded, so that a show of hours costs a second or two.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from PIL import Image

from livestreams.media.archive import Archive
from livestreams.media.cutting import CuttingError, replace_file, run_ffmpeg
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.fmp4 import BrokenMp4Error, parse_init, read_boxes
from livestreams.media.segments import Segment, init_name, segment_name

LIST = "seek.vtt"
LONGER_SIDE = 160
LEAST_SECONDS = 5.0
MOST_PICTURES = 240
COLUMNS, PER_SHEET = 10, 80
QUALITY = 70


def write_seek_pictures(folder: Path) -> int:
    """Write the sheets and the list of a recording; return how many pictures it has.

    The list is WebVTT whose cues name a place on a sheet (`seek0.jpg#xywh=...`), in
    seconds of the recording. It is written last, so that it never names what is not
    there.

    Raises:
        CuttingError: the recording cannot be read.

    Safe to repeat: yes.
    """
    segments = Archive(folder).list_on_air()
    try:
        chosen = choose_segments(segments)
        pictures = list(_decode(folder, [segment for _at, segment in chosen]))
        starts = [at for at, _segment in chosen]
        end = sum(segment.duration for segment in segments)
        _write_sheets(folder, pictures)
        replace_file(folder / LIST, _write_list(starts, end, pictures).encode())
    except (OSError, BrokenMp4Error) as error:
        raise CuttingError(str(error)) from error
    return len(pictures)


def choose_segments(segments: Sequence[Segment]) -> list[tuple[float, Segment]]:
    """Choose which segments get a picture, each with its second in the recording."""
    length = sum(segment.duration for segment in segments)
    every = max(LEAST_SECONDS, length / MOST_PICTURES)
    chosen: list[tuple[float, Segment]] = []
    at = next_at = 0.0
    for segment in segments:
        if at >= next_at:
            chosen.append((at, segment))
            next_at = at + every - 0.01
        at += segment.duration
    return chosen


def _decode(folder: Path, segments: Sequence[Segment]) -> Iterator[Image.Image]:
    """Decode a picture of each segment; one that has none repeats the last one."""
    for epoch, group in groupby(segments, key=lambda segment: segment.epoch):
        init = (folder / init_name(epoch)).read_bytes()
        size = _fit(*parse_init(init).size)
        asked = list(group)
        fragments = (_first_fragment(folder, segment) for segment in asked)
        raw = run_ffmpeg(_line(size), _chain(init, fragments))
        length = size[0] * size[1] * 3
        frames = [raw[at : at + length] for at in range(0, len(raw), length)]
        if not frames:
            raise CuttingError("There is no picture in it.")
        for place in range(len(asked)):
            data = frames[min(place, len(frames) - 1)]
            yield Image.frombytes("RGB", size, data)


def _chain(init: bytes, fragments: Iterator[bytes]) -> Iterator[bytes]:
    yield init
    yield from fragments


def _line(size: tuple[int, int]) -> list[str]:
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"),
        *("-skip_frame", "nokey", "-f", "mp4", "-i", "pipe:0", "-map", "0:v:0"),
        *("-vf", f"scale={size[0]}:{size[1]}", "-fps_mode", "passthrough"),
        *("-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"),
    ]


def _fit(width: int, height: int) -> tuple[int, int]:
    """Shrink a size until its longer side is that of a seek picture, in even pixels."""
    if not (width and height):
        raise CuttingError("There is no picture in it.")
    scale = LONGER_SIDE / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _first_fragment(folder: Path, segment: Segment) -> bytes:
    """Return a segment up to the end of its first fragment, which has a key frame."""
    data = (folder / segment_name(segment.number)).read_bytes()
    ends = (box.end for box in read_boxes(data) if box.kind == b"mdat")
    return data[: next(ends, len(data))]


def _write_sheets(folder: Path, pictures: Sequence[Image.Image]) -> None:
    cell = _find_cell(pictures)
    for first in range(0, len(pictures), PER_SHEET):
        shown = pictures[first : first + PER_SHEET]
        rows = -(-len(shown) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * cell[0], rows * cell[1]))
        for place, picture in enumerate(shown):
            sheet.paste(picture, _locate(place, cell))
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=QUALITY)
        replace_file(folder / _sheet_name(first), buffer.getvalue())


def _write_list(
    starts: Sequence[float], end: float, pictures: Sequence[Image.Image]
) -> str:
    cell = _find_cell(pictures)
    lines = ["WEBVTT", ""]
    spans = zip(starts, [*starts[1:], end], strict=True)
    for place, ((start, until), picture) in enumerate(
        zip(spans, pictures, strict=True)
    ):
        x, y = _locate(place % PER_SHEET, cell)
        where = f"{x},{y},{picture.width},{picture.height}"
        lines += [
            f"{_clock(start)} --> {_clock(until)}",
            f"{_sheet_name(place)}#xywh={where}",
            "",
        ]
    return "\n".join(lines)


def _find_cell(pictures: Sequence[Image.Image]) -> tuple[int, int]:
    widths = [picture.width for picture in pictures]
    heights = [picture.height for picture in pictures]
    return max(widths, default=2), max(heights, default=2)


def _locate(place: int, cell: tuple[int, int]) -> tuple[int, int]:
    row, column = divmod(place, COLUMNS)
    return column * cell[0], row * cell[1]


def _sheet_name(place: int) -> str:
    return f"seek{place // PER_SHEET}.jpg"


def _clock(seconds: float) -> str:
    whole, rest = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}.{rest:03}"
