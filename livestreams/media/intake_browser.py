"""A browser as publisher: what its recorder writes goes into the same packager."""

import re
from collections.abc import Sequence

from livestreams.media.faults import Fault
from livestreams.media.packager import Packager
from livestreams.media.publisher import Publisher, Ties
from livestreams.media.remuxer import COPY_PICTURE, MAKE_AAC, ffmpeg_line
from livestreams.media.rtmp import RefusedError

WEBM, MP4 = b"\x1a\x45\xdf\xa3", b"ftyp"
FIRST_CLUSTER, FIRST_MEDIA = b"\x1f\x43\xb6\x75", (b"moof", b"mdat")
MOST_HEADER_BYTES = 64 * 1024
PICTURE_CODEC = re.compile(rb"V_(?:MPEG4/ISO/AVC|[A-Z0-9]{2,8})")
COPIED = {b"V_MPEG4/ISO/AVC", b"avc1", b"avc3"}
CONVERTED = {b"V_VP8", b"V_VP9"}
TO_H264 = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
    *("-threads", "1", "-pix_fmt", "yuv420p", "-profile:v", "baseline"),
    *(
        "-vf",
        "scale='min(1280,iw)':'min(1280,ih)':force_original_aspect_ratio=decrease"
        ":force_divisible_by=2,fps=24",
    ),
    *("-b:v", "1500k", "-maxrate", "1800k", "-bufsize", "1800k"),
    *("-force_key_frames", "expr:gte(t,n_forced)"),
)


class BrokenRecordingError(ValueError):
    """The bytes are not what a browser's recorder writes."""


def find_codec(header: bytes) -> tuple[str, bytes] | None:
    """Return form and picture codec of a recording; None while more must come.

    Raises:
        BrokenRecordingError: it is neither WebM nor MP4.
    """
    if len(header) < 12:
        return None
    if header.startswith(WEBM):
        found = PICTURE_CODEC.search(header)
        is_whole = FIRST_CLUSTER in header
        return _weigh("webm", found[0] if found else b"", header, is_whole=is_whole)
    if header[4:8] != MP4:
        raise BrokenRecordingError
    moov = header.find(b"moov")
    names = [name for name in COPIED if header.find(name, max(0, moov)) > 0]
    is_whole = moov > 0 and any(mark in header[moov:] for mark in FIRST_MEDIA)
    codec = names[0] if names and moov > 0 else b""
    return _weigh("mp4", codec, header, is_whole=is_whole)


def _weigh(
    form: str, codec: bytes, header: bytes, *, is_whole: bool
) -> tuple[str, bytes] | None:
    is_known = bool(codec) or is_whole or len(header) > MOST_HEADER_BYTES
    return (form, codec) if is_known else None


class BrowserPublisher(Publisher):
    """Takes one recorder's bytes; a new recorder is a new socket and publisher."""

    converting = 0
    """How many pictures of this process are converted now."""

    def __init__(self, packager: Packager, ties: Ties) -> None:
        super().__init__(packager, ties)
        self._header = bytearray()
        self._converts = False

    async def write(self, data: bytes) -> None:
        """Take bytes in, no faster than ffmpeg takes them.

        Raises:
            RefusedError: the browser must go, with the sentence it is told.
        """
        try:
            self._count(len(data))
            if self._remuxer is None:
                await self._begin(data)
            else:
                await self._hand_over(data)
        except RefusedError as refusal:
            self.refusal = str(refusal)
            raise

    def check(self) -> None:
        """Look after ffmpeg while the browser is silent.

        Raises:
            RefusedError: it ended, or no picture came in time.
        """
        waited = self._loop.time() - self._began_at
        fault = None
        if self._remuxer is not None and self._remuxer.is_gone:
            fault = Fault.RESTARTED if self._has_picture else Fault.BROWSER_GARBAGE
        elif not self._has_picture and waited > self._limits.seconds_to_picture:
            fault = Fault.BROWSER_NO_PICTURE
        if fault is not None:
            self.refusal = fault.sentence
            raise RefusedError(fault.sentence)

    async def close(self) -> None:
        """Let ffmpeg finish and tell the show that the picture is lost."""
        if self._converts:
            self._converts = False
            BrowserPublisher.converting -= 1
        await super().close()

    async def _begin(self, data: bytes) -> None:
        self._header += data
        try:
            found = find_codec(bytes(self._header))
        except BrokenRecordingError:
            raise RefusedError(Fault.BROWSER_GARBAGE.sentence) from None
        if found is None:
            return
        form, codec = found
        picture = self._choose(codec)
        line = ffmpeg_line(form, picture=picture, sound=MAKE_AAC)
        await self._start_remuxer(line, self._see_picture)
        header, self._header = bytes(self._header), bytearray()
        await self._hand_over(header)

    def _choose(self, codec: bytes) -> Sequence[str]:
        """Return what becomes of the picture: copied, or converted at a limit."""
        if codec in COPIED:
            return COPY_PICTURE
        if not codec:
            raise RefusedError(Fault.BROWSER_NO_PICTURE.sentence)
        if codec not in CONVERTED:
            raise RefusedError(Fault.BROWSER_FORMAT.sentence)
        if BrowserPublisher.converting >= self._limits.most_converted:
            raise RefusedError(Fault.TOO_MANY_CONVERTED.sentence)
        BrowserPublisher.converting += 1
        self._converts = True
        return TO_H264

    async def _hand_over(self, data: bytes) -> None:
        assert self._remuxer is not None
        try:
            await self._remuxer.write(data)
        except (OSError, RuntimeError):
            await self._drop_remuxer()  # names what ended it, where that is known
            fault = Fault.RESTARTED if self._has_picture else Fault.BROWSER_GARBAGE
            raise RefusedError(fault.sentence) from None
