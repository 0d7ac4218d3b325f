"""A browser's recorder for tests: recordings made by ffmpeg, sent over a socket."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.ingest import PROTOCOL
from tests.media_lab import SITE

SECONDS = 6
CHUNKS_A_SECOND = 10
H264 = ("libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "24")
VP8 = ("libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "24")


def make_recording(folder: Path, picture: tuple[str, ...] = H264) -> bytes:
    """Return a recording as a browser writes it; without a picture: sound alone."""
    target = folder / "recording.mkv"
    video = ("-f", "lavfi", "-i", "testsrc2=size=180x320:rate=24")
    codec = ("-c:v", *picture, "-pix_fmt", "yuv420p") if picture else ("-vn",)
    subprocess.run(
        [
            find_ffmpeg(),
            *("-hide_banner", "-loglevel", "error", "-y"),
            *(video if picture else ()),
            *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
            *(*codec, "-c:a", "libopus", "-b:a", "32k", "-t", str(SECONDS)),
            *("-live", "1", "-cluster_time_limit", "250", "-f", "matroska"),
            str(target),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return target.read_bytes()


@dataclass
class Recorder:
    """One page's socket to the gateway."""

    socket: ClientConnection
    acks: list[int] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0
    reason: str = ""

    async def listen(self) -> None:
        """Read what the gateway answers until it closes."""
        try:
            async for text in self.socket:
                self.acks.append(json.loads(text)["bytes"])
        except ConnectionClosed:
            pass
        self.code = self.socket.close_code or 0
        self.reason = self.socket.close_reason or ""
        self.is_over.set()

    async def send(self, data: bytes | str) -> None:
        """Send one message; a socket that is closed takes none."""
        with contextlib.suppress(ConnectionClosed):
            await self.socket.send(data)

    async def play(self, recording: bytes) -> None:
        """Send a recording at the pace of its making."""
        size = -(-len(recording) // (SECONDS * CHUNKS_A_SECOND))
        for start in range(0, len(recording), size):
            await self.send(recording[start : start + size])
            await asyncio.sleep(1 / CHUNKS_A_SECOND)

    async def until_over(self) -> str:
        """Wait until the gateway closed the socket and return why."""
        async with asyncio.timeout(20):
            await self.is_over.wait()
        return self.reason


@contextlib.asynccontextmanager
async def run_recorder(
    port: int,
    show: str,
    *,
    ticket: str = "right.anna",
    origin: str = SITE,
    recording: bytes = b"",
) -> AsyncIterator[Recorder]:
    """Connect a browser until the block ends; it sends a recording at once."""
    async with connect(
        f"ws://127.0.0.1:{port}/ingest/{show}",
        origin=Origin(origin),
        subprotocols=[Subprotocol(PROTOCOL), Subprotocol(f"ticket.{ticket}")],
        compression=None,
    ) as socket:
        recorder = Recorder(socket)
        jobs = [asyncio.create_task(recorder.listen())]
        if recording:
            jobs.append(asyncio.create_task(recorder.play(recording)))
        try:
            yield recorder
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
