"""The pages of the transparency report: for all once it is over, one truth (S5)."""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from creators.models import Creator
from livestreams.access.transparency import Period
from livestreams.models import Category, Livestream, ModerationAction
from livestreams.selectors.transparency import count_report
from livestreams.services import removals, reports
from livestreams.templatetags.transparency import say_value
from shopfront.common import sharing
from shopfront.models import User
from shopfront.services import people
from shopfront.services.roles import MODERATORS
from tests.factories import make_creator, make_livestream, make_market, make_user

pytestmark = pytest.mark.django_db
MARCH = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
JULY = dt.datetime(2026, 7, 2, 12, 0, tzinfo=dt.UTC)
LIST, PAGE = "/transparency/", "/transparency/gb/2026-h1/"
FILE = "/transparency/gb/2026-h1.csv"
CELL = re.compile(r"<td[^>]*>(.*?)</td>")
ROW = re.compile(r'<tr data-row="([^"]+)">(.*?)</tr>', re.S)
QUERIES = 24
Traveller = time_machine.Traveller


@pytest.fixture(autouse=True)
def traveller() -> Iterator[Traveller]:
    """Begin in March, at a standstill."""
    with time_machine.travel(MARCH, tick=False) as moved:
        yield moved


@pytest.fixture
def german() -> Livestream:
    """Plan a show of Germany, where a day begins an hour or two before London's."""
    market = make_market("DE")
    return make_livestream(creator=make_creator(user=make_user(market=market)))


def act(show: Livestream, *, at: dt.datetime | None = None, many: int = 1) -> None:
    for _ in range(many):
        facts = {"created_at": at} if at else {}
        ModerationAction.objects.create(
            livestream=show, kind="ban", category="spam", by=make_user(), **facts
        )


def read_rows(client: Client, address: str) -> dict[str, list[str]]:
    page = client.get(address)
    assert page.status_code == 200
    return {
        row: [html.unescape(cell) for cell in CELL.findall(cells)]
        for row, cells in ROW.findall(page.text)
    }


def test_a_period_holds_what_began_in_its_own_days(german: Livestream) -> None:
    midnights = ((2025, 12, 31, 23), (2026, 6, 30, 22))  # in Berlin
    begins, ends = (dt.datetime(*one, tzinfo=dt.UTC) for one in midnights)
    second = dt.timedelta(seconds=1)
    for many, at in ((5, begins - second), (6, begins), (7, ends - second), (8, ends)):
        act(german, at=at, many=many)
    counted = {
        (year, half): [
            row.values[1]
            for row in count_report(Period(german.market, year, half)).tables[0].rows
        ]
        for year, half in ((2025, 2), (2026, 1), (2026, 2))
    }
    assert counted == {
        (2025, 2): [0, 0, 0, 0, 0, 5],
        (2026, 1): [6, 0, 0, 0, 0, 7],
        (2026, 2): [8, 0, 0, 0, 0, 0],
    }


def test_rehearsals_and_other_markets_do_not_count(
    show: Livestream, german: Livestream
) -> None:
    rehearsal = make_livestream(
        creator=show.creator, rehearsal_of=show, audience="invited"
    )
    act(rehearsal, many=6)
    act(german, many=6)
    assert all(
        table.is_empty for table in count_report(Period(show.market, 2026, 1)).tables
    )


def test_a_running_period_is_for_staff_who_see_reports(
    client: Client,
    show: Livestream,
    shopper: User,
    creator: Creator,
    staff: User,
    traveller: Traveller,
) -> None:
    analyst = make_user(email="analyst@people.example", is_staff=True)
    for user in (None, shopper, creator.user, analyst):
        client.logout()
        if user is not None:
            client.force_login(user)
        for address in (PAGE, FILE):
            answer = client.get(address)
            assert answer.status_code == 404
            assert answer["X-Error-Code"] == "livestreams.period_missing"
        assert PAGE not in client.get(LIST).text
    client.force_login(staff)
    for address in (PAGE, FILE):
        early = client.get(address)
        assert early.status_code == 200
        assert "no-store" in early["Cache-Control"]
    assert "This period still runs" in client.get(PAGE).text
    assert f'href="{PAGE}"' in client.get("/admin/").text
    moderating = make_user(email="desk@people.example")
    people.give_role(moderating, MODERATORS, by=staff, reason="Hired")
    client.force_login(moderating)
    assert f'href="{PAGE}"' in client.get("/admin/").text
    assert client.get(PAGE).status_code == 200
    client.logout()
    traveller.move_to(JULY)
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 200
    assert "This period still runs" not in client.get(PAGE).text


@pytest.mark.parametrize(
    "wrong",
    [
        "gb/2025-h2/",
        "gb/2026-h3/",
        "gb/2026-H1/",
        "gb/2026/",
        "gb/1999-h1/",
        "gb/20260/",
        "fr/2026-h1/",
        "gbr/2026-h1/",
        "gb/2026-h1-h1/",
    ],
)
def test_there_is_no_report_of_other_periods(
    client: Client, show: Livestream, staff: User, wrong: str
) -> None:
    client.force_login(staff)
    assert client.get(LIST + wrong).status_code == 404


def test_the_list_and_the_foot_of_pages_lead_to_what_is_over(
    client: Client,
    show: Livestream,
    german: Livestream,
    traveller: Traveller,
) -> None:
    assert "No period is over yet" in client.get(LIST).text
    assert f'href="{LIST}"' in client.get("/about/promises/").text
    traveller.move_to(dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
    page = client.get(LIST).text
    links = re.findall(r'href="(/transparency/\w\w/[^"]+)"', page)
    assert links == [
        f"/transparency/{code}/{name}/"
        for code in ("de", "gb")
        for name in ("2026-h2", "2026-h1")
    ]
    assert [client.get(link).status_code for link in links] == [200] * 4


def test_the_file_has_the_numbers_of_the_page(
    client: Client, show: Livestream, traveller: Traveller
) -> None:
    act(show, many=1_200)
    for category, many in ((Category.INSULT, 7), (Category.SPAM, 2)):
        for _ in range(many):
            reports.report_livestream(show, reporter=make_user(), reason=category)
    traveller.move_to(JULY)
    shown = read_rows(client, PAGE)
    answer = client.get(FILE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="transparency-gb-2026-h1.csv"' in answer["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {(one["market"], one["period"]) for one in lines} == {("GB", "2026-h1")}
    told: dict[str, list[str]] = {}
    for one in lines:
        cell = say_value(read_value(one["value"]))
        told.setdefault(f"{one['table']}.{one['row']}", []).append(cell)
    assert {row: told[row] for row in shown} == shown
    left_out = {row for row in told if row not in shown}
    assert all(set(told[row]) <= {"0", "\u2013"} for row in left_out)
    assert shown["acts.ban"] == ["1,200", "1,200", "0", "0"]
    assert shown["notices_show.insult"][0] == "not shown"
    assert shown["notices_show.spam"][0] == "fewer than 5"


def read_value(text: str) -> int | float | str:
    if re.fullmatch(r"\d+\.\d+", text):
        return float(text)
    return int(text) if text.isdecimal() else text


def test_a_page_asks_as_much_for_many_acts_as_for_none(
    client: Client,
    show: Livestream,
    traveller: Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    period = Period(make_market(), 2026, 1)
    with django_assert_num_queries(QUERIES):
        count_report(period)
    act(show, many=30)
    for _ in range(6):
        reports.report_livestream(show, reporter=make_user(), reason="spam")
    with django_assert_num_queries(QUERIES):
        count_report(period)
    traveller.move_to(JULY)
    client.get(PAGE)
    for address in (LIST, PAGE, FILE):
        with django_assert_num_queries(1):
            assert client.get(address).status_code == 200


def test_what_is_over_is_counted_anew_within_the_hour(
    client: Client, show: Livestream, staff: User, traveller: Traveller
) -> None:
    act(show, many=12)
    traveller.move_to(JULY)
    assert read_rows(client, PAGE)["acts.ban"] == ["12", "12", "0", "0"]
    for action in ModerationAction.objects.all()[:6]:
        removals.undo_action(action, by=staff, reason="Appealed")
    assert read_rows(client, PAGE)["acts.ban"][3] == "0"
    cache.clear()
    assert read_rows(client, PAGE)["acts.ban"][3] == "6"


def test_a_kept_page_is_the_same_for_everybody_in_their_language(
    client: Client,
    show: Livestream,
    shopper: User,
    traveller: Traveller,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SHARED_SECONDS = 0.9
    monkeypatch.setattr(sharing, "_kept", {})
    act(show, many=5)
    traveller.move_to(JULY)
    rows = read_rows(client, PAGE)
    client.force_login(shopper)
    assert read_rows(client, PAGE) == rows
    assert rows["acts.ban"][0] == "5"
