"""The socket that a browser publishes over: `/ingest/<show>`, ticket as subprotocol."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from livestreams.media.faults import Fault
from livestreams.media.gateway import Gateway
from livestreams.media.hooks import PublishAttempt, Refusal
from livestreams.media.intake_browser import BrowserPublisher
from livestreams.media.rtmp import RefusedError

INGEST_PATH = re.compile(r"/ingest/(?P<show>[0-9a-z]{6,32})")
PROTOCOL, TICKET = "shopfront.ingest", "ticket."
MOST_MESSAGE_BYTES = 512 * 1024
NOT_ALLOWED, UNUSABLE, BEGIN_AGAIN, SENT_AWAY = 4403, 4400, 4408, 4409
MOST_REASON_BYTES = 120
ACK_SECONDS = 1.0
SILENCE_SECONDS = 15

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger(__name__)


async def serve_ingest(
    gateway: Gateway,
    scope: dict[str, Any],
    *,
    is_origin_right: bool,
    receive: Receive,
    send: Send,
) -> None:
    """Take one browser's recording in until it leaves, is refused or sent away.

    A refused socket is accepted and closed with a reason, as a viewer's is.
    """
    await receive()
    offered = scope.get("subprotocols") or []
    chosen = PROTOCOL if PROTOCOL in offered else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    match = INGEST_PATH.fullmatch(scope["path"])
    if match is None or not is_origin_right:
        await _close(send, NOT_ALLOWED, "This page may not publish here.")
        return
    attempt = PublishAttempt(
        name=match["show"],
        key=_find_ticket(offered),
        peer=str((scope.get("client") or ("?",))[0]),
        is_browser=True,
    )
    seat = Ingest(receive, send)
    opened = await gateway.open_browser(attempt, seat.kick)
    if isinstance(opened, Refusal):
        is_away = opened.sentence == Fault.SHOP_AWAY.sentence
        code = BEGIN_AGAIN if is_away else NOT_ALLOWED
        await _close(send, code, opened.sentence)
        return
    await seat.run(opened)


class Ingest:
    """One browser's socket while it publishes."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_kicked = asyncio.Event()
        self._sentence = ""
        self._taken = 0

    def kick(self, sentence: str) -> None:
        """Send the browser away."""
        self._sentence = sentence
        self._is_kicked.set()

    async def run(self, intake: BrowserPublisher) -> None:
        """Take bytes, answer how many came through; close with a reason."""
        taking = asyncio.create_task(self._take(intake))
        jobs = {
            taking,
            asyncio.create_task(self._acknowledge()),
            asyncio.create_task(self._is_kicked.wait()),
        }
        try:
            await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await intake.close()
        await self._say_goodbye(taking)

    async def _say_goodbye(self, taking: "asyncio.Task[None]") -> None:
        if self._is_kicked.is_set():
            await _close(self._send, SENT_AWAY, self._sentence)
            return
        fault = None if taking.cancelled() else taking.exception()
        if isinstance(fault, RefusedError):
            is_ours = str(fault) == Fault.RESTARTED.sentence
            code = BEGIN_AGAIN if is_ours else UNUSABLE
            await _close(self._send, code, str(fault))
        elif fault is not None:
            log.error("ingest_failed", exc_info=fault)
            await _close(self._send, BEGIN_AGAIN, Fault.RESTARTED.sentence)

    async def _take(self, intake: BrowserPublisher) -> None:
        silent_since = asyncio.get_running_loop().time()
        while True:
            intake.check()
            try:
                async with asyncio.timeout(ACK_SECONDS):
                    event = await self._receive()
            except TimeoutError:
                silence = asyncio.get_running_loop().time() - silent_since
                if silence > SILENCE_SECONDS:
                    intake.blame(Fault.BROWSER_NO_PICTURE.sentence)
                    raise RefusedError(Fault.BROWSER_NO_PICTURE.sentence) from None
                continue
            if event["type"] == "websocket.disconnect":
                return
            data = event.get("bytes")
            if not data or len(data) > MOST_MESSAGE_BYTES:
                intake.blame(Fault.BROWSER_GARBAGE.sentence)
                raise RefusedError(Fault.BROWSER_GARBAGE.sentence)
            await intake.write(data)
            self._taken += len(data)
            silent_since = asyncio.get_running_loop().time()

    async def _acknowledge(self) -> None:
        """Tell the page each second what has gone through: its own count lies."""
        while True:
            await asyncio.sleep(ACK_SECONDS)
            text = json.dumps({"type": "ack", "bytes": self._taken})
            try:
                await self._send({"type": "websocket.send", "text": text})
            except (OSError, RuntimeError):
                return


def _find_ticket(offered: list[str]) -> str:
    """Return the ticket among the subprotocols: an address would be written down."""
    return next((o.removeprefix(TICKET) for o in offered if o.startswith(TICKET)), "")


async def _close(send: Send, code: int, reason: str) -> None:
    text = reason.encode()[:MOST_REASON_BYTES].decode("utf-8", "ignore")
    with contextlib.suppress(OSError, RuntimeError):
        await send({"type": "websocket.close", "code": code, "reason": text})
