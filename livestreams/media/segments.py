"""Segments and parts of a show, and the HLS lists that name them (RFC 8216bis)."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

PART_SECONDS = 0.25
PART_TARGET = 0.32  # a fragment ends with a frame, so it may be a frame longer
SEGMENTS_WITH_PARTS = 3
Address: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A fragment as a part of a segment."""

    data: bytes
    duration: float
    is_key: bool


@dataclass(slots=True)
class Segment:
    """A stretch of a show from a key frame to the next but one."""

    number: int
    epoch: int
    starts_at: float
    duration: float = 0.0
    bytes_count: int = 0
    parts: list[Part] = field(default_factory=list)
    is_whole: bool = False
    is_kept: bool = False

    def add(self, part: Part) -> None:
        """Take one more part in."""
        self.parts.append(part)
        self.duration += part.duration
        self.bytes_count += len(part.data)

    @property
    def has_listable_parts(self) -> bool:
        """Whether every part keeps to the target, as the protocol demands."""
        return all(part.duration <= PART_TARGET for part in self.parts)


def segment_name(number: int) -> str:
    """Name the file of a segment."""
    return f"seg{number}.m4s"


def init_name(epoch: int) -> str:
    """Name the init file of an epoch."""
    return f"init{epoch}.mp4"


def part_name(number: int, index: int) -> str:
    """Name a part of a segment."""
    return f"part{number}.{index}.m4s"


def _moment(seconds: float) -> str:
    moment = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _target(segments: Sequence[Segment]) -> int:
    return max(1, *(math.ceil(s.duration - 0.001) for s in segments), 1)


def _entry(
    segment: Segment, before: Segment | None, address: Address = str
) -> Iterable[str]:
    is_next = before is not None and segment.number == before.number + 1
    if before is None or before.epoch != segment.epoch or not is_next:
        if before is not None:
            yield "#EXT-X-DISCONTINUITY"
        yield f'#EXT-X-MAP:URI="{address(init_name(segment.epoch))}"'
    yield f"#EXT-X-PROGRAM-DATE-TIME:{_moment(segment.starts_at)}"


def _whole(segment: Segment, address: Address = str) -> Iterable[str]:
    yield f"#EXTINF:{segment.duration:.5f},"
    yield address(segment_name(segment.number))


def _parts(segment: Segment) -> Iterable[str]:
    for index, part in enumerate(segment.parts):
        name = part_name(segment.number, index)
        key = ",INDEPENDENT=YES" if part.is_key else ""
        yield f'#EXT-X-PART:DURATION={part.duration:.5f},URI="{name}"{key}'


def write_live_list(
    segments: Sequence[Segment], *, with_parts: bool, is_ended: bool
) -> str:
    """Write the list of a running show; an epoch is its discontinuity number.

    With parts it is low-latency HLS with blocking reload, without them the plain
    list, in which a segment appears once it is whole.
    """
    shown = [s for s in segments if s.is_whole or (with_parts and s.parts)]
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{9 if with_parts else 7}",
        f"#EXT-X-TARGETDURATION:{_target(segments) if segments else 1}",
    ]
    if with_parts:
        hold = PART_TARGET * 3
        lines += [
            f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold:.3f}",
            f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET:.3f}",
        ]
    lines += [
        f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{shown[0].epoch if shown else 0}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    before = None
    for place, segment in enumerate(shown, start=1):
        lines += _entry(segment, before)
        is_recent = place > len(shown) - SEGMENTS_WITH_PARTS
        if with_parts and is_recent and segment.has_listable_parts:
            lines += _parts(segment)
        if segment.is_whole:
            lines += _whole(segment)
        before = segment
    if is_ended:
        lines.append("#EXT-X-ENDLIST")
    elif with_parts and shown:
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{_next_part(shown[-1])}"')
    return "\n".join(lines) + "\n"


def _next_part(last: Segment) -> str:
    if last.is_whole:
        return part_name(last.number + 1, 0)
    return part_name(last.number, len(last.parts))


def write_replay_list(segments: Sequence[Segment], *, address: Address = str) -> str:
    """Write the list of a recording over the segments it was broadcast in.

    Args:
        segments: what is shown, in order.
        address: turns the name of a file into where a player finds it.
    """
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXT-X-TARGETDURATION:{_target(segments) if segments else 1}",
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    before = None
    for segment in segments:
        lines += [*_entry(segment, before, address), *_whole(segment, address)]
        before = segment
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
