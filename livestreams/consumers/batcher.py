"""The batcher: chat of all rooms of this process, stored together.

The first message leaves at once, the next batch not before 10 ms have passed.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog
from django.db import DatabaseError

from livestreams.broadcast.threads import call_in_thread
from livestreams.errors import RoomBusy
from livestreams.services.chat import NewMessage, Outcome, store_messages

log = structlog.get_logger(__name__)

WAIT = 0.01
MOST_MESSAGES = 100
MOST_WAITING = 2_000

Store = Callable[[Sequence[NewMessage]], list[Outcome]]


class ChatBatcher:
    """Gathers messages and answers each once it is stored."""

    def __init__(self, store: Store = store_messages) -> None:
        self._store = store
        self._waiting: list[tuple[NewMessage, asyncio.Future[Outcome]]] = []
        self._full = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._next_batch = 0.0

    async def submit(self, message: NewMessage) -> Outcome:
        """Return the stored row, or why there is none."""
        if len(self._waiting) >= MOST_WAITING:
            return RoomBusy()
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, future))
        if len(self._waiting) >= MOST_MESSAGES:
            self._full.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        """Store batch after batch, one at a time, so that order is kept."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            pause = self._next_batch - loop.time()
            if pause > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), pause)
            self._full.clear()
            self._next_batch = loop.time() + WAIT
            batch = self._waiting[:MOST_MESSAGES]
            del self._waiting[:MOST_MESSAGES]
            outcomes = await self._store_batch([message for message, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)
            await _hear_all()

    async def _store_batch(self, messages: list[NewMessage]) -> list[Outcome]:
        try:
            return await call_in_thread(self._store, messages)
        except DatabaseError as error:
            log.warning("room.store_failed", error=repr(error))
        except Exception:
            log.exception("room.store_broken")
        return [RoomBusy() for _ in messages]


async def _hear_all() -> None:
    """Let the loop read its sockets once, and what came be heard.

    Lines that came during the flush before would miss the batch otherwise.
    """
    for _ in range(3):
        await asyncio.sleep(0)
