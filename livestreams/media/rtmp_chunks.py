"""The chunk layer of RTMP: messages in, messages out, with limits on both."""

import asyncio
import os
import struct
from dataclasses import dataclass, field

MOST_STRANGER_BYTES = 64 * 1024  # of one who has not shown a key yet
MOST_PUBLISHER_BYTES = 8 * 1024 * 1024
MOST_CHUNK_STREAMS = 32
MOST_CHUNK_BYTES = 1024 * 1024
CHUNK_OUT = 4096
WINDOW = 2_500_000
ACKNOWLEDGE_AFTER = 1_000_000
HANDSHAKE_SECONDS = 5
IDLE_SECONDS = 15
HANDSHAKE_BYTES = 1536
EXTENDED = 0xFFFFFF

SET_CHUNK_SIZE, ACKNOWLEDGE, WINDOW_SIZE, PEER_BANDWIDTH = 1, 3, 5, 6


class BrokenRtmpError(ValueError):
    """The peer does not speak RTMP, or goes beyond its limits."""


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message."""

    kind: int
    timestamp: int
    body: bytes


@dataclass(slots=True)
class _ChunkStream:
    timestamp: int = 0
    delta: int = 0
    length: int = 0
    kind: int = 0
    is_extended: bool = False
    buffer: bytearray = field(default_factory=bytearray)


class ChunkLayer:
    """Reads and writes messages over one connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._streams: dict[int, _ChunkStream] = {}
        self._chunk_in = 128
        self._received = 0
        self._acknowledged = 0
        self._buffered = 0
        self.most_bytes = MOST_STRANGER_BYTES
        """Most bytes of messages that are not whole yet, all streams together."""

    async def shake_hands(self) -> None:
        """Exchange the opening bytes.

        Raises:
            BrokenRtmpError: the peer does not begin as RTMP does.
        """
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            if await self._reader.readexactly(1) != b"\x03":
                raise BrokenRtmpError("no RTMP version 3")
            theirs = await self._reader.readexactly(HANDSHAKE_BYTES)
            ours = bytes(8) + os.urandom(HANDSHAKE_BYTES - 8)
            self._writer.write(b"\x03" + ours + theirs)
            await self._writer.drain()
            await self._reader.readexactly(HANDSHAKE_BYTES)
        self.send(WINDOW_SIZE, struct.pack(">I", WINDOW))
        self.send(PEER_BANDWIDTH, struct.pack(">IB", WINDOW, 2))
        self.send(SET_CHUNK_SIZE, struct.pack(">I", CHUNK_OUT))

    async def greet(self) -> None:
        """Open the exchange as the one who connected.

        Raises:
            BrokenRtmpError: the peer does not answer as RTMP does.
        """
        self._writer.write(b"\x03" + bytes(8) + os.urandom(HANDSHAKE_BYTES - 8))
        if await self._reader.readexactly(1) != b"\x03":
            raise BrokenRtmpError("no RTMP version 3")
        theirs = await self._reader.readexactly(HANDSHAKE_BYTES)
        await self._reader.readexactly(HANDSHAKE_BYTES)
        self._writer.write(theirs)
        self.send(SET_CHUNK_SIZE, struct.pack(">I", CHUNK_OUT))

    def send(
        self,
        kind: int,
        body: bytes,
        *,
        chunk_stream: int = 2,
        stream: int = 0,
        timestamp: int = 0,
    ) -> None:
        """Write one message."""
        time = timestamp & 0xFFFFFFFF
        is_long = time >= EXTENDED
        more = struct.pack(">I", time) if is_long else b""
        head = bytes([chunk_stream]) + min(time, EXTENDED).to_bytes(3, "big")
        head += len(body).to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", stream)
        out = [head, more, body[:CHUNK_OUT]]
        for start in range(CHUNK_OUT, len(body), CHUNK_OUT):
            again = bytes([0xC0 | chunk_stream])
            out += [again, more, body[start : start + CHUNK_OUT]]
        self._writer.write(b"".join(out))

    async def drain(self) -> None:
        """Wait until what was written has left."""
        await self._writer.drain()

    async def read_message(self, *, seconds: float | None = IDLE_SECONDS) -> Message:
        """Return the next message that is not about the chunks themselves.

        Args:
            seconds: how long the peer may say nothing whole; None for ever.

        Raises:
            BrokenRtmpError: a limit is passed.
            TimeoutError: nothing whole came for a while.
        """
        async with asyncio.timeout(seconds):
            while True:
                message = await self._read_chunk()
                if message is None:
                    continue
                self._acknowledge()
                if message.kind != SET_CHUNK_SIZE:
                    return message
                self._set_chunk_size(message.body)

    def _set_chunk_size(self, body: bytes) -> None:
        size = int.from_bytes(body[:4], "big")
        if not 1 <= size <= MOST_CHUNK_BYTES:
            raise BrokenRtmpError("chunk size out of range")
        self._chunk_in = size

    def _acknowledge(self) -> None:
        if self._received - self._acknowledged > ACKNOWLEDGE_AFTER:
            self._acknowledged = self._received
            self.send(ACKNOWLEDGE, struct.pack(">I", self._received & 0xFFFFFFFF))

    async def _read(self, count: int) -> bytes:
        self._received += count
        return await self._reader.readexactly(count)

    async def _read_chunk(self) -> Message | None:
        form, number = await self._read_basic_header()
        stream = self._streams.get(number)
        if stream is None:
            if len(self._streams) >= MOST_CHUNK_STREAMS or form == 3:
                raise BrokenRtmpError("too many or unknown chunk streams")
            stream = self._streams[number] = _ChunkStream()
        await self._read_message_header(form, stream)
        count = min(self._chunk_in, stream.length - len(stream.buffer))
        if max(stream.length, self._buffered + count) > self.most_bytes:
            raise BrokenRtmpError("a message is too large")
        stream.buffer += await self._read(count)
        self._buffered += count
        if len(stream.buffer) < stream.length:
            return None
        self._buffered -= stream.length
        message = Message(stream.kind, stream.timestamp, bytes(stream.buffer))
        stream.buffer.clear()
        return message

    async def _read_basic_header(self) -> tuple[int, int]:
        first = (await self._read(1))[0]
        form, number = first >> 6, first & 0x3F
        if number == 0:
            number = 64 + (await self._read(1))[0]
        elif number == 1:
            more = await self._read(2)
            number = 64 + more[0] + 256 * more[1]
        return form, number

    async def _read_message_header(self, form: int, stream: _ChunkStream) -> None:
        is_fresh = not stream.buffer
        if form == 3:
            if stream.is_extended:
                await self._read(4)
            if is_fresh:
                stream.timestamp = (stream.timestamp + stream.delta) & 0xFFFFFFFF
            return
        if not is_fresh:
            raise BrokenRtmpError("a message begins inside another")
        head = await self._read((11, 7, 3)[form])
        time = int.from_bytes(head[:3], "big")
        if form < 2:
            stream.length = int.from_bytes(head[3:6], "big")
            stream.kind = head[6]
        stream.is_extended = time == EXTENDED
        if stream.is_extended:
            time = int.from_bytes(await self._read(4), "big")
        if form == 0:
            stream.timestamp, stream.delta = time, 0
        else:
            stream.delta = time
            stream.timestamp = (stream.timestamp + time) & 0xFFFFFFFF
