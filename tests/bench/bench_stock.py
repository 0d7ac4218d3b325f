"""Holds a second on one hot variant, against pgbench with the same statement."""

import multiprocessing
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import django
from django.db import connection

from shopfront.embedded import layout_for
from shopfront.embedded.folders import postgres_program
from tests.bench.results import Result
from tests.databases import DATA_OF_TESTS

CONNECTIONS = 16
PROCESSES = 2
SECONDS = 4.0
RUNS = 3
PLENTY = 1_000_000_000
LEAST_RATIO = 0.5


def measure() -> list[Result]:
    """Take turns between pgbench and the service, and compare the medians."""
    variant = make_hot_variant()
    limits, ours = [], []
    for _ in range(RUNS):
        limits.append(hold_by_pgbench(variant))
        ours.append(hold_by_service(variant))
    limit, own = statistics.median(limits), statistics.median(ours)
    check_books(variant)
    return [
        Result(f"pgbench, {CONNECTIONS} connections", f"{limit:,.0f} holds/s"),
        Result(
            f"`hold_stock`, {PROCESSES} processes, {CONNECTIONS} connections",
            f"{own:,.0f} holds/s",
        ),
        Result(
            "ratio",
            f"{own / limit:.2f}",
            f">= {LEAST_RATIO}",
            own >= LEAST_RATIO * limit,
        ),
    ]


def make_hot_variant() -> int:
    """Make one variant with more pieces than can be sold here."""
    from tests.factories import make_variant

    variant = make_variant(stock=PLENTY)
    return int(variant.pk)


def hold_by_pgbench(variant: int) -> float:
    """Return the holds a second that pgbench reaches with our statement."""
    from catalog.services import stock
    from catalog.services.statements import HOLD

    values = {
        "variant": str(variant),
        "quantity": "1",
        "holder": "'bench:' || :holder",
        "most": str(stock.MOST_LIVE_HOLDS),
        "limit": "1",
        "keys": "'{}'",
        "public_id": "'b' || :client_id || '-' || :holder",
        "now": "'2026-01-01T00:00:00Z'",
        "until": "'2026-01-01T00:10:00Z'",
        "cause_kind": "''",
        "cause_ref": "''",
    }
    statement = re.sub(
        r"%\((\w+)\)s", lambda found: f"({values[found[1]]})", HOLD
    ).replace("\n", " ")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "hold.sql"
        script.write_text(f"\\set holder random(1, 1000000000000)\n{statement};\n")
        layout = layout_for(DATA_OF_TESTS)
        command = [str(postgres_program("pgbench")), "-n", "-f", str(script)]
        command += ["-c", str(CONNECTIONS), "-j", str(PROCESSES)]
        command += ["-T", f"{SECONDS:.0f}", "-h", layout.database_host]
        command += ["-U", layout.database_user, connection.settings_dict["NAME"]]
        output = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", output.stdout)
    assert found, output.stdout
    return float(found[1])


def hold_by_service(variant: int) -> float:
    """Return the holds a second that our service reaches in several processes."""
    name = str(connection.settings_dict["NAME"])
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Barrier(PROCESSES)
    counts: multiprocessing.Queue[int] = spawning.Queue()
    workers = [
        spawning.Process(target=hold_in_process, args=(name, variant, ready, counts))
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    total = sum(counts.get(timeout=120) for _ in workers)
    for worker in workers:
        worker.join()
    return total / SECONDS


def hold_in_process(
    database: str,
    variant: int,
    ready: "multiprocessing.synchronize.Barrier",
    counts: "multiprocessing.Queue[int]",
) -> None:
    """Hold in several threads of a fresh process, as a web process would."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    connection.settings_dict["NAME"] = database
    threads = CONNECTIONS // PROCESSES
    together = threading.Barrier(threads + 1)
    done: list[int] = []
    workers = [
        threading.Thread(target=hold_in_thread, args=(variant, together, done))
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    ready.wait(60)
    together.wait(60)
    for worker in workers:
        worker.join()
    counts.put(sum(done))


def hold_in_thread(variant: int, together: threading.Barrier, done: list[int]) -> None:
    """Hold again and again, each time as another shopper."""
    from catalog.services.stock import hold_stock

    count = 0
    me = f"{os.getpid()}-{threading.get_ident()}"
    connection.ensure_connection()
    together.wait(60)
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        hold_stock(variant, quantity=1, holder=f"bench:{me}:{count}")
        count += 1
    connection.close()
    done.append(count)


def check_books(variant: int) -> None:
    """Make sure that every hold that was counted is a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT allocated - (SELECT sum(quantity) FROM catalog_reservation"
            " WHERE variant_id = %s AND state = 'held')"
            " FROM catalog_stock WHERE variant_id = %s",
            [variant, variant],
        )
        row = cursor.fetchone()
    assert row == (0,), f"books differ by {row}"
