"""An encoder made of a few lines: sends chosen FLV tags over RTMP, well or badly."""

import asyncio
import contextlib
import itertools
import re
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from livestreams.media import amf
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.flv import VIDEO, Tag, TagSplitter

CHUNK_BYTES = 1 << 20
PATIENCE_SECONDS = 20


def chunk(kind: int, body: bytes, *, stream: int = 3, time: int = 0) -> bytes:
    """Write one message as one chunk."""
    head = bytes([stream]) + time.to_bytes(3, "big") + len(body).to_bytes(3, "big")
    return head + bytes([kind]) + bytes(4) + body


class Pen:
    """One connection; what the server says of it is kept in `said`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.said = b""
        self.is_over = asyncio.Event()

    async def open(self, name: str) -> None:
        """Shake hands and ask to publish; what is refused is heard later."""
        self._writer.write(b"\x03" + bytes(1536))
        await self._reader.readexactly(1 + 2 * 1536)
        self._writer.write(bytes(1536))
        self.write(chunk(1, CHUNK_BYTES.to_bytes(4, "big"), stream=2))
        for command in (
            amf.encode("connect", 1.0, {"app": "live"}),
            amf.encode("createStream", 2.0, None),
            amf.encode("publish", 3.0, None, name, "live"),
        ):
            self.write(chunk(20, command))

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._writer.write(data)

    async def send(self, tags: Iterable[Tag]) -> None:
        """Send tags as fast as they are taken, until the server closes."""
        for tag in tags:
            if self.is_over.is_set():
                return
            self.write(chunk(tag.kind, tag.body, stream=4, time=tag.timestamp))
            with contextlib.suppress(ConnectionError):
                await self._writer.drain()

    async def listen(self) -> None:
        """Keep what the server says until it closes."""
        with contextlib.suppress(ConnectionError):
            while data := await self._reader.read(4096):
                self.said += data
        self.is_over.set()

    async def until_over(self) -> str:
        """Wait until the server closes; return the sentence of its last status."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.is_over.wait()
        found = re.findall(rb"description\x02..([^\x00]+)\x00", self.said)
        return found[-1].decode() if found else ""


@contextlib.asynccontextmanager
async def run_pen(port: int, name: str) -> AsyncIterator[Pen]:
    """Connect to a gateway's RTMP port and ask to publish a stream name."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    pen = Pen(reader, writer)
    await pen.open(name)
    listener = asyncio.create_task(pen.listen())
    try:
        yield pen
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        writer.close()


def shift(tags: Iterable[Tag], milliseconds: int) -> list[Tag]:
    """Return tags that come later, or earlier."""
    return [replace(tag, timestamp=tag.timestamp + milliseconds) for tag in tags]


def endless(clip: list[Tag]) -> Iterator[Tag]:
    """Repeat a clip with a clock that goes on; its set-up is sent once."""
    setup = [tag for tag in clip if tag.is_setup]
    picture = [tag for tag in clip if not tag.is_setup]
    length = picture[-1].timestamp + 42
    yield from setup
    for turn in itertools.count():
        yield from shift(picture, turn * length)


async def feed(pen: Pen, tags: Iterable[Tag], *, pace: float = 0.01) -> None:
    """Send until the server closes, faster than life but not without pause."""
    for tag in tags:
        if pen.is_over.is_set():
            return
        await pen.send([tag])
        await asyncio.sleep(pace if tag.kind == VIDEO else 0)


@contextlib.asynccontextmanager
async def run_feed(port: int, name: str, tags: Iterable[Tag]) -> AsyncIterator[Pen]:
    """Let an encoder send until the block ends."""
    async with run_pen(port, name) as pen:
        task = asyncio.create_task(feed(pen, tags))
        try:
            yield pen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def make_tags(
    folder: Path, *, size: str = "180x320", frames: int = 48, inputs: Sequence[str] = ()
) -> list[Tag]:
    """Encode a short clip with a tone, or from other inputs, and return its tags."""
    path = folder / f"{size}.flv"
    usual = (
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=24"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"),
    )
    line = [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-y", *(inputs or usual)),
        *("-frames:v", str(frames), "-t", str(frames / 24), "-g", "12"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
    ]
    subprocess.run(line, check=True, stdin=subprocess.DEVNULL)
    return list(TagSplitter().feed(path.read_bytes()))
