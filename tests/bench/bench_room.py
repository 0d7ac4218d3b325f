"""The live room against the raw limit and the usual way, web on one core.

Chat is posted by real sockets with tickets, weighed and stored as in production. The
fan-out's share of the process is what the same input costs more with more viewers.
nchan is not measured: it is no part of what this shop needs to run.
"""

import contextlib
import os
import re
import statistics
import subprocess
import tempfile
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
from tests.bench.load import Figures, build, read_memory, run_crowd
from tests.bench.results import Result
from tests.bench.soak_sockets import MemoryWatch
from tests.rooms import RoomServer, find_port
from tests.settings import DATA_OF_TESTS

SECONDS = float(os.environ.get("ROOM_SECONDS", "5"))
RUNS = int(os.environ.get("ROOM_RUNS", "2"))
VIEWERS = int(os.environ.get("ROOM_VIEWERS", "1000"))
MOST_VIEWERS = int(os.environ.get("ROOM_MOST_VIEWERS", "9500"))
LINES_EACH = int(4 + 0.7 * SECONDS)
"""A person may write five lines at once and then 0.7 a second."""
WEB_CORE, OTHER_CORE = "0", "1"
SETTLE_SECONDS = 2.0
KIB = 1024


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

    def run(self, target: Target, viewers: int, rate: float, **more: Any) -> Figures:
        """Let people of their own write at a pace to so many viewers."""
        warmup = 1.0
        lines = rate * (SECONDS + warmup)
        writers = max(4, round(lines / LINES_EACH)) if target.has_room else 0
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
            duration=SECONDS,
            sources=4,
            **more,
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


def measure() -> list[Result]:
    """Run all parts in turn on the same servers."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(engines_apart())
        lab = Lab(stack, folder)
        limits = (lab.start_limit(), lab.start_limit("nb"))
        results = measure_pace(lab, *limits)
        results += measure_crowd(lab)
        results += measure_stalled(lab)
        results += measure_connecting(lab)
        results += measure_two(lab)
    return results


def measure_pace(lab: Lab, limit_a: Target, limit_b: Target) -> list[Result]:
    """P-1 to P-3: a calm room, a fast one, and what a core delivers."""
    calm, raw, fast, batched, alone, burst, usual = ([] for _ in range(7))
    writers = round(500 * (SECONDS + 1) / LINES_EACH)
    for _ in range(RUNS):
        calm.append(lab.run(lab.room, VIEWERS, 20))
        raw.append(lab.run(limit_a, VIEWERS, 20))
        fast.append(lab.run(lab.room, max(VIEWERS, 2 * writers), 500))
        batched.append(lab.run(limit_b, max(VIEWERS, 2 * writers), 500))
        alone.append(lab.run(lab.room, writers, 500))
        burst.append(lab.run(limit_a, VIEWERS, 0, window=20))
        usual.append(lab.run(lab.member, VIEWERS, 0, window=4))
    viewers = fast[0]["living"]
    share = viewers / (viewers - writers)
    spent = (middle(fast, "server_cpu") - middle(alone, "server_cpu")) * share
    ours = middle(fast, "deliveries_per_s") / max(spent, 0.001)
    most = per_core(burst)
    least = per_core(usual)
    return [
        *against("P-2: 20 lines/s", calm, raw, 2.0),
        *against(f"P-3: 500 lines/s, {viewers:,} viewers", fast, batched, 3.5),
        compare("P-3: fan-out, of a core", spent, 0.65, at_most=True),
        Result("P-3: whole web process", f"{middle(fast, 'server_cpu'):.2f} of a core"),
        Result("P-1: deliveries per core-second", f"{ours:,.0f}"),
        compare("P-1: by limit A's", ours / most, 2.5),
        compare("P-1: by a group member per viewer", ours / least, 80),
    ]


def measure_crowd(lab: Lab) -> list[Result]:
    """P-4: as many viewers as one process may have."""
    figures = lab.run(lab.room, MOST_VIEWERS, 100, settle=3)
    name = f"P-4: {figures['living']:,} viewers x 100 lines/s"
    return [
        *complete(name, figures),
        compare(f"{name}, p99 ms", figures["p99_ms"], 400, at_most=True),
        Result(f"{name}, load generator", f"{figures['cpu']:.2f} of a core"),
    ]


def measure_stalled(lab: Lab) -> list[Result]:
    """P-5: some phones that never read."""
    before = read_memory(lab.room.pid)
    alone, beside = [], []
    for _ in range(RUNS):
        alone.append(lab.run(lab.room, 200, 100))
        beside.append(lab.run(lab.room, 200, 100, slow=5))
    ratio = middle(beside, "p50_ms") / middle(alone, "p50_ms")
    grown = (read_memory(lab.room.pid) - before) / KIB / KIB
    return [
        *complete("P-5: beside 5 stalled sockets", beside[-1]),
        compare("P-5: p50 by that without them", ratio, 1.5, at_most=True),
        compare("P-5: memory grown, MiB", grown, 20, at_most=True),
    ]


def measure_connecting(lab: Lab) -> list[Result]:
    """P-6 and P-7: idle seats and a storm of sign-ins."""
    viewers = min(3000, 3 * VIEWERS)
    fresh = lab.start_room()
    seats = [sign_seat(lab.show, number) for number in range(viewers)]
    lab.run(fresh, 100, 1)
    before = read_memory(fresh.pid)
    cookies = make_sessions()
    with MemoryWatch(fresh.pid) as watch:
        ours = connect(fresh, viewers, tickets=seats, settle=SETTLE_SECONDS)
    each = (watch.most - before) / KIB / viewers
    usual = connect(lab.member, viewers, cookies=cookies)
    ratio = ours["connects_per_s"] / usual["connects_per_s"]
    failed = ours["failed"] + ours["closed"]
    return [
        compare("P-6: KiB per idle signed-in viewer", each, 35, at_most=True),
        Result("P-7: sign-ins a second", f"{ours['connects_per_s']:,.0f}"),
        Result(f"P-7: failed of {viewers:,}", str(failed), "0", failed == 0),
        compare("P-7: by AuthMiddlewareStack", ratio, 4),
        compare("P-7: p99 ms", ours["connect_p99_ms"], 500, at_most=True),
    ]


def measure_two(lab: Lab) -> list[Result]:
    """P-8: one room in two processes."""
    second = lab.start_room()
    figures = run_crowd(
        [lab.room.port, second.port],
        lab.room.path,
        origin=settings.SITE_URL,
        tickets=lab.make_tickets(40),
        cores=OTHER_CORE,
        needs_hello=1,
        sockets=VIEWERS,
        rate=40,
        duration=SECONDS,
    )
    return complete("P-8: two processes", figures)


def connect(
    target: Target,
    viewers: int,
    *,
    tickets: list[str] | None = None,
    cookies: list[str] | None = None,
    settle: float = 1,
) -> Figures:
    """Open sockets as fast as 256 in flight allow."""
    return run_crowd(
        [target.port],
        target.path,
        origin=target.origin,
        tickets=tickets or [],
        cookies=cookies or [],
        cores=OTHER_CORE,
        needs_hello=1,
        sockets=viewers,
        settle=settle,
    )


def against(
    name: str, ours: list[Figures], limit: list[Figures], most: float
) -> list[Result]:
    """Compare delays with the raw limit of the same run."""
    own, raw = middle(ours, "p99_ms"), middle(limit, "p99_ms")
    return [
        *complete(name, ours[-1]),
        Result(f"{name}, p99", f"{own:.1f} ms, limit {raw:.1f} ms"),
        compare(
            f"{name}, p99 by the limit's", own / max(raw, 0.01), most, at_most=True
        ),
    ]


def complete(name: str, figures: Figures) -> list[Result]:
    """Tell whether all was received, once and in order."""
    wrong = figures["lost"] + figures["holes"] + figures["doubles"]
    said = f"{wrong} of {figures['delivered']:,} ({figures['refused']} refused)"
    is_met = wrong == 0 and figures["delivered"] > 0
    return [Result(f"{name}, lost or out of order", said, "0", is_met)]


def compare(name: str, value: float, bound: float, *, at_most: bool = False) -> Result:
    """Return a figure with its demand."""
    sign, is_met = ("<=", value <= bound) if at_most else (">=", value >= bound)
    return Result(name, f"{value:.2f}", f"{sign} {bound:g}", is_met)


def middle(runs: list[Figures], name: str) -> float:
    """Return the median of a figure."""
    return float(statistics.median(run[name] for run in runs))


def per_core(runs: list[Figures]) -> float:
    """Return the deliveries a server makes in a second of a core."""
    spent = max(middle(runs, "server_cpu"), 0.001)
    return max(middle(runs, "deliveries_per_s"), 1.0) / spent


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
    """Put a show on air."""
    from livestreams.services.shows import start_livestream
    from tests.factories import make_livestream

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
            is_calm=False,
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
