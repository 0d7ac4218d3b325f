"""RTMP ingest: takes publishers in, tells a wrong key at once, carries nothing else."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias
from urllib.parse import parse_qs

import structlog

from livestreams.media import amf
from livestreams.media.amf import BrokenAmfError, Value
from livestreams.media.faults import Fault
from livestreams.media.flv import AUDIO, SCRIPT, VIDEO, Tag
from livestreams.media.hooks import PublishAttempt, Refusal
from livestreams.media.rtmp_chunks import (
    MOST_PUBLISHER_BYTES,
    BrokenRtmpError,
    ChunkLayer,
    Message,
)

COMMAND, COMMAND_AMF3 = 20, 17
DATA_MESSAGES = {AUDIO, VIDEO, SCRIPT}
MOST_CONNECTIONS = 200
MOST_CONNECTIONS_PER_ADDRESS = 40
SECONDS_TO_PUBLISH = 10
LEAVE_SECONDS = 0.3  # so that the peer reads why before the line closes

log = structlog.get_logger(__name__)


class RefusedError(Exception):
    """The publisher must go; the message is the sentence it is told."""


class Intake(Protocol):
    """Where a publisher's tags go."""

    async def write(self, tag: Tag) -> None:
        """Take one tag; raises RefusedError when the publisher must go."""

    def blame(self, sentence: str) -> None:
        """Hear why it is about to leave."""

    async def close(self) -> None:
        """Hear that the publisher left."""


OpenIntake: TypeAlias = Callable[
    [PublishAttempt, Callable[[str], None]], Awaitable[Intake | Refusal]
]


def split_stream_name(text: str) -> tuple[str, str]:
    """Split `<public id>?key=<secret>` into id and secret."""
    name, _, query = text.partition("?")
    return name.strip("/"), parse_qs(query).get("key", [""])[0]


class Connection:
    """One encoder's connection from handshake to goodbye."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        open_intake: OpenIntake,
    ) -> None:
        self._chunks = ChunkLayer(reader, writer)
        self._open_intake = open_intake
        self._intake: Intake | None = None
        self._peer = str((writer.get_extra_info("peername") or ["?"])[0])
        self._sentence = ""
        self._task = asyncio.current_task()
        self._is_leaving = False

    async def run(self) -> None:
        """Serve until the publisher leaves, is refused or kicked."""
        try:
            await self._chunks.shake_hands()
            async with asyncio.timeout(SECONDS_TO_PUBLISH) as patience:
                while await self._accept(await self._chunks.read_message()):
                    if self._intake is not None:
                        patience.reschedule(None)
        except RefusedError as refusal:
            await self._say_refused(str(refusal))
        except (BrokenAmfError, BrokenRtmpError):
            self._blame(Fault.GARBAGE)
            raise
        except asyncio.CancelledError:
            if not self._sentence or self._task is None:
                raise
            self._task.uncancel()
            await self._say_refused(self._sentence)
        finally:
            self._is_leaving = True
            await self._close_intake()

    def _blame(self, fault: Fault) -> None:
        if self._intake is not None:
            self._intake.blame(fault.sentence)

    async def _close_intake(self) -> None:
        if self._intake is not None:
            await self._intake.close()

    def kick(self, sentence: str) -> None:
        """Send the publisher away, whatever it is doing."""
        self._sentence = sentence
        if self._task is not None and not self._is_leaving:
            self._task.cancel()

    async def _accept(self, message: Message) -> bool:
        """Take one message; False when the publisher says goodbye."""
        if message.kind in DATA_MESSAGES:
            if self._intake is not None and message.body:
                await self._intake.write(_as_tag(message))
        elif message.kind in {COMMAND, COMMAND_AMF3}:
            skip = 1 if message.kind == COMMAND_AMF3 else 0
            goes_on = await self._obey(amf.decode(message.body[skip:]))
            await self._chunks.drain()
            return goes_on
        return True

    async def _obey(self, command: list[Value]) -> bool:
        name = command[0] if command else None
        number = command[1] if len(command) > 1 else 0.0
        transaction = number if isinstance(number, float) else 0.0
        if name == "connect":
            self._answer_connect(transaction)
        elif name in {"releaseStream", "FCPublish"}:
            self._answer(transaction, None)
        elif name == "createStream":
            self._answer(transaction, 1)
        elif name == "publish":
            await self._publish(command)
        elif name in {"play", "play2"}:
            raise RefusedError("This address takes pictures in; it plays none.")
        return name not in {"deleteStream", "FCUnpublish", "closeStream"}

    def _answer_connect(self, transaction: float) -> None:
        server = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31}
        status = {
            "level": "status",
            "code": "NetConnection.Connect.Success",
            "description": "Connected.",
            "objectEncoding": 0,
        }
        body = amf.encode("_result", transaction, server, status)
        self._chunks.send(COMMAND, body, chunk_stream=3)

    def _answer(self, transaction: float, result: float | None) -> None:
        body = amf.encode("_result", transaction, None, result)
        self._chunks.send(COMMAND, body, chunk_stream=3)

    async def _publish(self, command: list[Value]) -> None:
        if self._intake is not None:
            raise RefusedError("This connection publishes already.")
        text = command[3] if len(command) > 3 else ""
        name, key = split_stream_name(text if isinstance(text, str) else "")
        attempt = PublishAttempt(name=name, key=key, peer=self._peer)
        opened = await self._open_intake(attempt, self.kick)
        if isinstance(opened, Refusal):
            raise RefusedError(opened.sentence)
        self._intake = opened
        self._chunks.most_bytes = MOST_PUBLISHER_BYTES
        self._status("status", "NetStream.Publish.Start", "You are sending.")

    def _status(self, level: str, code: str, sentence: str) -> None:
        facts = {"level": level, "code": code, "description": sentence}
        body = amf.encode("onStatus", 0, None, facts)
        self._chunks.send(COMMAND, body, chunk_stream=5, stream=1)

    async def _say_refused(self, sentence: str) -> None:
        self._status("error", "NetStream.Publish.BadName", sentence)
        with contextlib.suppress(OSError):
            await self._chunks.drain()
            await asyncio.sleep(LEAVE_SECONDS)


def _as_tag(message: Message) -> Tag:
    body = message.body
    if message.kind == SCRIPT:
        start = body.find(b"onMetaData")
        body = body[start - 3 :] if start >= 3 else body
    return Tag(message.kind, message.timestamp, body)


class RtmpServer:
    """Listens for encoders; limits how many speak at once."""

    def __init__(self, open_intake: OpenIntake) -> None:
        self._open_intake = open_intake
        self._peers: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connection_count(self) -> int:
        """How many connections are open."""
        return sum(self._peers.values())

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self, host: str, port: int) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(
            self._on_connect, host, port, limit=1 << 20
        )

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _on_connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = str((writer.get_extra_info("peername") or ["?"])[0])
        self._peers[peer] = self._peers.get(peer, 0) + 1
        try:
            if not self._is_too_many(peer):
                await Connection(reader, writer, self._open_intake).run()
        except (
            asyncio.IncompleteReadError,
            BrokenAmfError,
            BrokenRtmpError,
            OSError,
            TimeoutError,
        ) as error:
            log.info("rtmp_ended", peer=peer, why=f"{type(error).__name__}: {error}")
        except asyncio.CancelledError:
            log.info("rtmp_stopped", peer=peer)
        finally:
            self._forget(peer)
            self._tasks.discard(task)
            writer.close()

    def _is_too_many(self, peer: str) -> bool:
        return (
            self.connection_count > MOST_CONNECTIONS
            or self._peers[peer] > MOST_CONNECTIONS_PER_ADDRESS
        )

    def _forget(self, peer: str) -> None:
        self._peers[peer] -= 1
        if not self._peers[peer]:
            del self._peers[peer]
