"""Pages of creators with few and with many shows: as many queries for both."""

import datetime as dt
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from creators.models import Commission, Creator
from livestreams.models import Livestream
from shopfront.common import clock
from tests.bench.payout_lab import BASE, Fill, copy_rows, name_rows
from tests.bench.results import Result
from tests.factories import make_creator, make_livestream

FEW, MANY = 10, 10_000
LINES_A_SHOW = 2
PAGES = ("/creator/", "/creator/earnings/", "/creator/shows/")
Figures = dict[str, tuple[int, float]]


def measure_pages(fill: Fill) -> list[Result]:
    """Ask for each page of two creators, and compare their queries."""
    line = Commission.objects.get(pk=fill.commission)
    few, many = (make_history(count, line) for count in (FEW, MANY))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    ask_pages(few)
    small, large = ask_pages(few), ask_pages(many)
    return [describe(path, small[path], large[path]) for path in PAGES]


def make_history(shows: int, line: Commission) -> Creator:
    """Return a creator with shows that are over, each of which sold something."""
    creator, letters = make_creator(), f"h{shows}x"
    show = make_livestream(
        creator=creator, state=Livestream.State.ENDED, ended_at=clock.now()
    )
    first = BASE + shows * 1000
    hours = f"'{clock.now():%Y-%m-%dT%H:%M:%SZ}'::timestamptz - n * interval '1 hour'"
    columns = {
        "id": f"{first} + n",
        "public_id": name_rows(letters),
        "starts_at": hours,
        "ended_at": hours,
    }
    copy_rows(show, shows - 1, columns)
    sold = {
        "id": f"{first * 2} + n",
        "public_id": name_rows(f"l{shows}x"),
        "creator_id": str(creator.pk),
        "line_ref": name_rows(f"o{shows}x"),
        "show_ref": f"'{letters}' || lpad((1 + n % {shows})::text,"
        f" {16 - len(letters)}, '0')",
        "amount_minor": "100",
        "state": "'pending'",
        "settles_at": f"'{clock.now() + dt.timedelta(days=9):%Y-%m-%d}'",
    }
    copy_rows(line, shows * LINES_A_SHOW, sold)
    return creator


def ask_pages(creator: Creator) -> Figures:
    """Return the queries and milliseconds of each page."""
    client = Client()
    client.force_login(creator.user)
    figures = {}
    for path in PAGES:
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        figures[path] = (len(queries), (time.perf_counter() - started) * 1000)
    return figures


def describe(path: str, few: tuple[int, float], many: tuple[int, float]) -> Result:
    """Say what a page took, with few and with many shows."""
    return Result(
        f"`{path}`, {FEW} shows and {MANY:,}",
        f"{few[0]} and {many[0]} queries, {few[1]:.0f} and {many[1]:.0f} ms",
        "equal queries",
        few[0] == many[0],
    )
