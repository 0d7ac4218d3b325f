"""The live room against the raw limit and the usual way, web on one core.

Chat is posted by real sockets with tickets, weighed and stored as in production. P-1
counts all processor time of the web process, commands and storage included; P-3's
fan-out is what the same input costs more with more viewers. nchan is not measured: it
is no part of what this shop needs to run.
"""

import contextlib
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from tests.bench.load import Figures, read_memory, run_crowd
from tests.bench.results import Result
from tests.bench.room_lab import (
    OTHER_CORE,
    SECONDS,
    VIEWERS,
    Lab,
    Target,
    count_writers,
    engines_apart,
    make_sessions,
    sign_seat,
)
from tests.bench.soak_sockets import MemoryWatch

RUNS = int(os.environ.get("ROOM_RUNS", "2"))
ONLY = set(os.environ.get("ROOM_ONLY", "").split())
"""Parts to measure, such as "P-2 P-3"; all when empty."""
MOST_VIEWERS = int(os.environ.get("ROOM_MOST_VIEWERS", "9500"))
SETTLE_SECONDS = 2.0
STALLED = 5
STALLED_SECONDS = max(15.0, 3 * SECONDS)
"""Until a full buffer is given up and its socket cut."""
STALLED_RATE = 300
KIB = 1024


def measure() -> list[Result]:
    """Run all parts in turn on the same servers."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(engines_apart())
        lab = Lab(stack, folder)
        limit_a, limit_b = lab.start_limit(), lab.start_limit("nb")
        parts: dict[str, Callable[[], list[Result]]] = {
            "P-1": lambda: measure_burst(lab, limit_a),
            "P-2": lambda: measure_calm(lab, limit_a),
            "P-3": lambda: measure_fast(lab, limit_b),
            "P-4": lambda: measure_crowd(lab, limit_b),
            "P-5": lambda: measure_stalled(lab),
            "P-6": lambda: measure_connecting(lab),
            "P-8": lambda: measure_two(lab),
        }
        chosen = [part for part in parts if not ONLY or part in ONLY]
        return [result for part in chosen for result in parts[part]()]


def measure_calm(lab: Lab, limit: Target) -> list[Result]:
    """P-2: a calm room."""
    calm, raw = [], []
    for _ in range(RUNS):
        calm.append(lab.run(lab.room, VIEWERS, 20))
        raw.append(lab.run(limit, VIEWERS, 20))
    return against("P-2: 20 lines/s", calm, raw, 2.0)


def measure_fast(lab: Lab, limit: Target) -> list[Result]:
    """P-3: a fast room."""
    fast, batched, alone = ([] for _ in range(3))
    writers = count_writers(500, SECONDS + 1)
    for _ in range(RUNS):
        fast.append(lab.run(lab.room, max(VIEWERS, 2 * writers), 500))
        batched.append(lab.run(limit, max(VIEWERS, 2 * writers), 500))
        alone.append(lab.run(lab.room, writers, 500))
    viewers = fast[0]["living"]
    share = viewers / (viewers - writers)
    spent = (middle(fast, "server_cpu") - middle(alone, "server_cpu")) * share
    return [
        *against(f"P-3: 500 lines/s, {viewers:,} viewers", fast, batched, 3.5),
        compare("P-3: fan-out, of a core", spent, 0.65, at_most=True),
        Result("P-3: whole web process", f"{middle(fast, 'server_cpu'):.2f} of a core"),
    ]


def measure_burst(lab: Lab, limit_a: Target) -> list[Result]:
    """P-1: everybody in the room writes five lines as fast as they are taken."""
    ours, most, usual = ([] for _ in range(3))
    for _ in range(RUNS):
        ours.append(lab.run_burst(lab.room))
        most.append(lab.run_burst(limit_a))
        usual.append(lab.run(lab.member, VIEWERS, 0, window=4))
    own = per_core(ours)
    return [
        *complete("P-1: a burst", ours[-1]),
        Result("P-1: lines stored a second", f"{middle(ours, 'sent_per_s'):,.0f}"),
        Result("P-1: deliveries a second", f"{middle(ours, 'deliveries_per_s'):,.0f}"),
        Result("P-1: deliveries per core-second of the whole process", f"{own:,.0f}"),
        compare("P-1: by limit A's", own / per_core(most), 2.5),
        compare("P-1: by a group member per viewer", own / per_core(usual), 80),
    ]


def measure_crowd(lab: Lab, limit: Target) -> list[Result]:
    """P-4: as many viewers as one process may have, beside what the machine can do."""
    figures = lab.run(lab.room, MOST_VIEWERS, 100, settle=3)
    raw = lab.run(limit, MOST_VIEWERS, 100, settle=3)
    ratio = figures["p99_ms"] / raw["p99_ms"]
    name = f"P-4: {figures['living']:,} viewers x 100 lines/s"
    return [
        *complete(name, figures),
        compare(f"{name}, p99 ms", figures["p99_ms"], 400, at_most=True),
        Result(f"{name}, p99 by the limit's", f"{ratio:.2f}"),
        Result(f"{name}, load generator", f"{figures['cpu']:.2f} of a core"),
    ]


def measure_stalled(lab: Lab) -> list[Result]:
    """P-5: some phones that never read, until the room gives them up."""
    before = read_memory(lab.room.pid)
    alone, beside = [], []
    pace = {"rate": STALLED_RATE, "seconds": STALLED_SECONDS}
    with MemoryWatch(lab.room.pid) as watch:
        for _ in range(RUNS):
            alone.append(lab.run(lab.room, 200, **pace))
            beside.append(lab.run(lab.room, 200, slow=STALLED, settle=2, **pace))
    ratio = middle(beside, "p50_ms") / middle(alone, "p50_ms")
    grown = (watch.most - before) / KIB / KIB
    given_up = min(one["given_up"] for one in beside)
    is_reached = given_up == STALLED
    return [
        *complete(f"P-5: beside {STALLED} stalled sockets", beside[-1]),
        Result("P-5: stalled sockets closed", str(given_up), str(STALLED), is_reached),
        compare("P-5: p50 by that without them", ratio, 1.5, at_most=True),
        compare("P-5: memory grown at most, MiB", grown, 20, at_most=True),
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
