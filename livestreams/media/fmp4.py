"""Reading fragmented MP4: boxes, the tracks of an init segment, timing of fragments."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_BOX_BYTES = 32 * 1024 * 1024
NOT_A_SYNC_SAMPLE = 0x10000
_VIDEO, _SOUND = b"vide", b"soun"


class BrokenMp4Error(ValueError):
    """The bytes are not the fragmented MP4 that was asked for."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box inside a buffer: its type and where its body lies."""

    kind: bytes
    start: int
    end: int


@dataclass(slots=True)
class Track:
    """What an init segment says of one track."""

    handler: bytes = b""
    timescale: int = 0
    default_duration: int = 0
    default_size: int = 0
    default_flags: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Init:
    """An init segment with its tracks and its codecs as MSE names them."""

    data: bytes
    tracks: dict[int, Track]
    codecs: str

    @property
    def mime(self) -> str:
        """The type that a browser's source buffer is opened with."""
        return f'video/mp4; codecs="{self.codecs}"'

    @property
    def longest_side(self) -> int:
        """The pixels of the picture's longer side."""
        return max(self.size)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return max(((t.width, t.height) for t in self.tracks.values()), default=(0, 0))

    @property
    def has_sound(self) -> bool:
        """Whether there is a track of sound."""
        return any(track.handler == _SOUND for track in self.tracks.values())


@dataclass(frozen=True, slots=True)
class Timing:
    """Start and length in seconds of a fragment's video; whether it opens a group."""

    start: float
    duration: float
    is_key: bool
    frames: int = 0
    longest_frame: float = 0.0
    sound_bytes: int = 0
    moving_bytes: int = 0
    """Bytes of the frames that say what changed: all but the one that opens a group."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A `moof` with its `mdat`; `timing` is None where there is no picture."""

    data: bytes
    timing: Timing | None


def read_boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the whole boxes of a stretch; stops at the first that is cut off."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        header = 8
        if size == 1 and start + 16 <= end:
            size = struct.unpack_from(">Q", data, start + 8)[0]
            header = 16
        if size < header or start + size > end:
            return
        yield Box(kind, start + header, start + size)
        start += size


def _find(data: bytes, box: Box, *path: bytes) -> Box | None:
    for step in path:
        found = next(
            (b for b in read_boxes(data, box.start, box.end) if b.kind == step), None
        )
        if found is None:
            return None
        box = found
    return box


def _codec(data: bytes, minf: Box) -> str:
    at = data.find(b"avcC", minf.start, minf.end)
    if at > 0:
        profile, constraints, level = data[at + 5 : at + 8]
        return f"avc1.{profile:02x}{constraints:02x}{level:02x}"
    if data.find(b"mp4a", minf.start, minf.end) > 0:
        return "mp4a.40.2"
    if data.find(b"Opus", minf.start, minf.end) > 0:
        return "opus"
    return ""


def _read_track(data: bytes, trak: Box) -> tuple[int, Track, str]:
    header = _find(data, trak, b"tkhd")
    times = _find(data, trak, b"mdia", b"mdhd")
    handler = _find(data, trak, b"mdia", b"hdlr")
    minf = _find(data, trak, b"mdia", b"minf")
    if not (header and times and handler and minf):
        raise BrokenMp4Error("a track lacks its header")
    at = header.start + (20 if data[header.start] else 12)
    number = struct.unpack_from(">I", data, at)[0]
    at = times.start + (20 if data[times.start] else 12)
    timescale = struct.unpack_from(">I", data, at)[0]
    kind = data[handler.start + 8 : handler.start + 12]
    track = Track(handler=kind, timescale=timescale)
    at = data.find(b"avc1", minf.start, minf.end)
    if at > 0:  # a visual sample entry (ISO/IEC 14496-12)
        track.width, track.height = struct.unpack_from(">HH", data, at + 28)
    return number, track, _codec(data, minf)


def parse_init(data: bytes) -> Init:
    """Read the tracks and codecs of `ftyp` and `moov`.

    Raises:
        BrokenMp4Error: no video track could be read.
    """
    tracks: dict[int, Track] = {}
    codecs: list[str] = []
    try:
        for moov in read_boxes(data):
            if moov.kind == b"moov":
                _read_movie(data, moov, tracks, codecs)
    except (struct.error, IndexError) as error:
        raise BrokenMp4Error("the init segment is cut off") from error
    if not any(t.handler == _VIDEO and t.timescale for t in tracks.values()):
        raise BrokenMp4Error("there is no video track")
    return Init(data, tracks, ",".join(codec for codec in codecs if codec))


def _read_movie(
    data: bytes, moov: Box, tracks: dict[int, Track], codecs: list[str]
) -> None:
    inner = list(read_boxes(data, moov.start, moov.end))
    for box in inner:
        if box.kind == b"trak":
            number, track, codec = _read_track(data, box)
            tracks[number] = track
            codecs.append(codec)
    for box in inner:
        if box.kind == b"mvex":
            _read_defaults(data, box, tracks)


def _read_defaults(data: bytes, mvex: Box, tracks: dict[int, Track]) -> None:
    for box in read_boxes(data, mvex.start, mvex.end):
        if box.kind != b"trex":
            continue
        number, _, duration, size, flags = struct.unpack_from(
            ">IIIII", data, box.start + 4
        )
        if number in tracks:
            tracks[number].default_duration = duration
            tracks[number].default_size = size
            tracks[number].default_flags = flags


@dataclass(slots=True)
class _Run:
    """What is gathered of one track in a fragment."""

    track: Track = field(default_factory=Track)
    duration: int = 0
    flags: int = 0
    start: int = 0
    length: int = 0
    count: int = 0
    longest: int = 0
    size: int = 0
    bytes_count: int = 0
    first_bytes: int = 0
    is_key: bool | None = None

    def read_header(self, data: bytes, box: Box, tracks: dict[int, Track]) -> None:
        bits, number = struct.unpack_from(">II", data, box.start)
        self.track = tracks.get(number, Track())
        self.duration = self.track.default_duration
        self.size = self.track.default_size
        self.flags = self.track.default_flags
        at = box.start + 8
        at += 8 if bits & 0x1 else 0
        at += 4 if bits & 0x2 else 0
        if bits & 0x8:
            self.duration = struct.unpack_from(">I", data, at)[0]
            at += 4
        if bits & 0x10:
            self.size = struct.unpack_from(">I", data, at)[0]
            at += 4
        if bits & 0x20:
            self.flags = struct.unpack_from(">I", data, at)[0]

    def read_start(self, data: bytes, box: Box) -> None:
        form = ">Q" if data[box.start] else ">I"
        self.start = struct.unpack_from(form, data, box.start + 4)[0]

    def read_samples(self, data: bytes, box: Box) -> None:
        bits, count = struct.unpack_from(">II", data, box.start)
        at = box.start + 8 + (4 if bits & 0x1 else 0)
        first_flags = None
        if bits & 0x4:
            first_flags = struct.unpack_from(">I", data, at)[0]
            at += 4
        step = 4 * (bits >> 8 & 0xF).bit_count()
        if self.is_key is None and count:
            self._read_first(data, at, bits, first_flags)
        self.count += count
        for place in range(at, at + count * step, step) if step else ():
            self._read_sample(data, place, bits)
        if not bits & 0x100:
            self.length += self.duration * count
            self.longest = max(self.longest, self.duration)
        if not bits & 0x200:
            self.bytes_count += self.size * count

    def _read_sample(self, data: bytes, at: int, bits: int) -> None:
        if bits & 0x100:
            duration = struct.unpack_from(">I", data, at)[0]
            self.length += duration
            self.longest = max(self.longest, duration)
            at += 4
        if bits & 0x200:
            self.bytes_count += struct.unpack_from(">I", data, at)[0]

    def _read_first(self, data: bytes, at: int, bits: int, first: int | None) -> None:
        flags, self.first_bytes = self.flags, self.size
        if bits & 0x200:
            place = at + (4 if bits & 0x100 else 0)
            self.first_bytes = struct.unpack_from(">I", data, place)[0]
        if bits & 0x400:
            at += 4 * (bits >> 8 & 0x3).bit_count()
            flags = struct.unpack_from(">I", data, at)[0]
        if first is not None:
            flags = first
        self.is_key = not flags & NOT_A_SYNC_SAMPLE

    @property
    def moving_bytes(self) -> int:
        """Bytes of all frames but the one that opens a group."""
        return self.bytes_count - (self.first_bytes if self.is_key else 0)


def _read_run(data: bytes, traf: Box, tracks: dict[int, Track]) -> _Run:
    run = _Run()
    for box in read_boxes(data, traf.start, traf.end):
        if box.kind == b"tfhd":
            run.read_header(data, box, tracks)
        elif box.kind == b"tfdt":
            run.read_start(data, box)
        elif box.kind == b"trun":
            run.read_samples(data, box)
    return run


def parse_timing(moof: bytes, tracks: dict[int, Track]) -> Timing | None:
    """Return the timing of a fragment's video, or None where it has no picture.

    Raises:
        BrokenMp4Error: the box is cut off.
    """
    try:
        runs = [
            _read_run(moof, traf, tracks)
            for outer in read_boxes(moof)
            for traf in read_boxes(moof, outer.start, outer.end)
            if traf.kind == b"traf"
        ]
    except (struct.error, IndexError) as error:
        raise BrokenMp4Error("the fragment is cut off") from error
    sound = sum(r.bytes_count for r in runs if r.track.handler == _SOUND)
    for run in runs:
        scale = run.track.timescale
        if run.track.handler == _VIDEO and scale and run.is_key is not None:
            return Timing(
                start=run.start / scale,
                duration=run.length / scale,
                is_key=run.is_key,
                frames=run.count,
                longest_frame=run.longest / scale,
                sound_bytes=sound,
                moving_bytes=run.moving_bytes,
            )
    return None


class Splitter:
    """Cuts ffmpeg's byte stream into one init segment and fragments."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head = b""
        self._moof = b""
        self._init: Init | None = None

    def feed(self, data: bytes) -> Iterator[Init | Fragment]:
        """Take bytes in and yield what has become whole.

        Raises:
            BrokenMp4Error: the bytes are no fragmented MP4, or a box is too large.
        """
        self._buffer += data
        while (box := self._take_box()) is not None:
            kind = box[4:8]
            if kind == b"ftyp":
                self._head = box
            elif kind == b"moov":
                self._init = parse_init(self._head + box)
                yield self._init
            elif kind == b"moof":
                self._moof = box
            elif kind == b"mdat" and self._init and self._moof:
                timing = parse_timing(self._moof, self._init.tracks)
                yield Fragment(self._moof + box, timing)
                self._moof = b""

    def _take_box(self) -> bytes | None:
        if len(self._buffer) < 8:
            return None
        size = struct.unpack_from(">I", self._buffer)[0]
        if size == 1:
            if len(self._buffer) < 16:
                return None
            size = struct.unpack_from(">Q", self._buffer, 8)[0]
        if not 8 <= size <= MOST_BOX_BYTES:
            raise BrokenMp4Error(f"a box of {size} bytes")
        if len(self._buffer) < size:
            return None
        box = bytes(self._buffer[:size])
        del self._buffer[:size]
        return box
