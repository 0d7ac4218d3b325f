"""Fragments over a socket: what a player with MSE shows within a second."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

from livestreams.media.gateway import Gateway
from livestreams.media.hooks import PlayRequest, Refusal
from livestreams.media.subscribers import Subscriber

NOT_ALLOWED = 4403
NOT_HERE = 4404
SHOW_OVER = 4410
RECHECK_SECONDS = 5

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def serve_socket(
    gateway: Gateway,
    match: re.Match[str] | None,
    *,
    is_origin_right: bool,
    receive: Receive,
    send: Send,
) -> int:
    """Serve one viewer until it leaves or the show ends; return the bytes sent.

    A refused socket is accepted and closed with a reason: refused before, the page
    would only learn that it failed.
    """
    await receive()
    await send({"type": "websocket.accept"})
    if match is None or match["file"] != "ws" or match["kind"] != "low":
        await _close(send, NOT_HERE, "There is no picture at this address.")
        return 0
    request = PlayRequest(match["show"], match["kind"], match["token"])
    refusal = await gateway.hooks.authorise_play(request)
    if refusal is not None or not is_origin_right:
        sentence = refusal.sentence if refusal else "This page may not show it."
        await _close(send, NOT_ALLOWED, sentence)
        return 0
    show = gateway.find_show(request.show)
    if show is None or show.is_closed:
        await _close_absent(gateway, request.show, send)
        return 0
    subscriber = show.packager.subscribe()
    try:
        return await _serve(gateway, request, subscriber, receive, send)
    finally:
        show.packager.subscribers.discard(subscriber)


async def _serve(
    gateway: Gateway,
    request: PlayRequest,
    subscriber: Subscriber,
    receive: Receive,
    send: Send,
) -> int:
    sender = asyncio.create_task(_send_frames(subscriber, send))
    watcher = asyncio.create_task(_watch(gateway, request, receive))
    done, pending = await asyncio.wait(
        {sender, watcher}, return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if watcher in done:
        refusal = watcher.result()
        if refusal is not None:
            await _close(send, NOT_ALLOWED, refusal.sentence)
    elif sender.exception() is None:
        await _close(send, SHOW_OVER, "This show has ended.")
    return subscriber.sent_bytes


async def _send_frames(subscriber: Subscriber, send: Send) -> None:
    while (frame := await subscriber.take()) is not None:
        kind = "text" if isinstance(frame, str) else "bytes"
        await send({"type": "websocket.send", kind: frame})


async def _watch(
    gateway: Gateway, request: PlayRequest, receive: Receive
) -> Refusal | None:
    """Wait until the viewer leaves (None) or its token no longer holds."""
    while True:
        try:
            async with asyncio.timeout(RECHECK_SECONDS):
                event = await receive()
        except TimeoutError:
            refusal = await gateway.hooks.authorise_play(request)
            if refusal is not None:
                return refusal
            continue
        if event["type"] == "websocket.disconnect":
            return None


async def _close_absent(gateway: Gateway, public_id: str, send: Send) -> None:
    """Tell a player that came late whether to wait for the picture or to stop."""
    archive = await gateway.find_archive(public_id)
    if archive is not None and archive.is_closed:
        await _close(send, SHOW_OVER, "This show has ended.")
    else:
        await _close(send, NOT_HERE, "This show has no picture now.")


async def _close(send: Send, code: int, reason: str) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        await send({"type": "websocket.close", "code": code, "reason": reason[:120]})
