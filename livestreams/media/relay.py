"""Simulcast: sends a copy of a show on to further servers, never at its cost.

Each target has a viewer's bounded line at the packager and an ffmpeg of its own; a
slow one skips to a key frame, a dead one is tried again ever more rarely.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

import structlog
from django.utils.translation import gettext_noop

from livestreams.media.ffmpeg import bury, find_ffmpeg
from livestreams.media.flv import TagSplitter
from livestreams.media.hooks import RelayState, RelayTarget
from livestreams.media.packager import Packager
from livestreams.media.rtmp_push import (
    KeyRefusedError,
    Push,
    PushRefusedError,
    find_route,
)
from livestreams.media.subscribers import Subscriber
from shopfront.common.errors import DomainError

READ_BYTES = 64 * 1024
WRITE_SECONDS = 10.0
SURE_AFTER_SECONDS = 3.0
SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STOP_SECONDS = 3.0
RATE_SECONDS = 5.0

REFUSED = gettext_noop("The server does not answer at this address.")
SLOW = gettext_noop("The server takes the picture too slowly.")
ENDED = gettext_noop("The server ended the connection. Check address and stream key.")
FORBIDDEN = gettext_noop("This address is not a server on the public internet.")
WRONG_KEY = gettext_noop("The server refuses the stream key. Copy it again.")
NOT_SECURE = gettext_noop("The server cannot prove its name: its certificate is wrong.")

Task: TypeAlias = "asyncio.Task[None]"
Report: TypeAlias = Callable[[str, RelayState, str, int], Awaitable[None]]
log = structlog.get_logger(__name__)


class RelayError(Exception):
    """The target failed; the message is the sentence its host reads."""


def relay_line() -> list[str]:
    """Return the command that turns fragments into FLV, copying sound and picture."""
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-fflags", "+genpts+nobuffer", "-probesize", "65536"),
        *("-analyzeduration", "500000", "-f", "mp4", "-i", "pipe:0"),
        *("-c", "copy", "-f", "flv", "-flvflags", "no_duration_filesize"),
        *("-flush_packets", "1", "pipe:1"),
    ]


class Rate:
    """Thousands of bits a second that left for a target; two numbers, no history."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._bytes = 0

    def count(self, size: int) -> None:
        """Count bytes that were sent."""
        self._bytes += size

    def read(self) -> int | None:
        """Return the rate, to ten, and begin anew; None before five seconds passed."""
        span = self._clock() - self._since
        if span < RATE_SECONDS:
            return None
        kbits = round(self._bytes * 8 / span / 1e4) * 10
        self._since += span
        self._bytes = 0
        return kbits


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
        push = await _connect(self._target)
        try:
            process = await asyncio.create_subprocess_exec(
                *relay_line(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            rate = Rate()
            copying = asyncio.create_task(self._copy(subscriber, process, rate))
            sending = asyncio.create_task(_pass_on(process, push, rate))
            listening = asyncio.create_task(push.listen())
            try:
                await _until_over(copying, sending, listening)
            finally:
                await _end(process, copying, sending, listening)
        finally:
            push.close()

    async def _copy(
        self,
        subscriber: Subscriber,
        process: asyncio.subprocess.Process,
        rate: Rate,
    ) -> None:
        assert process.stdin is not None
        began_at = asyncio.get_running_loop().time()
        while (frame := await subscriber.take()) is not None:
            if isinstance(frame, str):
                if json.loads(frame)["type"] == "init":
                    return
                continue
            async with asyncio.timeout(WRITE_SECONDS):
                process.stdin.write(frame)
                await process.stdin.drain()
            if asyncio.get_running_loop().time() - began_at > SURE_AFTER_SECONDS:
                self._pause = SHORTEST_PAUSE_SECONDS
                await self._tell(RelayState.SENDING, "", rate.read())

    async def _tell(
        self, state: RelayState, sentence: str, kbits: int | None = None
    ) -> None:
        """Report what changed; a shop that is away hears it with the next change."""
        if self._told == (state, sentence) and kbits is None:
            return
        try:
            await self._report(self._target.id, state, sentence, kbits or 0)
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


async def _connect(target: RelayTarget) -> Push:
    try:
        route = await asyncio.to_thread(find_route, target.url)
        return await Push.open(route, target.key)
    except DomainError as fault:
        raise RelayError(FORBIDDEN) from fault
    except KeyRefusedError as fault:
        raise RelayError(WRONG_KEY) from fault
    except PushRefusedError as fault:
        raise RelayError(ENDED) from fault
    except ssl.SSLError as fault:
        raise RelayError(NOT_SECURE) from fault
    except OSError as fault:  # a TimeoutError is one too
        raise RelayError(REFUSED) from fault


async def _pass_on(process: asyncio.subprocess.Process, push: Push, rate: Rate) -> None:
    """Send what ffmpeg writes on, until it ends."""
    assert process.stdout is not None
    splitter = TagSplitter()
    while data := await process.stdout.read(READ_BYTES):
        for tag in splitter.feed(data):
            await push.send(tag)
            rate.count(len(tag.body))


async def _until_over(copying: Task, sending: Task, listening: Task) -> None:
    """Wait for the end of the epoch, or for what ended the copy before.

    Raises:
        RelayError: the server, or our own ffmpeg, ended it.
    """
    tasks = {copying, sending, listening}
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    faults = [fault for task in done if (fault := task.exception()) is not None]
    if any(isinstance(fault, KeyRefusedError) for fault in faults):
        raise RelayError(WRONG_KEY)
    if any(isinstance(fault, TimeoutError) for fault in faults):
        raise RelayError(SLOW)
    if faults or copying not in done:
        raise RelayError(ENDED)


async def _end(process: asyncio.subprocess.Process, *tasks: Task) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError, RuntimeError):
            process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        await bury(process, *tasks)
