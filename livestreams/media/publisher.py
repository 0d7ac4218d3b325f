"""One publisher: what it sends goes through one supervised ffmpeg to the packager."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from livestreams.media.faults import Fault
from livestreams.media.flv import AUDIO, SCRIPT, VIDEO, Tag, file_header
from livestreams.media.limits import Limits
from livestreams.media.packager import NoKeyFrameError, Packager
from livestreams.media.remuxer import (
    COPY_SOUND,
    MAKE_AAC,
    Remuxer,
    TooLargeError,
    ffmpeg_line,
)
from livestreams.media.rtmp import RefusedError

MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 30
MOST_SOUND_TAGS = 20
MOST_CLOCK_JUMP_MS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """What binds a publisher to its show and to its connection."""

    on_picture: Callable[[], None]
    on_close: Callable[["Publisher"], Awaitable[None]]
    on_fault: Callable[[Fault], None]
    kick: Callable[[str], None]
    limits: Limits
    mark: str = ""
    person: str = ""
    """Who publishes from a browser; empty for an encoder."""


class Publisher:
    """What every publisher has: limits, one ffmpeg, a way to be sent away."""

    def __init__(self, packager: Packager, ties: Ties) -> None:
        self._packager = packager
        self._ties = ties
        self._limits = ties.limits
        self.mark = ties.mark
        self.person = ties.person
        self._remuxer: Remuxer | None = None
        self._restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
        self._has_picture = False
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

    def blame(self, sentence: str) -> None:
        """Note why the encoder leaves."""
        self.refusal = sentence

    def send_away(self, sentence: str) -> None:
        """Kick the encoder; its host reads the sentence too."""
        self.refusal = sentence
        self._ties.kick(sentence)

    async def close(self) -> None:
        """Let ffmpeg finish and tell the show that the picture is lost."""
        if self._remuxer is not None:
            await self._remuxer.stop()
            self._remuxer = None
        await self._ties.on_close(self)

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

    def _see_picture(self) -> None:
        if not self._has_picture:
            self._has_picture = True
            self._ties.on_picture()

    async def _start_remuxer(
        self, line: Sequence[str], on_fragment: Callable[[], None] | None = None
    ) -> None:
        await self._drop_remuxer()
        now = self._loop.time()
        is_full = len(self._restarts) == MOST_RESTARTS
        if is_full and now - self._restarts[0] < RESTART_WINDOW_SECONDS:
            raise RefusedError(Fault.NOT_READABLE.sentence)
        self._restarts.append(now)
        self._remuxer = await Remuxer.start(
            self._packager,
            line,
            longest_side=self._limits.longest_side,
            on_fragment=on_fragment,
        )

    async def _drop_remuxer(self) -> None:
        if self._remuxer is None:
            return
        remuxer, self._remuxer = self._remuxer, None
        await remuxer.stop()
        if isinstance(remuxer.fault, NoKeyFrameError):
            raise RefusedError(Fault.NO_KEY_FRAME.sentence)
        if isinstance(remuxer.fault, TooLargeError):
            raise RefusedError(Fault.TOO_LARGE.sentence)


class TagPublisher(Publisher):
    """Takes tags of one encoder and keeps an ffmpeg running for them."""

    def __init__(self, packager: Packager, ties: Ties) -> None:
        super().__init__(packager, ties)
        self._setup: dict[tuple[int, bool], Tag] = {}
        self._sound: list[bytes] = []
        self._waits_for_key = True
        self._copies_sound = True
        self._has_sound = False
        self._is_silence_told = False
        self._clock: int | None = None

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
            self._ties.on_fault(Fault.NO_SOUND)

    async def _follow_clock(self, tag: Tag) -> None:
        """Begin a new epoch where the encoder's clock jumps."""
        if tag.kind != VIDEO or tag.is_setup:
            return
        before, self._clock = self._clock, tag.timestamp
        if before is None or self._remuxer is None:
            return
        if abs(tag.timestamp - before) > MOST_CLOCK_JUMP_MS:
            self._ties.on_fault(Fault.CLOCK_JUMPED)
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
                self._ties.on_fault(Fault.RESTARTED)
            if not tag.is_key:
                await self._drop_remuxer()
                self._waits_for_key = True
                self._sound.clear()
                return
            await self._start_over()
        self._waits_for_key = False
        self._see_picture()
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

    async def _start_over(self) -> None:
        sound = COPY_SOUND if self._copies_sound else MAKE_AAC
        await self._start_remuxer(ffmpeg_line("flv", sound=sound))
        setup = b"".join(tag.encode() for tag in self._setup.values())
        has_sound = not self._copies_sound or (AUDIO, True) in self._setup
        await self._hand_over(file_header(has_sound=has_sound) + setup)

    async def _restart(self) -> None:
        """Begin a new epoch: the encoder changed its picture or sound."""
        await self._drop_remuxer()
        self._waits_for_key = True
        self._sound.clear()
