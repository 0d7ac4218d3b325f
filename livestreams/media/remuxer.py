"""One run of ffmpeg: an encoder's bytes in, fragments into the packager."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from livestreams.media.ffmpeg import bury, find_ffmpeg
from livestreams.media.fmp4 import BrokenMp4Error, Init, Splitter
from livestreams.media.packager import NoKeyFrameError, Packager

READ_BYTES = 256 * 1024
STOP_SECONDS = 3
LINES_OF_COMPLAINT = 10
COPY_SOUND = ("-c:a", "copy")
MAKE_AAC = (
    *("-c:a", "aac", "-ar", "48000"),
    *("-af", "aresample=async=1:first_pts=0"),
)
COPY_PICTURE = ("-c:v", "copy")

log = structlog.get_logger(__name__)


def ffmpeg_line(
    form: str,
    *,
    picture: Sequence[str] = COPY_PICTURE,
    sound: Sequence[str] = COPY_SOUND,
) -> list[str]:
    """Return the command that turns a form of video into fragments.

    Args:
        form: the form of what comes in, by ffmpeg's name.
        picture: what becomes of the picture.
        sound: what becomes of the sound.
    """
    flags = "frag_keyframe+empty_moov+default_base_moof+skip_trailer"
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-fflags", "+genpts"),
        *("-probesize", "65536", "-analyzeduration", "500000"),
        *("-f", form, "-i", "pipe:0"),
        *("-map", "0:v:0", "-map", "0:a:0?", *picture, *sound),
        *("-f", "mp4", "-movflags", flags, "-frag_duration", "250000"),
        *("-flush_packets", "1", "pipe:1"),
    ]


class TooLargeError(ValueError):
    """The picture has more pixels than a phone could show."""


class Remuxer:
    """One run of ffmpeg; it ends with its input."""

    def __init__(
        self,
        packager: Packager,
        process: asyncio.subprocess.Process,
        *,
        longest_side: int,
        on_fragment: Callable[[], None] | None,
    ) -> None:
        self._packager = packager
        self._on_fragment = on_fragment
        self._longest_side = longest_side
        self._process = process
        self._complaints: deque[str] = deque(maxlen=LINES_OF_COMPLAINT)
        self.fault: Exception | None = None
        self._tasks = [
            asyncio.create_task(self._read_output()),
            asyncio.create_task(self._read_complaints()),
        ]

    @classmethod
    async def start(
        cls,
        packager: Packager,
        line: Sequence[str],
        *,
        longest_side: int,
        on_fragment: Callable[[], None] | None = None,
    ) -> "Remuxer":
        """Start ffmpeg; it ends when its input closes, so none is orphaned.

        Args:
            packager: takes the fragments.
            line: the command.
            longest_side: a larger picture ends it.
            on_fragment: hears of each fragment.
        """
        process = await asyncio.create_subprocess_exec(
            *line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=READ_BYTES,
            start_new_session=True,
        )
        return cls(
            packager, process, longest_side=longest_side, on_fragment=on_fragment
        )

    @property
    def pid(self) -> int:
        """The process id of ffmpeg."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether ffmpeg ended or its output could not be used."""
        return self._process.returncode is not None or self._tasks[0].done()

    async def write(self, data: bytes) -> None:
        """Hand bytes over, no faster than ffmpeg takes them."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    async def stop(self) -> None:
        """Close the input, let ffmpeg finish, kill it if it does not."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, RuntimeError):
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._process.wait()
        except TimeoutError:
            pass
        finally:  # also where whoever stops it is stopped meanwhile
            await bury(self._process, *self._tasks)
        if self._complaints:
            log.info("ffmpeg_said", pid=self.pid, lines=list(self._complaints))

    async def _read_output(self) -> None:
        assert self._process.stdout is not None
        splitter = Splitter()
        try:
            while data := await self._process.stdout.read(READ_BYTES):
                for piece in splitter.feed(data):
                    if not isinstance(piece, Init):
                        await self._packager.add(piece)
                        if self._on_fragment is not None:
                            self._on_fragment()
                    elif piece.longest_side > self._longest_side:
                        raise TooLargeError
                    else:
                        self._packager.start_epoch(piece)
        except (BrokenMp4Error, NoKeyFrameError, TooLargeError) as fault:
            self.fault = fault
            self._process.kill()

    async def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self._complaints.append(line.decode("utf-8", "replace").strip()[:300])
