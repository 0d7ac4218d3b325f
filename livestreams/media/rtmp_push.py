"""Sends a picture on to another RTMP server; the key never leaves this process."""

import asyncio
import ssl
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from livestreams.media import amf
from livestreams.media.amf import BrokenAmfError, Value
from livestreams.media.flv import AUDIO, SCRIPT, Tag
from livestreams.media.rtmp_chunks import BrokenRtmpError, ChunkLayer
from shopfront.common.outgoing import resolve_outgoing

PORTS = {"rtmp": 1935, "rtmps": 443}
COMMAND, USER_CONTROL = 20, 4
PING, PONG = 6, 7
OPEN_SECONDS = 8.0
CONNECT, CREATE, PUBLISH = 1.0, 4.0, 5.0
ENCODER = "FMLE/3.0 (compatible; Shopfront)"
SET_DATA = amf.encode("@setDataFrame")


class PushRefusedError(Exception):
    """The server does not take the picture."""


class KeyRefusedError(PushRefusedError):
    """The server knows no such stream key."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a copy goes: the number to connect to, guarded, and the server's name.

    The name stays for the server's certificate, and to say which of its names was
    meant.
    """

    number: str
    host: str
    port: int
    app: str
    is_secure: bool

    @property
    def server(self) -> str:
        """The server's own address."""
        scheme = "rtmps" if self.is_secure else "rtmp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/{self.app}"


def find_route(url: str) -> Route:
    """Return the way to a server.

    Raises:
        DomainError: the name is unknown, or points into our own network.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    number = resolve_outgoing(host, port)
    app = parts.path.strip("/")
    return Route(number, host, port, app, is_secure=parts.scheme == "rtmps")


class Push:
    """One connection to a server that takes our picture."""

    def __init__(self, chunks: ChunkLayer, writer: asyncio.StreamWriter) -> None:
        self._chunks = chunks
        self._writer = writer
        self._stream = 0

    @classmethod
    async def open(cls, route: Route, key: str) -> "Push":
        """Connect to the very number that was checked, and ask to publish.

        Raises:
            KeyRefusedError: the server knows no such key.
            OSError: the server does not answer, or is not who its name says.
            PushRefusedError: the server refuses us, or speaks another language.
            TimeoutError: it does not answer in time.
        """
        tls = ssl.create_default_context() if route.is_secure else None
        async with asyncio.timeout(OPEN_SECONDS):
            reader, writer = await asyncio.open_connection(
                route.number,
                route.port,
                ssl=tls,
                server_hostname=route.host if tls else None,
            )
            push = cls(ChunkLayer(reader, writer), writer)
            try:
                await push._begin(route, key)
            except BaseException:
                writer.close()
                raise
        return push

    async def send(self, tag: Tag) -> None:
        """Send a tag, no faster than the server takes it."""
        body = SET_DATA + tag.body if tag.kind == SCRIPT else tag.body
        self._chunks.send(
            tag.kind,
            body,
            chunk_stream=4 if tag.kind == AUDIO else 6,
            stream=self._stream,
            timestamp=tag.timestamp,
        )
        await self._chunks.drain()

    async def listen(self) -> None:
        """Answer the server until it ends the connection.

        Raises:
            OSError: the connection broke.
            PushRefusedError: the server sends us away.
        """
        try:
            while True:
                await self._read_command()
        except asyncio.IncompleteReadError:
            return

    def close(self) -> None:
        """Say goodbye; to one who does not listen any more, without a word."""
        if self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()
            return
        self._command("deleteStream", 6, None, self._stream)
        self._writer.close()

    async def _begin(self, route: Route, key: str) -> None:
        try:
            await self._chunks.greet()
            self._command("connect", CONNECT, _describe(route))
            await self._until_answered(CONNECT)
            self._command("releaseStream", 2, None, key)
            self._command("FCPublish", 3, None, key)
            self._command("createStream", CREATE, None)
            number = (await self._until_answered(CREATE))[-1]
            self._stream = int(number) if isinstance(number, int | float) else 1
            self._command("publish", PUBLISH, None, key, "live")
            while (await self._read_command())[:1] != ["onStatus"]:
                pass
        except (asyncio.IncompleteReadError, BrokenRtmpError) as error:
            raise PushRefusedError from error

    def _command(self, *values: float | str | dict[str, object] | None) -> None:
        body = amf.encode(*values)
        self._chunks.send(COMMAND, body, chunk_stream=3, stream=self._stream)

    async def _until_answered(self, number: float) -> list[Value]:
        """Wait for the answer to a command; others may come before."""
        while True:
            command = await self._read_command()
            if command[:2] == ["_result", number]:
                return command
            if command[:2] == ["_error", number]:
                raise PushRefusedError

    async def _read_command(self) -> list[Value]:
        """Return the next command; pings are answered on the way."""
        try:
            message = await self._chunks.read_message(seconds=None)
            if message.kind == COMMAND:
                return _check(amf.decode(message.body))
        except (BrokenAmfError, BrokenRtmpError) as error:
            raise PushRefusedError from error
        if message.kind == USER_CONTROL and message.body[:2] == struct.pack(">H", PING):
            self._chunks.send(USER_CONTROL, struct.pack(">H", PONG) + message.body[2:6])
            await self._chunks.drain()
        return []


def _describe(route: Route) -> dict[str, object]:
    return {
        "app": route.app,
        "type": "nonprivate",
        "flashVer": ENCODER,
        "tcUrl": route.server,
    }


def _check(command: list[Value]) -> list[Value]:
    """Return a command that is no refusal."""
    status = command[-1] if command[:1] == ["onStatus"] else None
    if isinstance(status, dict) and status.get("level") == "error":
        is_key = status.get("code") == "NetStream.Publish.BadName"
        raise KeyRefusedError if is_key else PushRefusedError
    return command
