"""Smaller pictures of a show for slow networks: one ffmpeg and packager per height.

Each rung reads the show's own fragments as a viewer would and keeps their times, so
that players change between them without a jump and pins stay in step.
"""

import asyncio
import contextlib
import json
import re
import shutil
from pathlib import Path

import structlog

from livestreams.media.answers import Answer
from livestreams.media.archive import Archive
from livestreams.media.ffmpeg import bury, find_ffmpeg
from livestreams.media.fmp4 import BrokenMp4Error, Fragment, Init, Splitter
from livestreams.media.packager import NoKeyFrameError, Packager

RUNGS = {480: 900_000, 240: 300_000}
"""Heights of the shorter side, with the bits per second of their picture."""
SOUND_BITS = 96_000
SOURCE_BITS = 3_000_000  # said of a show of which nothing is whole yet
KEEP_SECONDS = 60.0
LINGER_SECONDS = 30
AGAIN_SECONDS = 2
MOST_STARTS = 10
STOP_SECONDS = 3
READ_BYTES = 256 * 1024
FILE = re.compile(r"(480|240)_([\w.]{1,50})")
SEGMENT = re.compile(r"seg(\d{1,9})\.m4s")
INIT = re.compile(r"init\d{1,9}\.mp4")
LIST = "application/vnd.apple.mpegurl"
NOT_HERE = Answer.problem(404, "media.not_here", "There is nothing at this address.")

log = structlog.get_logger(__name__)


def transcode_line(height: int) -> list[str]:
    """Return the command that makes a smaller picture and keeps its times."""
    bits = RUNGS[height]
    side = f"2*trunc(min({height},min(iw,ih))/2)"  # even, and never enlarged
    scale = f"scale='if(gt(iw,ih),-2,{side})':'if(gt(iw,ih),{side},-2)'"
    flags = "frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont"
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-copyts", "-f", "mp4"),
        *("-fflags", "+nobuffer", "-probesize", "65536"),
        *("-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?"),
        *("-vf", scale, "-c:v", "libx264", "-preset", "ultrafast"),
        *("-tune", "zerolatency", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-b:v", str(bits), "-maxrate", str(bits), "-bufsize", str(bits)),
        *("-force_key_frames", "source", "-fps_mode", "passthrough"),
        *("-c:a", "copy", "-avoid_negative_ts", "disabled"),
        *("-f", "mp4", "-movflags", flags, "-frag_duration", "250000"),
        *("-flush_packets", "1", "pipe:1"),
    ]


class Rung:
    """One smaller picture of a show."""

    def __init__(self, source: Packager, folder: Path, height: int) -> None:
        self.height = height
        self.folder = folder
        self._source = source
        self._now = 0.0
        self._anchor = 0.0
        self._epoch = -1
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        archive = Archive(folder, keep_seconds=KEEP_SECONDS)
        self.packager = Packager(archive, wall_clock=lambda: self._now)

    async def run(self) -> None:
        """Follow the show to its end; a fault begins again at its newest key frame."""
        for _ in range(MOST_STARTS):
            with contextlib.suppress(OSError, RuntimeError):
                if await self._follow():
                    break
            await asyncio.sleep(AGAIN_SECONDS)
        await self.packager.end()
        await asyncio.sleep(LINGER_SECONDS)
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def answer(self, name: str) -> Answer:
        """Answer a file of this rung."""
        if name == "plain.m3u8":
            if self.packager.last is None:
                return NOT_HERE
            text = self._with_prefix(self.packager.live_list(with_parts=False))
            return Answer(200, text.encode(), LIST, "no-store")
        match = SEGMENT.fullmatch(name)
        data = self.packager.find_segment(int(match[1])) if match else None
        if data is None and (match or INIT.fullmatch(name)):
            with contextlib.suppress(OSError):
                data = await asyncio.to_thread((self.folder / name).read_bytes)
        if data is None:
            return NOT_HERE
        return Answer(200, data, "video/mp4", "public, max-age=3600, immutable")

    def describe(self) -> tuple[str, str]:
        """Return the two lines that name this rung in the master list."""
        size = _write_size(self.packager.init)
        bits = RUNGS[self.height] + SOUND_BITS
        return f"#EXT-X-STREAM-INF:BANDWIDTH={bits}{size}", f"{self.height}_plain.m3u8"

    async def _follow(self) -> bool:
        """Transcode what the show sends; True once it is over."""
        subscriber = self._source.subscribe()
        try:
            while (frame := await subscriber.take()) is not None:
                if isinstance(frame, bytes):
                    await self._write(frame)
                    continue
                head = json.loads(frame)
                self._anchor = head["clock"]
                if head["type"] == "init":
                    await self._stop_ffmpeg()
                    self._epoch = head["epoch"]
                    await self._start_ffmpeg()
        finally:
            self._source.subscribers.discard(subscriber)
            await self._stop_ffmpeg()
        return True

    async def _start_ffmpeg(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *transcode_line(self.height),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=READ_BYTES,
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))

    async def _write(self, data: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            return
        if self._process.returncode is not None:
            raise BrokenPipeError
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        splitter = Splitter()
        try:
            while data := await process.stdout.read(READ_BYTES):
                for piece in splitter.feed(data):
                    if isinstance(piece, Init):
                        self.packager.start_epoch(piece, number=self._epoch)
                    else:
                        await self._keep(piece)
        except (BrokenMp4Error, NoKeyFrameError):
            process.kill()

    async def _keep(self, fragment: Fragment) -> None:
        """Place a fragment at the moment of its source: its times are the same."""
        if fragment.timing is not None:
            self._now = self._anchor + fragment.timing.start + fragment.timing.duration
        await self.packager.add(fragment)

    async def _stop_ffmpeg(self) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None or self._reader is None:
            return
        with contextlib.suppress(OSError, RuntimeError):
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._reader
        except TimeoutError:
            pass
        finally:
            await bury(process, self._reader)

    def _with_prefix(self, text: str) -> str:
        prefix = f"{self.height}_"
        text = text.replace('URI="', f'URI="{prefix}')
        return re.sub(r"^(?=seg)", prefix, text, flags=re.MULTILINE)


class Ladders:
    """The ladders of a gateway: as many as it has room for, none by default."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rungs: dict[str, list[Rung]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def count(self) -> int:
        """How many shows have smaller pictures here."""
        return len(self._rungs)

    def start(self, show: str, source: Packager, folder: Path) -> bool:
        """Begin the smaller pictures of a show; False where there is no room."""
        if show in self._rungs:
            return True
        if self.count >= self._most:
            log.info("ladder_refused", show=show, most=self._most)
            return False
        rungs = [Rung(source, folder / str(height), height) for height in RUNGS]
        self._rungs[show] = rungs
        task = asyncio.create_task(self._run(show, rungs))
        self._tasks[show] = task
        return True

    def list_rungs(self, show: str) -> list[Rung]:
        """List the smaller pictures of a show."""
        return self._rungs.get(show, [])

    async def stop(self) -> None:
        """End every transcoder with the gateway."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def answer(self, show: str, name: str) -> Answer | None:
        """Answer a file of a rung; None where the name is of another kind."""
        match = FILE.fullmatch(name)
        if match is None:
            return None
        for rung in self.list_rungs(show):
            if rung.height == int(match[1]):
                return await rung.answer(match[2])
        return NOT_HERE

    def write_master(self, show: str, source: Packager) -> str:
        """Write the list of a show's pictures, the show's own first.

        Players read this list once, so a rung is named before its picture is there.
        """
        bits = _measure(source.archive) + SOUND_BITS
        size = _write_size(source.init)
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
        lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={bits}{size}", "plain.m3u8"]
        for rung in self.list_rungs(show):
            lines += rung.describe()
        return "\n".join(lines) + "\n"

    async def _run(self, show: str, rungs: list[Rung]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for rung in rungs:
                    group.create_task(rung.run())
        finally:
            self._rungs.pop(show, None)
            self._tasks.pop(show, None)


def _measure(archive: Archive) -> int:
    """Return the most bits per second of the newest segments."""
    recent = [s for s in archive.segments[-10:] if s.duration > 0]
    rates = (round(s.bytes_count * 8 / s.duration) for s in recent)
    return max(rates, default=SOURCE_BITS)


def _write_size(init: Init | None) -> str:
    if init is None:
        return ""
    tracks = init.tracks.values()
    picture = max(tracks, key=lambda track: track.width * track.height)
    size = f",RESOLUTION={picture.width}x{picture.height}" if picture.width else ""
    return f'{size},CODECS="{init.codecs}"'
