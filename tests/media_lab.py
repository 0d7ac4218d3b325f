"""A gateway in this process with a real ffmpeg as encoder: for engine tests."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from livestreams.media.answers import CorsPolicy
from livestreams.media.archive import Archive
from livestreams.media.embedded import EmbeddedLine
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.foreign import ForeignHooks, ForeignServers
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import (
    GatewayLoad,
    PlayRequest,
    PublishAttempt,
    PublishGrant,
    RecordingFacts,
    Refusal,
    RelayState,
    Standing,
)
from livestreams.media.limits import Limits
from livestreams.media.meter import Health
from livestreams.media.offline import record_file
from livestreams.media.rtmp import RtmpServer
from livestreams.media.server import MediaServer
from livestreams.media.store import Store
from livestreams.media.stored import StoredShows

KEY = "right"
TOKEN = "9999999999-aaaaaaaaaaaaaaaaaaaaaa"
SITE = "http://testserver"
TONE = "sine=frequency=440:sample_rate=44100"
PATIENCE_SECONDS = 20


@dataclass
class LabHooks:
    """A shop of the lab: one key, one token, and a note of what it heard."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    recordings: dict[str, RecordingFacts] = field(default_factory=dict)
    standing: Standing = field(default_factory=lambda: Standing(is_allowed=True))
    loads: list[GatewayLoad] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    dismissed: set[str] = field(default_factory=set)
    relayed_to: list[tuple[str, RelayState, str]] = field(default_factory=list)
    rates: dict[str, int] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    asked: list[PlayRequest] = field(default_factory=list)
    health: dict[str, Health] = field(default_factory=dict)
    captions: list[EmbeddedLine] = field(default_factory=list)
    is_away: bool = False
    mark: str = ""
    has_ladder: bool = False

    async def authorise_publish(
        self, attempt: PublishAttempt
    ) -> PublishGrant | Refusal:
        if self.is_away:
            raise ConnectionError("the shop is away")
        key, _, person = attempt.key.partition(".")
        if key != KEY or bool(person) is not attempt.is_browser:
            return Refusal("This stream key is wrong.")
        mark = self.marks.get(attempt.name, self.mark)
        return PublishGrant(
            attempt.name,
            mark=mark,
            has_ladder=self.has_ladder,
            person=person,
            person_name=person,
        )

    async def published(self, show: str) -> None:
        self.heard.append(("published", show))

    async def still_publishing(self, show: str, person: str) -> Standing:
        if self.is_away:
            raise ConnectionError("the shop is away")
        standing = self.standings.get(show, self.standing)
        standing = replace(standing, is_dismissed=person in self.dismissed)
        mark = self.marks.get(show, self.mark)
        return replace(standing, mark=mark) if mark else standing

    async def unpublished(self, show: str) -> None:
        self.heard.append(("unpublished", show))

    async def refused(self, show: str, sentence: str) -> None:
        self.heard.append((sentence, show))

    async def relayed(
        self, show: str, target: str, state: RelayState, sentence: str, kbits: int
    ) -> None:
        self.relayed_to.append((target, state, sentence))
        self.rates[target] = kbits

    async def measured(self, show: str, health: Health) -> None:
        self.health[show] = health

    async def captioned(self, show: str, lines: Sequence[EmbeddedLine]) -> None:
        if self.is_away:
            raise ConnectionError("the shop is away")
        self.captions += lines

    async def closed(self, show: str, recording: RecordingFacts) -> None:
        self.heard.append(("closed", show))
        self.recordings[show] = recording

    async def authorise_play(self, request: PlayRequest) -> Refusal | None:
        self.asked.append(request)
        is_right = request.token in self.tokens
        return None if is_right else Refusal("This link has expired.")

    async def beat(self, load: GatewayLoad) -> None:
        self.loads.append(load)

    async def list_left_open(self) -> list[str]:
        return []


@dataclass
class Lab:
    """A running gateway and what tests do with it."""

    hooks: LabHooks
    gateway: Gateway
    server: MediaServer
    port: int
    http: httpx.AsyncClient

    def rtmp_url(self, show: str, key: str = KEY) -> str:
        """Where an encoder sends to."""
        return f"rtmp://127.0.0.1:{self.server.rtmp.port}/live/{show}?key={key}"

    def path(self, show: str, file: str, kind: str = "low", token: str = TOKEN) -> str:
        """Return the path of a file of a show."""
        return f"/{token}/{show}/{kind}/{file}"

    def url(self, show: str, file: str, kind: str = "low") -> str:
        """Return the address of a file of a show."""
        return f"http://127.0.0.1:{self.port}{self.path(show, file, kind)}"


@contextlib.asynccontextmanager
async def run_lab(
    folder: Path,
    *,
    grace_seconds: float = 30,
    site: str = SITE,
    ports: tuple[int, int] = (0, 0),
    limits: Limits | None = None,
    foreign: ForeignServers | None = None,
    store: Store | None = None,
) -> AsyncIterator[Lab]:
    """Run a gateway on free ports until the block ends."""
    hooks = LabHooks()
    gateway = Gateway(
        hooks,
        folder,
        grace_seconds=grace_seconds,
        wall_clock=time.time,
        limits=limits,
    )
    rtmp = RtmpServer(gateway.open_intake)
    cors = CorsPolicy(frozenset({site}))
    server = MediaServer(
        gateway,
        rtmp,
        rtmp_host="127.0.0.1",
        rtmp_port=ports[1],
        cors=cors,
        foreign=ForeignHooks(gateway, foreign) if foreign else None,
        stored=StoredShows(store, folder) if store else None,
    )
    async with (
        serve(server, ports[0]) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        yield Lab(hooks, gateway, server, port, http)


def record_show(folder: Path, *, seconds: int = 6) -> Archive:
    """Record a small moving test picture as a show that is over."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    video = folder.parent / f"{folder.name}.mp4"
    picture = f"testsrc2=size=90x160:rate=10:duration={seconds}"
    line = [find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", picture]
    line += ["-g", "10", "-pix_fmt", "yuv420p", "-c:v", "libx264"]
    subprocess.run([*line, "-preset", "ultrafast", str(video)], check=True)
    archive = Archive(folder)
    asyncio.run(record_file(video, archive, starts_at=1_800_000_000.0))
    video.unlink()
    return archive


@contextlib.asynccontextmanager
async def serve(application: Any, port: int = 0) -> AsyncIterator[int]:
    """Serve an application with uvicorn until the block ends; yield its port."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        log_level="error",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    runner = uvicorn.Server(config)
    task = asyncio.create_task(runner.serve())
    await until(lambda: runner.started or task.done())
    try:
        yield runner.servers[0].sockets[0].getsockname()[1]
    finally:
        runner.should_exit = True
        await task


async def until(is_true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so; fail when it takes too long."""
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def run_encoder(
    url: str,
    *,
    seconds: float | None = None,
    video: tuple[str, ...] = (),
    sound: str = TONE,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Send a moving test picture with a tone, as an encoder would."""
    picture = "testsrc2=size=180x320:rate=24"
    codec = video or ("libx264", "-preset", "ultrafast", "-tune", "zerolatency")
    length = ("-t", str(seconds)) if seconds else ()
    process = await asyncio.create_subprocess_exec(
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i", picture),
        *("-re", "-f", "lavfi", "-i", sound),
        *("-c:v", *codec, "-g", "24", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "64k", *length, "-f", "flv", url),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def decode(url: str, *, seconds: float) -> tuple[int, str]:
    """Play an address with ffmpeg; return the pictures decoded and its complaints."""
    process = await asyncio.create_subprocess_exec(
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "warning", "-i", url, "-t", str(seconds)),
        *("-map", "0:v:0", "-f", "null", "-progress", "pipe:1", "-"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    frames = [
        int(line.partition("=")[2])
        for line in out.decode().splitlines()
        if line.startswith("frame=")
    ]
    return (frames[-1] if frames else 0), complaints.decode()
