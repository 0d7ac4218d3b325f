"""Small fragmented MP4s for tests, written box by box."""

import struct

from livestreams.media.fmp4 import NOT_A_SYNC_SAMPLE

VIDEO_SCALE = 12_288
SOUND_SCALE = 44_100
FRAME = 512  # 24 frames a second


def box(kind: bytes, *bodies: bytes) -> bytes:
    """Return one box."""
    body = b"".join(bodies)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def track(number: int, handler: bytes, scale: int, codec: bytes) -> bytes:
    """Return the description of one track."""
    header = box(b"tkhd", bytes(12), struct.pack(">I", number), bytes(64))
    times = box(b"mdhd", bytes(12), struct.pack(">II", scale, 0), bytes(4))
    kind = box(b"hdlr", bytes(8), handler, bytes(13))
    return box(b"trak", header, box(b"mdia", times, kind, box(b"minf", codec)))


def init_segment(*, with_video: bool = True) -> bytes:
    """Return `ftyp` and `moov` of a picture with sound."""
    tracks = [track(2, b"soun", SOUND_SCALE, box(b"mp4a", bytes(20)))]
    if with_video:
        codec = box(b"avcC", b"\x01\x42\xc0\x1e", bytes(8))
        tracks.insert(0, track(1, b"vide", VIDEO_SCALE, codec))
    defaults = [
        box(b"trex", bytes(4), struct.pack(">IIIII", number, 1, FRAME, 0, 0))
        for number in (1, 2)
    ]
    moov = box(b"moov", *tracks, box(b"mvex", *defaults))
    return box(b"ftyp", b"iso5", bytes(4)) + moov


def fragment(
    start: float,
    frames: int,
    *,
    is_key: bool = True,
    track: int = 1,
    first_flags: int | None = None,
    payload: bytes = b"picture",
) -> bytes:
    """Return `moof` and `mdat` of so many frames from a moment in seconds."""
    scale = VIDEO_SCALE if track == 1 else SOUND_SCALE
    flags = 0 if is_key else NOT_A_SYNC_SAMPLE
    head = box(b"tfhd", struct.pack(">III", 0x020020, track, flags))
    time = box(b"tfdt", struct.pack(">IQ", 0x01000000, round(start * scale)))
    bits = 0x100 | (0x4 if first_flags is not None else 0)
    run = struct.pack(">II", bits, frames)
    run += struct.pack(">I", first_flags) if first_flags is not None else b""
    run += struct.pack(">I", FRAME) * frames
    moof = box(b"moof", box(b"traf", head, time, box(b"trun", run)))
    return moof + box(b"mdat", payload)
