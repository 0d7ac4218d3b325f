"""The carrier: takes on to the bus what this process told its own rooms first.

Own sockets never wait for the bus, nor does who stores the next lines.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from redis.exceptions import RedisError

from livestreams.broadcast import metrics
from livestreams.protocol.envelopes import Envelope

log = structlog.get_logger(__name__)

Told = list[tuple[str, list[Envelope]]]
SendAll = Callable[[str, Sequence[Envelope]], None]


class Carrier:
    """Sends in one thread of its own, a room's waiting events at once."""

    def __init__(self, send: SendAll) -> None:
        self._send = send
        self._waiting: dict[str, list[Envelope]] = {}
        self._worker: asyncio.Task[None] | None = None
        self._is_closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bus")

    def add(self, livestream: str, envelopes: Sequence[Envelope]) -> None:
        """Carry events once the loop has done what waits, its own flush above all."""
        if self._is_closed:
            return
        self._waiting.setdefault(livestream, []).extend(envelopes)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Stop; what was not carried is found in the tables by every process."""
        self._is_closed = True
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        self._pool.shutdown(wait=False)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            told, self._waiting = list(self._waiting.items()), {}
            await loop.run_in_executor(self._pool, self._carry, told)

    def _carry(self, told: Told) -> None:
        for livestream, envelopes in told:
            with forgiving(livestream):
                self._send(livestream, envelopes)


@contextlib.contextmanager
def forgiving(livestream: str) -> Iterator[None]:
    """Note that the bus is away, and go on: sweeps find what is durable."""
    try:
        yield
    except (RedisError, OSError) as error:
        metrics.BUS_FAULTS.inc()
        log.warning("room.publish_failed", room=livestream, error=repr(error))
