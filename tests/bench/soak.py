"""Kill processes at random while shoppers buy, then ask whether the books agree.

Environment: SOAK_SECONDS (300), SOAK_SHOPPERS (4), SEED (random, printed).
"""

import collections
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.results import Result, write_results
from tests.bench.shoppers import GaveUp, Shopper

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".test" / "soak"
PORT = 8190
SITE = f"http://localhost:{PORT}"
SECONDS = float(os.environ.get("SOAK_SECONDS", "300"))
SHOPPERS = int(os.environ.get("SOAK_SHOPPERS", "4"))
SEED = int(os.environ.get("SEED", secrets.randbelow(1_000_000)))
VICTIMS = {"web": "uvicorn", "worker": " worker ", "media": "manage.py media"}
START_SECONDS = 420.0
REST_SECONDS = 150.0


class Run:
    """What happened in one soak."""

    def __init__(self) -> None:
        self.ends: collections.Counter[str] = collections.Counter()
        self.kills: collections.Counter[str] = collections.Counter()
        self.stumbles = 0
        self.confirmed: list[tuple[Shopper, str]] = []
        self.lock = threading.Lock()
        self.is_over = threading.Event()

    def shop(self, number: int) -> None:
        """Buy as one person after another until the run is over."""
        chance = random.Random(f"{SEED}-{number}")
        while not self.is_over.is_set():
            shopper = Shopper(SITE, chance)
            try:
                end, orders = shopper.buy()
            except GaveUp as fault:
                end, orders = f"gave up: {fault}", []
            with self.lock:
                self.ends[end] += 1
                self.stumbles += shopper.stumbles
                self.confirmed += [(shopper, order) for order in orders]

    def kill_at_random(self, demo: int) -> None:
        """Kill one process after another, with pauses between."""
        chance = random.Random(SEED)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(chance.uniform(3, 12))
            name = chance.choice(sorted(VICTIMS))
            if kill(demo, VICTIMS[name]):
                self.kills[name] += 1
        self.is_over.set()


def main() -> int:
    """Soak, write down what was found and answer 1 when anything was wrong."""
    print(f"Seed {SEED}; {SECONDS:.0f} s with {SHOPPERS} shoppers at once", flush=True)
    run = Run()
    with running_demo() as demo:
        people = [
            threading.Thread(target=run.shop, args=(number,), daemon=True)
            for number in range(SHOPPERS)
        ]
        for person in people:
            person.start()
        run.kill_at_random(demo.pid)
        for person in people:
            person.join(200)
        is_idle = await_rest()
        lost = [order for shopper, order in run.confirmed if not shows(shopper, order)]
        books = check_books()
    results = describe(run, is_idle=is_idle, lost=lost, books=books)
    print(write_results("soak", results))
    return int(any(result.is_met is False for result in results))


def describe(run: Run, *, is_idle: bool, lost: list[str], books: str) -> list[Result]:
    """Turn what happened into results."""
    gave_up = [end for end in run.ends if end.startswith("gave up")]
    return [
        Result("seed", str(SEED)),
        Result("length, shoppers at once", f"{SECONDS:.0f} s, {SHOPPERS}"),
        Result("killed", str(dict(run.kills))),
        Result("ends of visits", str(dict(run.ends))),
        Result("requests sent again", str(run.stumbles)),
        Result("visits that gave up", str(len(gave_up)), "0", not gave_up),
        Result("confirmed orders lost", str(len(lost)), "0", not lost),
        Result("outbox empty after the run", str(is_idle), "True", is_idle),
        Result("invariants", books, "all well", "FAULTY" not in books),
        Result("orders confirmed", str(len(run.confirmed)), "> 0", bool(run.confirmed)),
    ]


@contextmanager
def running_demo() -> Iterator[subprocess.Popen[bytes]]:
    """Run the whole shop with its content."""
    DATA.mkdir(parents=True, exist_ok=True)
    log = DATA / "soak.log"
    environment = os.environ | {"DATA": str(DATA), "PORT": str(PORT)}
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ready." not in log.read_text():
            if demo.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The demo did not start; see {log}")
            time.sleep(0.5)
        yield demo
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)


def kill(demo: int, words: str) -> bool:
    """Kill the demo's child whose command line holds these words."""
    command = ["ps", "--ppid", str(demo), "-o", "pid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if words in f"{arguments} ":
            os.kill(int(pid), signal.SIGKILL)
            return True
    return False


def await_rest() -> bool:
    """Wait until nothing waits in the outbox and no payment is undecided."""
    deadline = time.monotonic() + REST_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{SITE}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            text = ""
        open_work = re.findall(
            r"^shopfront_(?:outbox_waiting|"
            r'payments\{state="(?:pending|authenticating)"\}) ([\d.]+)$',
            text,
            re.MULTILINE,
        )
        if len(open_work) == 3 and not any(map(float, open_work)):
            return True
        time.sleep(1)
    return False


def shows(shopper: Shopper, order: str) -> bool:
    """Tell whether a confirmed order is still there for the one who bought it."""
    return order in shopper.ask("GET", f"/orders/{order}/")


def check_books() -> str:
    """Run the independent checks of the books."""
    environment = os.environ | {"DATA": str(DATA), "PORT": str(PORT)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "FAULTY" not in done.stdout:
        return f"FAULTY: {done.stderr[-300:]}"
    return "; ".join(done.stdout.split("\n")).strip("; ")


if __name__ == "__main__":
    sys.exit(main())
