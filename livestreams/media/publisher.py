"""One publisher: its tags go through one supervised ffmpeg into the packager."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from livestreams.media.faults import Fault
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.flv import AUDIO, SCRIPT, VIDEO, Tag, file_header
from livestreams.media.fmp4 import BrokenMp4Error, Init, Splitter
from livestreams.media.limits import Limits
from livestreams.media.packager import NoKeyFrameError, Packager
from livestreams.media.rtmp import RefusedError

READ_BYTES = 256 * 1024
STOP_SECONDS = 3
MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 30
LINES_OF_COMPLAINT = 10
MOST_SOUND_TAGS = 20
MOST_CLOCK_JUMP_MS = 3_000

log = structlog.get_logger(__name__)


def ffmpeg_line(*, copies_sound: bool) -> list[str]:
    """Return the command that turns FLV into fragments without touching H.264."""
    sound = ["-c:a", "copy"]
    if not copies_sound:
        sound = ["-c:a", "aac", "-ar", "48000", "-af", "aresample=async=1:first_pts=0"]
    flags = "frag_keyframe+empty_moov+default_base_moof+skip_trailer"
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-fflags", "+genpts", "-probesize", "65536"),
        *("-analyzeduration", "500000", "-f", "flv", "-i", "pipe:0"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy", *sound),
        *("-f", "mp4", "-movflags", flags, "-frag_duration", "250000"),
        *("-flush_packets", "1", "pipe:1"),
    ]


class TooLargeError(ValueError):
    """The picture has more pixels than a phone could show."""


class Remuxer:
    """One run of ffmpeg: FLV in, fragments into the packager; ends with its input."""

    def __init__(
        self,
        packager: Packager,
        process: asyncio.subprocess.Process,
        *,
        longest_side: int,
    ) -> None:
        self._packager = packager
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
        cls, packager: Packager, *, copies_sound: bool, longest_side: int
    ) -> "Remuxer":
        """Start ffmpeg; it ends when its input closes, so none is orphaned."""
        process = await asyncio.create_subprocess_exec(
            *ffmpeg_line(copies_sound=copies_sound),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=READ_BYTES,
            start_new_session=True,
        )
        return cls(packager, process, longest_side=longest_side)

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
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._process.wait()
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


class Publisher:
    """Takes tags of one encoder and keeps an ffmpeg running for them."""

    def __init__(
        self,
        packager: Packager,
        *,
        on_picture: Callable[[], None],
        on_close: Callable[["Publisher"], Awaitable[None]],
        on_fault: Callable[[Fault], None],
        kick: Callable[[str], None],
        mark: str = "",
        limits: Limits,
    ) -> None:
        self._packager = packager
        self._limits = limits
        self._on_fault = on_fault
        self._on_picture = on_picture
        self._on_close = on_close
        self._kick = kick
        self.mark = mark
        self._remuxer: Remuxer | None = None
        self._setup: dict[tuple[int, bool], Tag] = {}
        self._sound: list[bytes] = []
        self._restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
        self._waits_for_key = True
        self._has_picture = False
        self._copies_sound = True
        self._has_sound = False
        self._is_silence_told = False
        self._clock: int | None = None
        self._loop = asyncio.get_running_loop()
        self._began_at = self._loop.time()
        self._rate_since = self._began_at
        self._rate_bytes = 0
        self.refusal = ""
        self.bytes_count = 0
        self.bytes_per_second = 0.0

    @property
    def ffmpeg_pid(self) -> int | None:
        """The process id of the ffmpeg that runs now."""
        return self._remuxer.pid if self._remuxer else None

    async def write(self, tag: Tag) -> None:
        """Take one tag in.

        Raises:
            RefusedError: the publisher must go, with the sentence it is told.
        """
        try:
            await self._take(tag)
        except RefusedError as refusal:
            self.refusal = str(refusal)
            raise

    async def _take(self, tag: Tag) -> None:
        self._count(len(tag.body))
        self._inspect(tag)
        await self._follow_clock(tag)
        if tag.is_setup:
            await self._keep_setup(tag)
        elif tag.kind == VIDEO:
            await self._write_picture(tag)
        elif not self._waits_for_key:
            await self._write_sound(tag)

    def blame(self, sentence: str) -> None:
        """Note why the encoder leaves."""
        self.refusal = sentence

    def send_away(self, sentence: str) -> None:
        """Kick the encoder; its host reads the sentence too."""
        self.refusal = sentence
        self._kick(sentence)

    async def close(self) -> None:
        """Let ffmpeg finish and tell the show that the picture is lost."""
        if self._remuxer is not None:
            await self._remuxer.stop()
            self._remuxer = None
        await self._on_close(self)

    def _count(self, size: int) -> None:
        self.bytes_count += size
        self._rate_bytes += size
        span = self._loop.time() - self._rate_since
        if span < self._limits.rate_seconds:
            return
        self.bytes_per_second = self._rate_bytes / span
        self._rate_since += span
        self._rate_bytes = 0
        if self.bytes_per_second > self._limits.most_bytes_per_second:
            raise RefusedError(Fault.TOO_MUCH.sentence)

    def _inspect(self, tag: Tag) -> None:
        if tag.kind == VIDEO and not tag.is_avc:
            raise RefusedError(Fault.WRONG_CODEC.sentence)
        if tag.kind == AUDIO:
            self._has_sound = True
            self._copies_sound = tag.is_aac
        waited = self._loop.time() - self._began_at
        if not self._has_picture and waited > self._limits.seconds_to_picture:
            is_video_seen = (VIDEO, True) in self._setup
            fault = Fault.NO_KEY_FRAME if is_video_seen else Fault.NO_PICTURE
            raise RefusedError(fault.sentence)
        if self._has_sound or self._is_silence_told:
            return
        if self._has_picture and waited > self._limits.seconds_to_sound:
            self._is_silence_told = True
            self._on_fault(Fault.NO_SOUND)

    async def _follow_clock(self, tag: Tag) -> None:
        """Begin a new epoch where the encoder's clock jumps."""
        if tag.kind != VIDEO or tag.is_setup:
            return
        before, self._clock = self._clock, tag.timestamp
        if before is None or self._remuxer is None:
            return
        if abs(tag.timestamp - before) > MOST_CLOCK_JUMP_MS:
            self._on_fault(Fault.CLOCK_JUMPED)
            await self._restart()

    async def _keep_setup(self, tag: Tag) -> None:
        place = (tag.kind, True)
        before = self._setup.get(place)
        self._setup[place] = tag
        if tag.kind != SCRIPT and before and before.body != tag.body:
            await self._restart()

    async def _write_picture(self, tag: Tag) -> None:
        if self._waits_for_key and not tag.is_key:
            return
        if self._remuxer is None or self._remuxer.is_gone:
            if self._remuxer is not None and self._remuxer.fault is None:
                self._on_fault(Fault.RESTARTED)
            if not tag.is_key:
                await self._drop_remuxer()
                self._waits_for_key = True
                self._sound.clear()
                return
            await self._start_remuxer()
        self._waits_for_key = False
        if not self._has_picture:
            self._has_picture = True
            self._on_picture()
        sound, self._sound = self._sound, []
        await self._hand_over(b"".join([*sound, tag.encode()]))

    async def _write_sound(self, tag: Tag) -> None:
        """Keep sound for the next picture, so that ffmpeg wakes once for both."""
        self._sound.append(tag.encode())
        if len(self._sound) >= MOST_SOUND_TAGS and self._remuxer is not None:
            sound, self._sound = self._sound, []
            await self._hand_over(b"".join(sound))

    async def _hand_over(self, data: bytes) -> None:
        assert self._remuxer is not None
        try:
            await self._remuxer.write(data)
        except (OSError, RuntimeError):
            self._waits_for_key = True  # the next key frame starts a new one

    async def _start_remuxer(self) -> None:
        await self._drop_remuxer()
        now = self._loop.time()
        is_full = len(self._restarts) == MOST_RESTARTS
        if is_full and now - self._restarts[0] < RESTART_WINDOW_SECONDS:
            raise RefusedError(Fault.NOT_READABLE.sentence)
        self._restarts.append(now)
        self._remuxer = await Remuxer.start(
            self._packager,
            copies_sound=self._copies_sound,
            longest_side=self._limits.longest_side,
        )
        setup = b"".join(tag.encode() for tag in self._setup.values())
        has_sound = not self._copies_sound or (AUDIO, True) in self._setup
        await self._hand_over(file_header(has_sound=has_sound) + setup)

    async def _drop_remuxer(self) -> None:
        if self._remuxer is None:
            return
        remuxer, self._remuxer = self._remuxer, None
        await remuxer.stop()
        if isinstance(remuxer.fault, NoKeyFrameError):
            raise RefusedError(Fault.NO_KEY_FRAME.sentence)
        if isinstance(remuxer.fault, TooLargeError):
            raise RefusedError(Fault.TOO_LARGE.sentence)

    async def _restart(self) -> None:
        """Begin a new epoch: the encoder changed its picture or sound."""
        await self._drop_remuxer()
        self._waits_for_key = True
        self._sound.clear()
