"""The servers of the room's measurements, and the people who write there."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from livestreams.access.shows import Role
from livestreams.access.tickets import Ticket, mint_ticket, sign_ticket
from livestreams.models import Livestream
from shopfront.common import clock
from tests.bench.load import Figures, build, run_crowd
from tests.databases import DATA_OF_TESTS
from tests.rooms import RoomServer, find_port

SECONDS = float(os.environ.get("ROOM_SECONDS", "5"))
VIEWERS = int(os.environ.get("ROOM_VIEWERS", "1000"))
BURST_EACH = 5
BURST_WINDOW = 200
"""Lines on their way at once: as many as two batches of the store."""
WEB_CORE, OTHER_CORE = "0", "1"


def count_writers(rate: float, seconds: float) -> int:
    """Return how many must write: five lines at once and then 0.7 a second each."""
    return max(4, round(rate * seconds / int(4 + 0.7 * seconds)))


@dataclass(frozen=True)
class Target:
    """A server that a crowd can be sent to."""

    port: int
    pid: int
    origin: str
    path: str = "/"
    has_room: bool = False


class Lab:
    """The servers of this measurement and the people who write."""

    def __init__(self, stack: contextlib.ExitStack, folder: Path) -> None:
        self._stack = stack
        self._limit = build("limit", folder)
        self.show = make_show()
        self.room = self.start_room()
        self.member = self._start_web("tests.bench.load.members:application")

    def start_room(self) -> Target:
        """Start one more web process of the shop."""
        return self._start_web(
            "shopfront.asgi:application", f"/ws/live/{self.show.public_id}/"
        )

    def start_limit(self, *options: str) -> Target:
        """Start the raw limit and wait until it answers."""
        port = find_port()
        command = [*pin(WEB_CORE), str(self._limit), str(port), *options]
        process = subprocess.Popen(command)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        time.sleep(0.5)
        return Target(port, process.pid, f"http://127.0.0.1:{port}")

    def run(
        self,
        target: Target,
        viewers: int,
        rate: float,
        seconds: float = SECONDS,
        **more: Any,
    ) -> Figures:
        """Let people of their own write at a pace to so many viewers."""
        warmup = 1.0
        writers = count_writers(rate, seconds + warmup) if target.has_room else 0
        return run_crowd(
            [target.port],
            target.path,
            origin=target.origin,
            tickets=self.make_tickets(writers),
            cores=OTHER_CORE,
            needs_hello=int(target.has_room),
            watch=target.pid,
            sockets=max(viewers, writers),
            rate=rate,
            warmup=warmup,
            duration=seconds,
            sources=4,
            **more,
        )

    def run_burst(self, target: Target) -> Figures:
        """Let all viewers write at once, until everybody has read all of it."""
        return run_crowd(
            [target.port],
            target.path,
            origin=target.origin,
            tickets=self.make_tickets(VIEWERS) if target.has_room else (),
            cores=OTHER_CORE,
            needs_hello=int(target.has_room),
            watch=target.pid,
            sockets=VIEWERS,
            window=BURST_WINDOW,
            most_lines=BURST_EACH * VIEWERS,
            warmup=0,
            duration=120,
            sources=4,
        )

    def make_tickets(self, count: int) -> list[str]:
        """Return tickets of new accounts, so that nobody's pace is spent."""
        from tests.factories import make_user

        return [
            mint_ticket(self.show, user=make_user(), browser_key="bench")
            for _ in range(count)
        ]

    def _start_web(self, application: str, path: str = "/") -> Target:
        server = RoomServer(application=application, before=tuple(pin(WEB_CORE)))
        self._stack.callback(server.stop)
        return Target(server.port, server.pid, server.origin, path, path != "/")


def pin(core: str) -> list[str]:
    """Return the words that keep a program on a core."""
    return ["taskset", "-c", core]


@contextlib.contextmanager
def engines_apart() -> Iterator[None]:
    """Keep our own PostgreSQL and Valkey on the load's core meanwhile."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    )
    engines = [
        int(line.split()[0])
        for line in listed.stdout.splitlines()
        if str(DATA_OF_TESTS) in line and re.search("postgres|valkey|redis", line)
    ]
    cores = os.sched_getaffinity(0)
    for engine in engines:
        os.sched_setaffinity(engine, {int(OTHER_CORE)})
    try:
        yield
    finally:
        for engine in engines:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(engine, cores)


def make_show() -> Livestream:
    """Put a show on air, with the word lists that every market begins with."""
    from livestreams.services.shows import start_livestream
    from livestreams.services.word_lists import ensure_starter_lists
    from tests.factories import make_livestream

    ensure_starter_lists()
    return start_livestream(make_livestream())


def sign_seat(show: Livestream, number: int) -> str:
    """Return a ticket of a signed-in viewer who only watches."""
    return sign_ticket(
        Ticket(
            livestream=show.public_id,
            person=f"bench{number:021d}",
            viewer=f"bench{number:021d}",
            name=f"Viewer {number}",
            role=Role.VIEWER,
            badges=(),
            is_counted=True,
            expires_at=int(clock.now().timestamp()) + 600,
        )
    )


def make_sessions(count: int = 300) -> list[str]:
    """Return cookies of people signed in by a session in the database."""
    from tests.factories import make_user

    cookies = []
    for _ in range(count):
        user = make_user()
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return cookies
