"""Five thousand shoppers reach for five hundred pieces at the same moment."""

import asyncio
import collections
import dataclasses
import random
import re
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import httpx

from tests.bench.load import run_crowd
from tests.bench.results import Result
from tests.bench.shoppers import GaveUp, Shopper, find_form

SHOPPERS = 5_000
PIECES = 500
PAYERS = 8
READERS = 16
PATIENCE_SECONDS = 60.0
OPEN_SECONDS = 30.0
STOCK = """
from catalog.models import Product, Stock
from catalog.services.movements import count_stock
from shopfront.models import User
shown = Product.objects.visible()
there = Stock.objects.filter(on_hand__gt=5, variant__product__in=shown)
stock = there.select_related("variant__product").order_by("variant_id").first()
actor = User.objects.get(email="admin@demo.example")
count_stock(stock.variant, stock.allocated + {pieces}, actor=actor, note="soak")
print("drop", stock.variant.product.slug, stock.variant.public_id, stock.allocated)
"""
COUNT = """
from catalog.models import Stock
stock = Stock.objects.get(variant__public_id="{variant}")
print("left", stock.on_hand - stock.allocated, stock.allocated)
"""
Manage = Callable[..., subprocess.CompletedProcess[str]]


@dataclasses.dataclass
class Tap:
    """One shopper's request to buy, and what came back."""

    request: bytes
    cookies: dict[str, str]
    status: int = 0
    seconds: float = 0.0
    text: str = ""


def sell_out(site: str, show: str, manage: Manage) -> list[Result]:
    """Let everybody buy one product at once, then let the lucky pay.

    Args:
        site: where the demo answers.
        show: a show on air, in whose room every shopper has an open socket.
        manage: runs a command of the shop.
    """
    slug, variant, before = prepare_stock(manage)
    taps = prepare_taps(site, slug, variant)
    with OpenSockets(site, show) as crowd:
        crowd.await_open()
        took = asyncio.run(tap_all(site, taps))
    lucky = [tap for tap in taps if "/details/" in tap.text or tap.status in {302, 303}]
    orders = pay_all(site, lucky)
    left, promised = map(int, ask(manage, COUNT.format(variant=variant)))
    return [
        *describe(taps, lucky, took),
        Result(
            "orders confirmed", str(len(orders)), str(PIECES), len(orders) == PIECES
        ),
        Result(
            "pieces promised, left",
            f"{promised - before}, {left}",
            f"{PIECES}, 0",
            (promised - before, left) == (PIECES, 0),
        ),
        *crowd.describe(),
    ]


def describe(taps: Sequence[Tap], lucky: Sequence[Tap], took: float) -> list[Result]:
    """Turn what everybody was answered into results."""
    statuses = collections.Counter(tap.status for tap in taps)
    faults = sum(n for status, n in statuses.items() if not 200 <= status < 500)
    slowest = max(tap.seconds for tap in taps)
    middle = sorted(tap.seconds for tap in taps)[len(taps) // 2]
    return [
        Result("shoppers, pieces", f"{len(taps):,}, {PIECES}"),
        Result("answers by status", str(dict(statuses))),
        Result("answers that are faults", str(faults), "0", faults == 0),
        Result("held a piece", str(len(lucky)), str(PIECES), len(lucky) == PIECES),
        Result("answer, median", f"{middle:.1f} s"),
        Result("answer, last", f"{slowest:.1f} s", "<= 60 s", slowest <= 60),
        Result("all answered after", f"{took:.1f} s"),
    ]


def prepare_stock(manage: Manage) -> tuple[str, str, int]:
    """Count so many pieces of one variant; return product, variant and promised."""
    slug, variant, promised = ask(manage, STOCK.format(pieces=PIECES))
    return slug, variant, int(promised)


def ask(manage: Manage, code: str) -> list[str]:
    """Run a few lines in the shop; return what follows the last line's first word."""
    done = manage("shell", "-v", "0", "-c", code)
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    return done.stdout.strip().splitlines()[-1].split()[1:]


def prepare_taps(site: str, slug: str, variant: str) -> list[Tap]:
    """Open the product's page in a browser for each shopper; keep what a tap sends."""

    def prepare(_: int) -> Tap:
        client = httpx.Client(base_url=site, timeout=PATIENCE_SECONDS)
        with client:
            form = find_form(client.get(f"/p/{slug}/").text, "/buy/")
            if form is None:
                message = "the product cannot be bought"
                raise RuntimeError(message)
            values = form.values | {"variant": variant}
            cookies = dict(client.cookies)
        return Tap(write_request(site, form.action, values, cookies), cookies)

    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(prepare, range(SHOPPERS)))


def write_request(
    site: str, path: str, values: dict[str, str], cookies: dict[str, str]
) -> bytes:
    """Write a form's POST as it goes over the wire."""
    body = urlencode(values)
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(site).netloc}\r\nOrigin: {site}\r\n"
        f"Cookie: {sent}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return f"{head}{body}".encode()


async def tap_all(site: str, taps: Sequence[Tap]) -> float:
    """Send everybody's tap at once; return the seconds until all were answered."""
    raise_limit()
    place = urlsplit(site)
    began = time.monotonic()
    sent = (tap_once(tap, place.hostname or "", place.port or 80) for tap in taps)
    await asyncio.gather(*sent)
    return time.monotonic() - began


async def tap_once(tap: Tap, host: str, port: int) -> None:
    """Send one tap and read its whole answer; status 0 where none came."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(tap.request)
            answer = await reader.read()
            writer.close()
    except OSError:
        answer = b""
    tap.seconds = time.monotonic() - began
    head, _, body = answer.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d+)", head)
    tap.status = int(status[1]) if status else 0
    for name, value in re.findall(rb"(?i)set-cookie: ([^=]+)=([^;\r]*)", head):
        tap.cookies[name.decode()] = value.decode()
    moved = re.search(rb"(?i)\r\nlocation: ([^\r]+)", head)
    tap.text = moved[1].decode() if moved else body.decode("utf-8", "replace")


def pay_all(site: str, lucky: Sequence[Tap]) -> list[str]:
    """Let those who hold a piece pay for it; return the orders confirmed."""

    def pay(number: int) -> list[str]:
        shopper = Shopper(site, random.Random(number))
        shopper.client.cookies.update(lucky[number].cookies)
        text = lucky[number].text
        page = shopper.ask("GET", text) if text.startswith("/") else text
        try:
            return shopper.check_out(page, ways=("approve",))[1]
        except GaveUp:
            return []

    with ThreadPoolExecutor(PAYERS) as payers:
        return [
            order for orders in payers.map(pay, range(len(lucky))) for order in orders
        ]


class OpenSockets:
    """Keeps a socket in the show's room open for each shopper meanwhile."""

    def __init__(self, site: str, show: str) -> None:
        self._thread = threading.Thread(target=self._hold, args=(site, show))
        self._figures: dict[str, float] = {}
        self._began = 0.0

    def __enter__(self) -> "OpenSockets":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def await_open(self) -> None:
        """Wait until the crowd had the time to come in."""
        time.sleep(max(0.0, self._began + OPEN_SECONDS - time.monotonic()))

    def describe(self) -> list[Result]:
        """Tell how the sockets fared."""
        closed = int(self._figures["failed"] + self._figures["closed"])
        return [
            Result("sockets open meanwhile", f"{SHOPPERS:,}"),
            Result("sockets refused or closed", str(closed), "0", closed == 0),
        ]

    def _hold(self, site: str, show: str) -> None:
        port = urlsplit(site).port or 80
        self._figures = run_crowd(
            [port],
            f"/ws/live/{show}/",
            origin=site,
            sockets=SHOPPERS,
            needs_hello=1,
            warmup=2,
            duration=OPEN_SECONDS + PATIENCE_SECONDS,
            settle=5,
            sources=4,
        )


def raise_limit() -> None:
    """Allow as many open files as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
