"""A small writer of line-21 captions, and real H.264 that carries them."""

import subprocess
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.fmp4 import Fragment, Init, Splitter
from livestreams.media.sei import MARK

Pair = tuple[int, int]
RCL, EDM, ENM, EOC, CR, BS = 0x20, 0x2C, 0x2E, 0x2F, 0x2D, 0x21
RU2, RU3, RDC, TEXT = 0x25, 0x26, 0x29, 0x2B
FPS = 20
START = b"\x00\x00\x00\x01"
PADDING = (0x80, 0x80)


def odd(byte: int) -> int:
    """Give a byte of seven bits its odd parity."""
    return byte if byte.bit_count() % 2 else byte | 0x80


def code(second: int, *, channel: int = 1, first: int = 0x14) -> list[Pair]:
    """Write a code, which is sent twice."""
    pair = (odd(first | (0x08 if channel == 2 else 0)), odd(second))
    return [pair, pair]


def words(text: str) -> list[Pair]:
    """Write plain letters, two in a frame."""
    letters = [odd(ord(letter)) for letter in text]
    return list(zip_longest(letters[::2], letters[1::2], fillvalue=0x80))


def row(number: int, *, channel: int = 1) -> list[Pair]:
    """Move to the beginning of row 14 or 15."""
    return code(0x40 if number == 14 else 0x60, channel=channel)


def pop_on(text: str, *, channel: int = 1) -> list[Pair]:
    """Prepare a caption of one row and show it."""
    at = {"channel": channel}
    prepared = [*code(RCL, **at), *code(ENM, **at), *row(15, **at), *words(text)]
    return [*prepared, *code(EOC, **at)]


def roll_up(text: str, *, depth: int = RU2) -> list[Pair]:
    """Add one row to captions that roll."""
    return [*code(depth), *code(CR), *row(15), *words(text)]


def write_sei(pairs: Iterable[tuple[int, int, int]]) -> bytes:
    """Write the caption bytes of a frame, `(field, byte, byte)`, as an SEI unit."""
    triplets = [bytes([0xFC | field, *pair]) for field, *pair in pairs]
    data = MARK + bytes([0x40 | len(triplets), 0xFF]) + b"".join(triplets) + b"\xff"
    message = b"\x04" + bytes([len(data)]) + data + b"\x80"
    return b"\x06" + message.replace(b"\x00\x00", b"\x00\x00\x03")


def make_picture(*, seconds: float, frames_back: int = 0) -> list[bytes]:
    """Encode a test picture and return its frames in the order of decoding."""
    params = f"bframes={frames_back}:b-adapt=0:scenecut=0:keyint=999:aud=1:b-pyramid=0"
    line = [find_ffmpeg(), "-loglevel", "error", "-f", "lavfi"]
    line += ["-i", f"testsrc2=size=96x64:rate={FPS}:duration={seconds}"]
    line += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    line += ["-x264-params", params, "-f", "h264", "pipe:1"]
    stream = subprocess.run(line, capture_output=True, check=True).stdout
    return [START + b"\x09" + unit for unit in stream.split(START + b"\x09")[1:]]


def put_captions(
    frames: Sequence[bytes],
    first_field: Sequence[Pair],
    second_field: Sequence[Pair] = (),
    *,
    shown: Sequence[int] = (),
) -> bytes:
    """Return a stream whose frames carry captions, a pair of each field in one.

    Args:
        frames: frames in the order of decoding.
        first_field: pairs of CC1 and CC2 in the order of showing.
        second_field: pairs of CC3 and CC4.
        shown: the place in the order of showing of each frame, if it is another.
    """
    places = shown or range(len(frames))
    return b"".join(
        _put(frame, _pick(place, first_field, second_field))
        for frame, place in zip(frames, places, strict=True)
    )


def cut(stream: bytes) -> tuple[Init, list[Fragment]]:
    """Cut raw H.264 into fragments as the gateway's ffmpeg does."""
    line = [find_ffmpeg(), "-loglevel", "error", "-framerate", str(FPS)]
    line += ["-f", "h264", "-i", "pipe:0", "-c", "copy", "-bsf:v", "dts2pts"]
    line += ["-movflags", "frag_keyframe+empty_moov+default_base_moof+skip_trailer"]
    line += ["-frag_duration", "250000", "-f", "mp4", "pipe:1"]
    data = subprocess.run(line, input=stream, capture_output=True, check=True).stdout
    head, *pieces = Splitter().feed(data)
    assert isinstance(head, Init)
    return head, [piece for piece in pieces if isinstance(piece, Fragment)]


def _pick(
    place: int, first: Sequence[Pair], second: Sequence[Pair]
) -> list[tuple[int, int, int]]:
    fields = enumerate((first, second))
    return [
        (field, *(pairs[place] if place < len(pairs) else PADDING))
        for field, pairs in fields
        if pairs
    ]


def _put(frame: bytes, pairs: list[tuple[int, int, int]]) -> bytes:
    """Put the captions right behind the delimiter of a frame."""
    at = frame.index(b"\x00\x00\x01", len(START))
    return frame[:at] + b"\x00\x00\x01" + write_sei(pairs) + frame[at:]
