"""A drop through HTTP: thousands draw a place and buy within a second (P-10)."""

import asyncio
import datetime as dt
import os
import random
import secrets
import string
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core import signing
from django.db import connection, connections

from catalog.models import Drop, DropEntry, PriceVersion, Reservation, Stock, Variant
from catalog.selectors import find_stock_faults
from catalog.services import drops
from catalog.services.stock import holder_of
from shopfront.common import clock
from shopfront.common.http import _SALT as BROWSER_SALT
from shopfront.common.http import BROWSER_COOKIE
from shopfront.common.ids import new_public_id
from tests.bench.results import Result
from tests.bench.room_lab import make_show
from tests.bench.soak_drop import OpenSockets, Tap, describe, tap_all, write_request
from tests.factories import make_drop, make_variant
from tests.rooms import RoomServer

SHOPPERS = int(os.environ.get("DROP_SHOPPERS", "5000"))
PIECES = SHOPPERS // 10
BEHIND_SECONDS = 20.0
MOST_POINTS = 2.0
NAIVE_BUYERS, NAIVE_PIECES = 24, 5


def measure() -> list[Result]:
    """Draw, let everybody buy at once, and show that the naive way oversells."""
    variant = make_variant(stock=PIECES)
    drop = make_drop(variant.product, at_once=SHOPPERS)
    drawing = enter_and_draw(drop)
    server = RoomServer()
    try:
        taps = [
            prepare(server.origin, drop, variant, entry) for entry in list_all(drop)
        ]
        before = count_reads()
        with OpenSockets(server.origin, make_show().public_id) as crowd:
            crowd.await_open()
            took = asyncio.run(tap_all(server.origin, taps))
        reads = count_reads() - before
        lucky = [tap for tap in taps if tap.status in {302, 303}]
        return [
            *drawing,
            *describe(taps, lucky, took),
            *crowd.describe(),
            *check_books(variant),
            Result("looks at stock rows per refusal", f"{reads / len(taps):.2f}"),
            oversell_naively(),
        ]
    finally:
        server.stop()


def enter_and_draw(drop: Drop) -> list[Result]:
    """Let half of the crowd see the call 20 s later; tell whether it mattered."""
    chance = random.Random(5)
    begins = drop.entry_from
    window = (drop.opens_at - begins).total_seconds() - BEHIND_SECONDS - 1
    entries = [
        DropEntry(
            drop=drop,
            holder=holder_of(None, f"{number}-{new_public_id()}"),
            entered_at=begins
            + dt.timedelta(
                seconds=chance.uniform(1, window) + BEHIND_SECONDS * (number % 2)
            ),
        )
        for number in range(SHOPPERS)
    ]
    entries.sort(key=lambda entry: entry.entered_at)
    DropEntry.objects.bulk_create(entries)
    past = clock.now() - dt.timedelta(seconds=5)
    shift = drop.opens_at - past
    Drop.objects.filter(pk=drop.pk).update(
        entry_from=drop.entry_from - shift, opens_at=past
    )
    DropEntry.objects.filter(drop=drop).update(
        entered_at=clock.now() - dt.timedelta(minutes=1)
    )
    drop.refresh_from_db()
    began = time.perf_counter()
    placed = drops.place_entries(drop)
    seconds = time.perf_counter() - began
    first = DropEntry.objects.filter(drop=drop, place__lte=PIECES)
    behind = sum(
        int(holder.partition(":")[2].partition("-")[0]) % 2
        for holder in first.values_list("holder", flat=True)
    )
    points = abs(PIECES - 2 * behind) / (SHOPPERS / 2) * 100
    return [
        Result("entries drawn", f"{placed:,}", f"{SHOPPERS:,}", placed == SHOPPERS),
        Result("the draw, one statement", f"{seconds * 1000:.0f} ms"),
        Result(
            "share of those 20 s behind differs by",
            f"{points:.1f} points",
            f"<= {MOST_POINTS:g}",
            points <= MOST_POINTS,
        ),
    ]


def list_all(drop: Drop) -> list[DropEntry]:
    """List everybody in the order of the draw."""
    return list(DropEntry.objects.filter(drop=drop).order_by("place"))


def prepare(site: str, drop: Drop, variant: Variant, entry: DropEntry) -> Tap:
    """Write the tap of one shopper, with the cookies and tokens of a browser."""
    letters = string.ascii_letters + string.digits
    token = "".join(secrets.choice(letters) for _ in range(32))
    signer = signing.get_cookie_signer(salt=BROWSER_COOKIE + BROWSER_SALT)
    cookies = {
        settings.CSRF_COOKIE_NAME: token,
        BROWSER_COOKIE: signer.sign(entry.holder.partition(":")[2]),
    }
    price = PriceVersion.objects.get(variant=variant)
    values = {
        "csrfmiddlewaretoken": token,
        "key": new_public_id(),
        "variant": variant.public_id,
        "quantity": "1",
        "price_version": price.public_id,
        "admission": drops.mint_admission(entry),
    }
    return Tap(write_request(site, "/buy/", values, cookies), cookies)


def count_reads() -> int:
    """Count the looks at stock rows, as PostgreSQL does."""
    time.sleep(1.5)  # the server's sessions report once a second
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0)"
            " FROM pg_stat_user_tables WHERE relname = 'catalog_stock'"
        )
        return int(cursor.fetchone()[0])


def check_books(variant: Variant) -> list[Result]:
    """Compare what was promised with what there is."""
    stock = Stock.objects.get(variant=variant)
    faults = find_stock_faults()
    figures = (stock.allocated, stock.available)
    return [
        Result(
            "pieces promised, left",
            f"{figures[0]}, {figures[1]}",
            f"{PIECES}, 0",
            figures == (PIECES, 0),
        ),
        Result("faults in the books", str(len(faults)), "0", not faults),
    ]


def oversell_naively() -> Result:
    """Read, think and write with as many threads: the way that sells too much."""
    variant = make_variant(stock=NAIVE_PIECES)
    looked = threading.Barrier(NAIVE_BUYERS)

    def buy(number: int) -> bool:
        try:
            row = Stock.objects.get(variant=variant)
            looked.wait(30)
            if row.available < 1:
                return False
            Reservation.objects.create(
                variant=variant,
                quantity=1,
                holder=f"browser:naive-{number}",
                expires_at=clock.now(),
            )
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(NAIVE_BUYERS) as pool:
        sold = sum(pool.map(buy, range(NAIVE_BUYERS)))
    return Result(
        f"sold naively of {NAIVE_PIECES}",
        str(sold),
        f"> {NAIVE_PIECES}: the control fails",
        sold > NAIVE_PIECES,
    )
