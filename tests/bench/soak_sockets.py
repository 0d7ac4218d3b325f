"""Ten thousand real sockets in one live room while signed-in people chat."""

import re
import threading
import time
from urllib.parse import urlsplit

import httpx

from tests.bench.load import Figures, find_web, read_memory, run_crowd
from tests.bench.results import Result
from tests.bench.shoppers import find_form

PASSWORD = "demo"
CHATTERS = tuple(
    f"{name}@demo.example"
    for name in ("shopper", "shopper2", "creator", "moderator", "brand", "staff")
)
SECONDS = 90.0
SECONDS_PER_LINE = 2.0
"""A person may write 0.7 lines a second; nobody here is to be told to slow down."""
SETTLE_SECONDS = 10.0
SOURCES = 4
KIB = 1024


def hold_crowd(site: str, show: str, sockets: int = 10_000) -> list[Result]:
    """Fill a running demo's live room and tell what each socket received.

    Args:
        site: where the demo answers, as `http://localhost:8190`.
        show: public id of a show on air.
        sockets: how many there are in all; the demo's cast writes, guests read.
    """
    tickets = [ticket for person in CHATTERS if (ticket := sign_in(site, show, person))]
    port = urlsplit(site).port or 80
    web = find_web(port)
    before = read_memory(web)
    with MemoryWatch(web) as watch:
        figures = run_crowd(
            [port],
            f"/ws/live/{show}/",
            origin=site,
            tickets=tickets,
            sockets=sockets,
            needs_hello=1,
            rate=len(tickets) / SECONDS_PER_LINE,
            warmup=2,
            duration=SECONDS,
            settle=SETTLE_SECONDS,
            sources=SOURCES,
        )
    return describe(figures, sockets, len(tickets), watch.most - before)


def sign_in(site: str, show: str, person: str) -> str:
    """Sign in by the shop's own page and return the ticket that the room gives."""
    with httpx.Client(base_url=site, follow_redirects=True, timeout=60) as client:
        form = find_form(client.get("/accounts/login/").text, "/accounts/login/")
        if form is None:
            return ""
        values = form.values | {"login": person, "password": PASSWORD}
        client.post(form.action, data=values, headers={"Referer": site})
        page = client.get(f"/live/{show}/").text
    found = re.search(r'data-ticket="([^"]+)"', page)
    return found[1] if found else ""


class MemoryWatch:
    """Notes the most memory that a process held meanwhile."""

    def __init__(self, process: int) -> None:
        self.most = 0
        self._process = process
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.5):
            self.most = max(self.most, read_memory(self._process))


def describe(
    figures: Figures, sockets: int, chatters: int, memory: int
) -> list[Result]:
    """Turn what the sockets received into results."""
    each = memory / KIB / max(1, sockets)
    broken = figures["failed"] + figures["closed"]
    wrong = figures["holes"] + figures["doubles"]
    written = (
        f"{figures['sent']} ({figures['refused']} refused, {figures['held']} held)"
    )
    return [
        Result("sockets, of whom wrote", f"{sockets:,}, {chatters}"),
        Result("refused or closed", str(broken), "0", broken == 0),
        Result("lines written", written, "> 0", figures["answered"] > 0),
        Result("deliveries lost", str(figures["lost"]), "0", figures["lost"] == 0),
        Result("events out of order, missing or double", str(wrong), "0", wrong == 0),
        Result("events in order, over all sockets", f"{figures['events']:,}"),
        Result("delay p50, p99", f"{figures['p50_ms']}, {figures['p99_ms']} ms"),
        Result("memory per viewer, at most", f"{each:.1f} KiB"),
        Result("load generator", f"{figures['cpu']:.2f} of a core"),
    ]


def wait_for_show(site: str, seconds: float = 60.0) -> str:
    """Return the public id of a show on air, from the home page."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page = httpx.get(f"{site}/", timeout=20).text
        found = re.search(r'href="/live/([\w-]+)/"', page)
        if found:
            return found[1]
        time.sleep(1)
    message = "no show is on air"
    raise RuntimeError(message)
