"""Simulcast: sends a copy of a show on to further servers, never at its cost.

Each target has a viewer's bounded line at the packager and an ffmpeg of its own; a
slow one skips to a key frame, a dead one is tried again ever more rarely.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext_noop

from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.hooks import RelayState, RelayTarget
from livestreams.media.packager import Packager
from livestreams.media.subscribers import Subscriber
from shopfront.common.errors import DomainError
from shopfront.common.outgoing import resolve_outgoing

RTMP_PORTS = {"rtmp": 1935, "rtmps": 443}
WRITE_SECONDS = 10.0
SURE_AFTER_SECONDS = 3.0
SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STOP_SECONDS = 3.0

REFUSED = gettext_noop("The server does not answer at this address.")
SLOW = gettext_noop("The server takes the picture too slowly.")
ENDED = gettext_noop("The server ended the connection. Check address and stream key.")
FORBIDDEN = gettext_noop("This address is not a server on the public internet.")
COMPLAINTS = {
    b"refused": REFUSED,
    b"timed out": REFUSED,
    b"unreachable": REFUSED,
    b"No route": REFUSED,
}

Report: TypeAlias = Callable[[str, RelayState, str], Awaitable[None]]
log = structlog.get_logger(__name__)


class RelayError(Exception):
    """The target failed; the message is the sentence its host reads."""


def relay_line(address: str, server: str) -> list[str]:
    """Return the command that copies fragments to a server as FLV over RTMP.

    `server` is the address by name: an address by number would hide from the server
    which of its names was meant.
    """
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-fflags", "+genpts+nobuffer", "-probesize", "65536"),
        *("-analyzeduration", "500000", "-f", "mp4", "-i", "pipe:0"),
        *("-c", "copy", "-f", "flv", "-flvflags", "no_duration_filesize"),
        *("-rw_timeout", "8000000", "-rtmp_tcurl", server, address),
    ]


def find_route(target: RelayTarget) -> tuple[str, str]:
    """Return the address to connect to and the server's own, both guarded.

    Plain RTMP goes to the very number that was checked; over TLS the name must
    stay, for its certificate.

    Raises:
        DomainError: the name is unknown, or points into our own network.
    """
    parts = urlsplit(target.url)
    host, port = parts.hostname or "", parts.port or RTMP_PORTS[parts.scheme]
    number = resolve_outgoing(host, port)
    path = parts.path.strip("/")
    server = f"{parts.scheme}://{host}:{port}/{path}"
    if parts.scheme == "rtmps":
        return f"{server}/{target.key}", server
    shown = f"[{number}]" if ":" in number else number
    return f"rtmp://{shown}:{port}/{path}/{target.key}", server


class Relay:
    """One target of one show, from the first picture until it is stopped."""

    def __init__(self, packager: Packager, target: RelayTarget, report: Report) -> None:
        self._packager = packager
        self._target = target
        self._report = report
        self._told: tuple[RelayState, str] | None = None
        self._pause = SHORTEST_PAUSE_SECONDS
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the copy."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._tell(RelayState.IDLE, "")

    async def _run(self) -> None:
        while not self._packager.is_ended:
            subscriber = self._packager.subscribe()
            try:
                await self._send(subscriber)
            except RelayError as fault:
                await self._tell(RelayState.FAILING, str(fault))
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            finally:
                self._packager.subscribers.discard(subscriber)

    async def _send(self, subscriber: Subscriber) -> None:
        """Send one epoch; a new one, or the show's end, returns."""
        if not await _take_head(subscriber):
            return
        try:
            address, server = await asyncio.to_thread(find_route, self._target)
        except DomainError as fault:
            raise RelayError(FORBIDDEN) from fault
        process = await asyncio.create_subprocess_exec(
            *relay_line(address, server),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        copying = asyncio.create_task(self._copy(subscriber, process))
        reading = asyncio.create_task(_read_complaint(process))
        try:
            done, _ = await asyncio.wait(
                {copying, reading}, return_when=asyncio.FIRST_COMPLETED
            )
            if reading in done and copying not in done:
                raise RelayError(reading.result())
            await copying
        finally:
            await _end(process, copying, reading)

    async def _copy(
        self, subscriber: Subscriber, process: asyncio.subprocess.Process
    ) -> None:
        assert process.stdin is not None
        began_at = asyncio.get_running_loop().time()
        while (frame := await subscriber.take()) is not None:
            if isinstance(frame, str):
                if json.loads(frame)["type"] == "init":
                    return
                continue
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    process.stdin.write(frame)
                    await process.stdin.drain()
            except TimeoutError as fault:
                raise RelayError(SLOW) from fault
            except (OSError, RuntimeError) as fault:
                raise RelayError(ENDED) from fault
            if asyncio.get_running_loop().time() - began_at > SURE_AFTER_SECONDS:
                self._pause = SHORTEST_PAUSE_SECONDS
                await self._tell(RelayState.SENDING, "")

    async def _tell(self, state: RelayState, sentence: str) -> None:
        """Report what changed; a shop that is away hears it with the next change."""
        if self._told == (state, sentence):
            return
        try:
            await self._report(self._target.id, state, sentence)
        except Exception:
            log.exception("hook_failed", hook="relayed", target=self._target.id)
            return
        self._told = (state, sentence)


class Relays:
    """The targets of one show, as the shop names them now."""

    def __init__(self, packager: Packager, report: Report) -> None:
        self._packager = packager
        self._report = report
        self._relays: dict[RelayTarget, Relay] = {}

    async def keep(self, targets: Iterable[RelayTarget]) -> None:
        """Start what is new, stop what is gone; a changed target is both."""
        wanted = set(targets)
        gone = [target for target in self._relays if target not in wanted]
        for target in gone:
            await self._relays.pop(target).stop()
        for target in wanted - self._relays.keys():
            self._relays[target] = Relay(self._packager, target, self._report)


async def _take_head(subscriber: Subscriber) -> bool:
    """Wait for the head of an epoch; False when the show is over."""
    while (frame := await subscriber.take()) is not None:
        if isinstance(frame, str) and json.loads(frame)["type"] == "init":
            return True
    return False


async def _read_complaint(process: asyncio.subprocess.Process) -> str:
    """Wait until ffmpeg ends; return a sentence of ours, never its words.

    What it writes may hold the address with its key.
    """
    assert process.stderr is not None
    said = b""
    while data := await process.stderr.read(4096):
        said = (said + data)[-8192:]
    found = (text for part, text in COMPLAINTS.items() if part in said)
    return next(found, ENDED)


async def _end(
    process: asyncio.subprocess.Process, *tasks: "asyncio.Task[object]"
) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError, RuntimeError):
            process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await process.wait()
