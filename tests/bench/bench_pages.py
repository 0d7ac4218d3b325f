"""P-9: pages a second of one web process on one core, by what an empty page costs.

The server runs as in production (`pages_settings`); the load and the engines have the
other core, so what PostgreSQL works is not counted. `PAGES_PRODUCTS` and
`PAGES_SECONDS` make a longer run: 100,000 products take some minutes to write.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import (
    Brand,
    Category,
    PriceVersion,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from livestreams.services.shows import start_livestream
from shopfront.common import clock, ids
from shopfront.models import Market
from tests.bench.load import read_cpu
from tests.bench.results import Result
from tests.bench.room_lab import (
    OTHER_CORE,
    WEB_CORE,
    engines_apart,
    make_sessions,
    pin,
)
from tests.factories import make_brand, make_category, make_livestream, make_market
from tests.rooms import ROOT, RoomServer

FEW = 100
MANY = int(os.environ.get("PAGES_PRODUCTS", "10000"))
SECONDS = float(os.environ.get("PAGES_SECONDS", "4"))
ROUNDS = 3
CONNECTIONS = 4
AT_ONCE = 2_000
SHELF = 10
SLOWER = 0.2
OK, EMPTY = "/bench/ok/", "/bench/empty/"
OSCAR = {"product list": (1.6, 100), "product page": (26, 10)}
"""Requests a second of django-oscar 4.2.1 with 209 products, and how often those."""


@dataclass(frozen=True)
class Target:
    """A page, and the cookies of who asks for it."""

    name: str
    path: str
    cookies: str = ""

    @property
    def request(self) -> bytes:
        """What is sent for it, again and again on one connection."""
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"Cookie: {self.cookies}"] if self.cookies else []
        return "\r\n".join([*lines, "Accept-Language: en-GB", "\r\n"]).encode()


Rates = dict[Target, float]


def measure() -> list[Result]:
    """Measure with a few products, then with many."""
    logging.getLogger("django_structlog").setLevel(logging.WARNING)
    with contextlib.ExitStack() as stack:
        stack.enter_context(engines_apart())
        stack.enter_context(stay_on(OTHER_CORE))
        fill_shop(FEW)
        pages = list_pages()
        session = f"sf_session={make_sessions(1)[0].partition('=')[2]}"
        signed_in = [Target(f"{p.name}, signed in", p.path, session) for p in pages]
        ok, empty = Target("`ok`", OK), Target("the empty page", EMPTY)
        queries = [count_queries(page) for page in pages]
        server = stack.enter_context(run_web())
        before = time.monotonic(), read_cpu(server.pid)
        few = run_rounds(server.port, [ok, empty, *pages, *signed_in])
        spent = (read_cpu(server.pid) - before[1]) / (time.monotonic() - before[0])
        fill_shop(MANY - FEW)
        many = run_rounds(server.port, [ok, *pages])
        return [
            Result("the server's core, used", f"{spent:.0%}"),
            Result("`ok`", f"{few[ok]:,.0f}/s"),
            against(few, empty, few[ok], "`ok`", 0.5),
            *(against(few, page, few[empty], empty.name, 0.5) for page in pages),
            *(against(few, page, few[empty], empty.name, 0.25) for page in signed_in),
            *(against_oscar(page, few[page]) for page in pages if page.name in OSCAR),
            *(compare_sizes(page, ok, few, many) for page in pages),
            compare_queries(queries, [count_queries(page) for page in pages]),
        ]


def list_pages() -> list[Target]:
    """Put a show with ten products on air, and list the pages that are measured."""
    products = tuple(Product.objects.order_by("id")[:SHELF])
    show = start_livestream(make_livestream(products=products))
    return [
        Target("home", "/"),
        Target("product list", "/shop/"),
        Target("product page", f"/p/{products[0].slug}/"),
        Target("watch page", f"/live/{show.public_id}/"),
    ]


def fill_shop(count: int) -> None:
    """Add products with a picture, a price and pieces, by sets of rows."""
    market = make_market()
    brands = [make_brand() for _ in range(5)]
    categories = [make_category() for _ in range(3)]
    for start in range(0, count, AT_ONCE):
        add_products(market, brands, categories, min(AT_ONCE, count - start))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def add_products(
    market: Market, brands: list[Brand], categories: list[Category], count: int
) -> None:
    """Add so many products, each with a row of every kind that its card shows."""
    since = clock.now() - dt.timedelta(days=40)
    products = Product.objects.bulk_create(
        Product(
            brand=brands[number % len(brands)],
            category=categories[number % len(categories)],
            title=f"Walnut stool {number}",
            slug=f"product-{ids.new_public_id()}",
            description="Three legs and a seat of oiled walnut. " * 4,
            state=Product.State.ACTIVE,
        )
        for number in range(count)
    )
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"SKU-{ids.new_public_id()}")
        for product in products
    )
    Stock.objects.bulk_create(
        Stock(variant=variant, on_hand=1 + number % 20)
        for number, variant in enumerate(variants)
    )
    PriceVersion.objects.bulk_create(
        PriceVersion(
            variant=variant,
            market=market,
            amount_minor=1500 + 7 * (number % 300),
            currency=market.currency,
            valid_from=since,
        )
        for number, variant in enumerate(variants)
    )
    ProductPicture.objects.bulk_create(map(describe_picture, products))


def describe_picture(product: Product) -> ProductPicture:
    """Return a picture with the names of its renditions; nobody fetches the files."""
    name = ids.new_public_id()
    return ProductPicture(
        product=product,
        original=f"originals/{name}.jpg",
        content_hash=name,
        alt=product.title,
        width=1200,
        height=1600,
        state=ProductPicture.State.READY,
        renditions={
            kind: [
                [width, f"renditions/{name}-{width}.{kind}"]
                for width in (160, 320, 640, 1280)
            ]
            for kind in ("avif", "webp", "jpeg")
        },
    )


@contextlib.contextmanager
def run_web() -> Iterator[RoomServer]:
    """Run one web process as in production on a core of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DJANGO_SETTINGS_MODULE": "tests.bench.pages_settings",
            "TESTED_DATABASE": str(connection.settings_dict["NAME"]),
            "DATABASE_URL": "postgres://localhost/named-in-the-settings",
            "REDIS_URL": settings.REDIS_URL,
            "EMAIL_URL": "dummymail://",
            "SITE_URL": "http://127.0.0.1",
            "STATIC_ROOT": folder,
            "DEMO": "",
            "PROCESS": "web",
        }
        command = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment,
            check=True,
        )
        server = RoomServer(before=tuple(pin(WEB_CORE)), **environment)
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def stay_on(core: str) -> Iterator[None]:
    """Keep this process, which is the load, off the server's core meanwhile."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(core)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def run_rounds(port: int, targets: Sequence[Target]) -> Rates:
    """Ask for all pages in turn, several times; return their medians a second."""
    for target in targets:
        asyncio.run(ask_often(port, target, SECONDS / 4))  # warm
    runs: dict[Target, list[float]] = {target: [] for target in targets}
    for _ in range(ROUNDS):
        for target in targets:
            runs[target].append(asyncio.run(ask_often(port, target, SECONDS)))
    return {target: statistics.median(rates) for target, rates in runs.items()}


async def ask_often(port: int, target: Target, seconds: float) -> float:
    """Ask for a page on a few connections; return the answers a second."""
    end = time.perf_counter() + seconds
    start = time.perf_counter()
    asking = (ask_until(port, target, end) for _ in range(CONNECTIONS))
    answered = sum(await asyncio.gather(*asking))
    return answered / (time.perf_counter() - start)


async def ask_until(port: int, target: Target, end: float) -> int:
    """Ask again and again on one connection; return how many were answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    try:
        while time.perf_counter() < end:
            writer.write(target.request)
            await read_answer(reader, target)
            count += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return count


async def read_answer(reader: asyncio.StreamReader, target: Target) -> None:
    """Read one answer to its end, which must be a whole page."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: (\d+)", head)
    if not head.startswith(b"http/1.1 200 ") or length is None:
        message = f"{target.path} answered {head[:200]!r}"
        raise RuntimeError(message)
    await reader.readexactly(int(length[1]))


def count_queries(page: Target) -> int:
    """Return how many queries a page takes once somebody has asked for it."""
    Client().get(page.path)
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get(page.path)
    assert answer.status_code == 200, page.path
    return len(captured)


def against(
    rates: Rates, target: Target, other: float, name: str, least: float
) -> Result:
    """Compare a page with a control."""
    ratio = rates[target] / other
    return Result(
        target.name,
        f"{rates[target]:,.0f}/s, {ratio:.2f} x {name}",
        f">= {least} x",
        ratio >= least,
    )


def against_oscar(page: Target, rate: float) -> Result:
    """Compare a page with what a shop of another make reached before."""
    theirs, times = OSCAR[page.name]
    return Result(
        f"{page.name} by django-oscar's {theirs:g}/s",
        f"{rate / theirs:,.0f} x",
        f">= {times} x",
        rate >= times * theirs,
    )


def compare_sizes(page: Target, ok: Target, few: Rates, many: Rates) -> Result:
    """Compare a page with many products and with few, each by `ok` at that time."""
    ratio = (many[page] / many[ok]) / (few[page] / few[ok])
    return Result(
        f"{page.name}, {MANY:,} products by {FEW}",
        f"{many[page]:,.0f}/s, {ratio:.2f} x",
        f">= {1 - SLOWER} x",
        ratio >= 1 - SLOWER,
    )


def compare_queries(few: list[int], many: list[int]) -> Result:
    """Compare the queries of all pages with many products and with few."""
    said = f"{few} and {many}"
    return Result(f"queries, {FEW} and {MANY:,} products", said, "equal", few == many)
