"""Processes of a running shop are killed at random while people buy."""

import collections
import os
import random
import re
import signal
import subprocess
import threading
import time
import urllib.request

from tests.bench.results import Result
from tests.bench.shoppers import GaveUp, Shopper

SECONDS = 300.0
SHOPPERS = 4
VICTIMS = {
    "web": "uvicorn",
    "worker": " -c 2 ",
    "urgent": " solo ",
    "beat": " beat ",
    "media": "manage.py media",
    "postgres": "/postgres -D",
    "valkey": "/valkey-server",
}
PAUSE = 3.0, 10.0
REST_SECONDS = 150.0


class Run:
    """What happened in one soak."""

    def __init__(self, site: str, seed: int) -> None:
        self.site = site
        self.seed = seed
        self.ends: collections.Counter[str] = collections.Counter()
        self.kills: collections.Counter[str] = collections.Counter()
        self.stumbles = 0
        self.confirmed: list[tuple[Shopper, str]] = []
        self.lock = threading.Lock()
        self.is_over = threading.Event()

    def shop(self, number: int) -> None:
        """Buy as one person after another until the run is over."""
        chance = random.Random(f"{self.seed}-{number}")
        while not self.is_over.is_set():
            shopper = Shopper(self.site, chance)
            try:
                end, orders = shopper.buy()
            except GaveUp as fault:
                end, orders = f"gave up: {fault}", []
            if not orders:
                shopper.close()
            with self.lock:
                self.ends[end] += 1
                self.stumbles += shopper.stumbles
                self.confirmed += [(shopper, order) for order in orders]

    def kill_at_random(self, demo: int, seconds: float) -> None:
        """Kill one process after another, each once a round, until each was killed."""
        chance = random.Random(self.seed)
        end = time.monotonic() + seconds
        names: list[str] = []
        while len(self.kills) < len(VICTIMS) or time.monotonic() < end:
            time.sleep(chance.uniform(*PAUSE))
            if not names:
                names = chance.sample(sorted(VICTIMS), len(VICTIMS))
            name = names.pop()
            if kill(demo, VICTIMS[name]):
                self.kills[name] += 1
        self.is_over.set()


def kill_and_shop(
    site: str, demo: int, *, seed: int, seconds: float = SECONDS
) -> list[Result]:
    """Let people buy while one process after another is killed; tell what was lost.

    Args:
        site: where the demo answers.
        demo: process id of the demo, whose children are killed.
        seed: decides who is killed when, and what people buy.
        seconds: how long.
    """
    run = Run(site, seed)
    people = [
        threading.Thread(target=run.shop, args=(number,), daemon=True)
        for number in range(SHOPPERS)
    ]
    for person in people:
        person.start()
    run.kill_at_random(demo, seconds)
    for person in people:
        person.join(200)
    is_idle = await_rest(site)
    lost = [order for shopper, order in run.confirmed if not shows(shopper, order)]
    for shopper, _order in run.confirmed:
        shopper.close()
    length = Result("length, shoppers at once", f"{seconds:.0f} s, {SHOPPERS}")
    return [length, *describe(run, is_idle=is_idle, lost=lost)]


def describe(run: Run, *, is_idle: bool, lost: list[str]) -> list[Result]:
    """Turn what happened into results."""
    gave_up = [end for end in run.ends if end.startswith("gave up")]
    return [
        Result("killed", str(dict(run.kills)), "each", len(run.kills) == len(VICTIMS)),
        Result("ends of visits", str(dict(run.ends))),
        Result("requests sent again", str(run.stumbles)),
        Result("visits that gave up", str(gave_up), "[]", not gave_up),
        Result("confirmed orders lost", str(len(lost)), "0", not lost),
        Result("outbox empty after the run", str(is_idle), "True", is_idle),
        Result("orders confirmed", str(len(run.confirmed)), "> 0", bool(run.confirmed)),
    ]


def kill(demo: int, words: str) -> bool:
    """Kill the demo's child whose command line holds these words."""
    command = ["ps", "-ww", "--ppid", str(demo), "-o", "pid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if words in f"{arguments} ":
            os.kill(int(pid), signal.SIGKILL)
            return True
    return False


def await_rest(site: str) -> bool:
    """Wait until nothing waits in the outbox and no payment is undecided."""
    deadline = time.monotonic() + REST_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{site}/metrics", timeout=10) as answer:
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
