"""Sinks: how one encoded frame reaches many sockets without waiting for any."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)
from websockets.exceptions import InvalidState
from websockets.http11 import Request

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SINK_EXTENSION = "shopfront.sink"
BUFFER_LIMIT = 256 * 1024
QUEUE_LIMIT = 64
CLOSE_GRACE = 5.0


class Packet:
    """One text frame, encoded once for all sockets."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    @cached_property
    def framed(self) -> bytes:
        """The payload as an unmasked, final text frame (RFC 6455, 5.2)."""
        size = len(self.payload)
        if size < 126:
            head = b"\x81" + bytes([size])
        elif size < 65_536:
            head = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x81\x7f" + size.to_bytes(8, "big")
        return head + self.payload

    @cached_property
    def text(self) -> str:
        """The payload as the portable sink sends it."""
        return self.payload.decode()


class Sink(Protocol):
    """Where a socket's frames go; no call ever waits."""

    def offer(self, packet: Packet) -> bool:
        """Take a frame, or answer False when the socket is too far behind."""

    def has_room(self) -> bool:
        """Whether a frame would be taken now."""

    def close(self, code: int, reason: str) -> None:
        """Close the socket, and cut it when it does not answer in time."""


class FastSink:
    """Writes frames straight to the transport of our uvicorn protocol.

    A flush goes through a thousand of them: it asks the transport and nothing else.
    """

    __slots__ = ("_protocol", "_transport", "is_open")

    def __init__(self, protocol: "RoomProtocol") -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self.is_open = True
        """Whether no close frame was sent; nothing may follow it."""

    def offer(self, packet: Packet) -> bool:
        """Write the frame unless 256 KiB already wait in the buffer."""
        transport = self._transport
        if not self.is_open or transport.is_closing():
            return True
        if transport.get_write_buffer_size() > BUFFER_LIMIT:
            return False
        transport.write(packet.framed)
        return True

    def has_room(self) -> bool:
        """Whether at most 256 KiB wait in the buffer."""
        waiting: int = self._transport.get_write_buffer_size()
        return waiting <= BUFFER_LIMIT

    def close(self, code: int, reason: str) -> None:
        """Send the close frame past a full buffer and abort after five seconds."""
        self._protocol.close_now(code, reason)


class RoomProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-I/O socket that offers itself as a fast sink.

    Run with `uvicorn --ws shopfront.common.sockets:RoomProtocol`. Frames are never
    compressed: per socket it costs 40 % and up to 90 kB (measured).
    """

    _sink: FastSink | None = None
    _is_close_sent = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.available_extensions = []

    @property
    def close_sent(self) -> bool:
        """Whether our close frame was sent; the sink is told too."""
        return self._is_close_sent

    @close_sent.setter
    def close_sent(self, value: bool) -> None:
        self._is_close_sent = value
        if self._sink is not None:
            self._sink.is_open = not value

    def handle_connect(self, event: Request) -> None:
        """Put the sink into the scope before the application first runs."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = dict(self.scope.get("extensions") or {})
            self._sink = extensions[SINK_EXTENSION] = FastSink(self)
            self.scope["extensions"] = extensions

    def close_now(self, code: int, reason: str) -> None:
        """Close without waiting for the write buffer to drain."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        with contextlib.suppress(InvalidState):
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": code, "reason": reason}
        )
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_GRACE, self.transport.abort)


class QueueSink:
    """The portable sink: a bounded queue and one writer task per socket."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def offer(self, packet: Packet) -> bool:
        """Queue the frame unless 64 already wait."""
        if not self.has_room():
            return False
        self._queue.put_nowait({"type": "websocket.send", "text": packet.text})
        return True

    def has_room(self) -> bool:
        """Whether fewer than 64 frames wait."""
        return self._queue.qsize() < QUEUE_LIMIT

    def close(self, code: int, reason: str) -> None:
        """Forget what waits and send the close frame next."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(
            {"type": "websocket.close", "code": code, "reason": reason}
        )

    def stop(self) -> None:
        """End the writer once the socket is gone."""
        self._writer.cancel()

    async def _write(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while True:
                message = await self._queue.get()
                await self._send(message)
                if message["type"] == "websocket.close":
                    return


def choose_sink(scope: MutableMapping[str, Any], send: Send) -> Sink:
    """Return the server's fast sink where it offers one, else the portable one."""
    fast: Sink | None = scope.get("extensions", {}).get(SINK_EXTENSION)
    return fast if fast is not None else QueueSink(send)
