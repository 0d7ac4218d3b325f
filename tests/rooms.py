"""A real web process and real sockets of its rooms, for tests."""

import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from livestreams.access.tickets import mint_ticket
from livestreams.models import ChatMessage, Livestream, RoomEvent, RoomSequence
from shopfront.embedded.folders import valkey_program
from shopfront.models import User

ROOT = Path(__file__).resolve().parent.parent
FAST = "shopfront.common.sockets:RoomProtocol"
PORTABLE = "websockets-sansio"
PATIENCE = 20.0
Event = dict[str, Any]


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_valkey(port: int) -> "subprocess.Popen[bytes]":
    """Start a Valkey that one test may kill."""
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "")
    return subprocess.Popen(
        [str(valkey_program()), *options], stdout=subprocess.DEVNULL
    )


class RoomServer:
    """A web process under uvicorn on the tests' databases."""

    def __init__(
        self,
        *,
        protocol: str = FAST,
        port: int = 0,
        application: str = "shopfront.asgi:application",
        before: tuple[str, ...] = (),
        **environment: str,
    ) -> None:
        self.port = port or find_port()
        self._process = subprocess.Popen(
            [
                *before,
                sys.executable,
                *("-m", "uvicorn", application, "--backlog", "4096"),
                *("--ws-max-size", "65536", "--ws-ping-interval", "30"),
                *("--port", str(self.port), "--ws", protocol),
                *("--log-level", "warning", "--timeout-graceful-shutdown", "1"),
            ],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.settings_server",
                "TESTED_DATABASE": str(connection.settings_dict["NAME"]),
                "REDIS_URL": settings.REDIS_URL,
                "LOG_LEVEL": "WARNING",  # else a failure drowns in requests
            }
            | environment,
        )
        self._wait()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def origin(self) -> str:
        """The address that a page of this server comes from."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), self._knock():
                return
            time.sleep(0.05)
        message = "the web process did not start"
        raise RuntimeError(message)

    def _knock(self) -> contextlib.AbstractContextManager[object]:
        return socket.create_connection(("127.0.0.1", self.port), timeout=1)


class RoomClient:
    """One socket in a room that reads events and sends commands."""

    def __init__(
        self,
        server: RoomServer,
        show: str,
        *,
        ticket: str | None = None,
        origin: str | None = "own",
    ) -> None:
        offers = [Subprotocol(f"ticket.{ticket}")] if ticket else None
        self._connecting = connect(
            f"ws://127.0.0.1:{server.port}/ws/live/{show}/",
            origin=server.origin if origin == "own" else origin,  # type: ignore[arg-type]
            subprotocols=offers,
            open_timeout=PATIENCE,
            close_timeout=2,
        )
        self._socket: ClientConnection
        self._ids = itertools.count(1)
        self._unread: list[Event] = []
        self.seen: list[Event] = []

    def __enter__(self) -> Self:
        self._socket = self._connecting.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connecting.__exit__(kind, error, trace)

    def read(self, seconds: float = PATIENCE) -> Event:
        """Return the next event; TimeoutError when none comes."""
        while not self._unread:
            self._unread = json.loads(self._socket.recv(timeout=seconds))
        event = self._unread.pop(0)
        self.seen.append(event)
        return event

    def wait_for(self, name: str, seconds: float = PATIENCE, **facts: object) -> Event:
        """Read until an event of this name and these facts comes."""
        deadline = time.monotonic() + seconds
        while True:
            event = self.read(max(0.001, deadline - time.monotonic()))
            if event["type"] == name and facts.items() <= event.items():
                return event

    def find(self, name: str, **facts: object) -> Event:
        """Return an event that came already, else read until it comes."""
        for event in self.seen:
            if event["type"] == name and facts.items() <= event.items():
                return event
        return self.wait_for(name, PATIENCE, **facts)

    def tell(self, name: str, **fields: object) -> Event:
        """Send a command and return its answer."""
        identity = str(next(self._ids))
        self.write(json.dumps({"id": identity, "type": name, **fields}))
        while True:
            event = self.read()
            if event["type"] in {"ok", "error"} and event.get("id") == identity:
                return event

    def write(self, text: str | bytes) -> None:
        """Send text as it is."""
        self._socket.send(text)

    def wait_for_close(self) -> tuple[int, str]:
        """Read until the server closes; return code and reason."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self._socket.recv(timeout=PATIENCE)
        return self._socket.close_code or 0, self._socket.close_reason or ""


@contextlib.contextmanager
def enter(
    server: RoomServer, show: Livestream, user: User | None = None
) -> Iterator[RoomClient]:
    """Enter a room with a ticket, as a page does."""
    ticket = mint_ticket(show, user=user, browser_key="a browser")
    with RoomClient(server, show.public_id, ticket=ticket) as client:
        yield client


def lose_lines(show: Livestream, *, count: int) -> None:
    """Take a room's newest lines back, as a crash of the database does."""
    room = RoomSequence.objects.get(livestream=show)
    room.seq -= count
    room.save()
    ChatMessage.objects.filter(livestream=show, seq__gt=room.seq).delete()
    RoomEvent.objects.filter(livestream=show, seq__gt=room.seq).delete()
