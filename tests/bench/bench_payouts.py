"""Settlement and payout run of a million lines, against plain SQL of the same rows."""

import multiprocessing
import time

from django.db import connection

from tests.bench.payout_lab import CREATORS, LINES, Fill, fill_books
from tests.bench.payout_pages import measure_pages
from tests.bench.payout_plain import pay_plainly
from tests.bench.payout_worker import Figures, pay, say
from tests.bench.results import Result

MOST_RATIO = 2.0
MOST_GROWTH_MB = 64
WRITTEN = (
    "creators_ledgertransaction",
    "creators_entry",
    "creators_payout",
    "creators_payoutline",
)


def measure() -> list[Result]:
    """Fill the books, pay them plainly and undo it, pay them by the services."""
    started = time.perf_counter()
    fill = fill_books()
    say("filled the books", started)
    tidy()
    started = time.perf_counter()
    plain = pay_plainly(fill, count_written)
    say("paid by plain SQL", started)
    tidy()
    before = count_written()
    ours = pay_in_process(fill)
    written = subtract(count_written(), before)
    faults = check_books()
    return [
        *describe(plain.seconds, ours),
        Result(
            "rows written by ours, and by plain SQL",
            f"{sum(written.values()):,} and {sum(plain.written.values()):,}",
            "equal in each table",
            written == plain.written,
        ),
        Result("faults in the books", str(len(faults)), "0", not faults),
        *measure_pages(fill),
    ]


def describe(plain: float, ours: Figures) -> list[Result]:
    """Say how long both took, and how much memory ours needed."""
    total = sum(ours[step] for step in ("settle", "claim", "prepare"))
    growth = ours["peak_mb"] - ours["start_mb"]
    return [
        Result(f"plain SQL, {LINES:,} lines, {CREATORS:,} creators", f"{plain:.1f} s"),
        Result("`settle_commissions`", f"{ours['settle']:.1f} s"),
        Result("`claim_run`", f"{ours['claim']:.1f} s"),
        Result("`prepare_run`", f"{ours['prepare']:.2f} s"),
        Result(
            "ratio",
            f"{total / plain:.2f}",
            f"<= {MOST_RATIO:g}",
            total <= MOST_RATIO * plain,
        ),
        Result(
            f"peak memory beyond the {ours['start_mb']:.0f} MB of an idle process",
            f"{growth:.0f} MB",
            f"<= {MOST_GROWTH_MB} MB",
            growth <= MOST_GROWTH_MB,
        ),
    ]


def pay_in_process(fill: Fill) -> Figures:
    """Settle and pay in a fresh process, so that its memory is the work's own."""
    spawning = multiprocessing.get_context("spawn")
    found: multiprocessing.Queue[Figures] = spawning.Queue()
    database = str(connection.settings_dict["NAME"])
    task = (database, fill.rule, fill.staff, fill.day)
    worker = spawning.Process(target=pay, args=(*task, found))
    worker.start()
    figures = found.get(timeout=900)
    worker.join()
    return figures


def check_books() -> list[str]:
    """Add the ledger up by other means, all payouts included."""
    from creators.selectors.books import find_book_faults

    started = time.perf_counter()
    faults = find_book_faults()
    say("checked the books", started)
    print(*faults[:5], sep="\n", end="\n" if faults else "", flush=True)
    return faults


def count_written() -> dict[str, int]:
    """Return the rows of each table to which a run writes."""
    counts = {}
    with connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            (counts[table],) = cursor.fetchone()
        cursor.execute(
            "SELECT COUNT(*) FROM creators_commission WHERE state = 'settled'"
        )
        (counts["settled"],) = cursor.fetchone()
    return counts


def subtract(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """Return what came to each table."""
    return {name: count - before[name] for name, count in after.items()}


def tidy() -> None:
    """Leave no dead rows, old statistics or unwritten pages to the next in turn."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    say("tidied the tables", started)
