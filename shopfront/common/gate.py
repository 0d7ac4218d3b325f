"""The gate before the pages: a crowd waits in line, not for connections."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

PATIENCE_SECONDS = 55.0
NEVER_WAIT = ("/healthz", "/readyz", "/metrics", "/static/", "/files/")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY = b"Very many people are here at this moment. Please try again."
BUSY_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"retry-after", b"5"),
    (b"x-error-code", b"shopfront.busy"),
]


class Gate:
    """Lets so many requests in at once; the others wait in the order they came.

    A synchronous view takes a thread, and a database connection until its answer is
    sent. Without a gate a crowd takes a thread each, waits for the few connections
    and fails; here it waits before either is taken. Reading and buying have a line
    each, so that a drop does not keep people from looking. Slow senders and readers
    keep a place: the proxy before us buffers both (deploy/nginx.conf).
    """

    def __init__(self, pages: Application, places: int) -> None:
        self._pages = pages
        self._reading = asyncio.Semaphore(places)
        self._acting = asyncio.Semaphore(places)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request when its turn comes; 503 to one that waited too long."""
        if scope["path"].startswith(NEVER_WAIT):
            await self._pages(scope, receive, send)
            return
        line = self._reading if scope["method"] in SAFE else self._acting
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await line.acquire()
        except TimeoutError:
            await _refuse(send)
            return
        try:
            await self._pages(scope, receive, send)
        finally:
            line.release()


async def _refuse(send: Send) -> None:
    start = {"type": "http.response.start", "status": 503, "headers": BUSY_HEADERS}
    await send(start)
    await send({"type": "http.response.body", "body": BUSY})
