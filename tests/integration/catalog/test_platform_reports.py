"""Yearly reports: true to the ledger by another way of counting, for staff alone."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from catalog.errors.reports import (
    AlreadyFiled,
    NoOperator,
    NothingFiled,
    NothingToCorrect,
    ReportOutdated,
    ReportUnreadable,
    ReportUnsound,
    YearNotOver,
)
from catalog.models import PlatformFiling, PlatformReport
from catalog.selectors.told import list_told
from catalog.services.platform_reports import (
    file_report,
    make_correction,
    make_report,
    open_csv,
    open_xml,
)
from creators.models import Creator
from creators.selectors.platform_sums import sum_brands, sum_creators
from creators.services.payout_details import TaxData
from creators.services.reversals import reverse_line
from creators.services.settlement import settle_commissions
from livestreams.services.attribution import attribute_order
from orders.models import OrderLine
from shopfront.models import Audit, User
from tests.factories import (
    make_creator,
    make_market,
    make_paid_order,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall

pytestmark = pytest.mark.django_db
YEAR = 2025
AFTER = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)

# Another way: each account's own movements of the year, not posting by posting.
BY_ACCOUNT = """
SELECT account.kind, -sum(entry.amount_minor)
FROM creators_entry AS entry
JOIN creators_account AS account ON account.id = entry.account_id
JOIN creators_ledgertransaction AS posting ON posting.id = entry.transaction_id
WHERE posting.kind NOT IN ('settlement', 'payout', 'payout_back')
    AND extract(year FROM posting.at) = %s
GROUP BY account.kind
"""
COUNT_SOLD = """
SELECT count(*) FROM orders_orderline AS line
JOIN orders_order AS bought ON bought.id = line.order_id
WHERE extract(year FROM bought.paid_at) = %s AND NOT EXISTS (
    SELECT 1 FROM creators_commission AS earned
    WHERE earned.line_ref = line.public_id AND earned.state = 'reversed'
)
"""


def at(month: int, day: int = 5) -> dt.datetime:
    return dt.datetime(YEAR, month, day, 12, tzinfo=dt.UTC)


def sell(stall: Stall, when: dt.datetime, *, pieces: int = 1, back: int = 0) -> None:
    with time_machine.travel(when, tick=False):
        source = stall.source_ref
        order = make_paid_order(stall.variant, quantity=pieces, source_ref=source)
        attribute_order(order.public_id)
        line = order.lines.get().public_id
        if back:
            reverse_line(line, refund_ref=line, amount_minor=back)


@pytest.fixture
def stall(creator: Creator) -> Stall:
    """Make a stall whose agreement and price held all the year."""
    with time_machine.travel(at(1, 1), tick=False):
        return make_stall(creator)


@pytest.fixture
def known(stall: Stall) -> Stall:
    """Let everybody have tax data, and the market an operator."""
    make_payout_rule()
    born = dt.date(1990, 1, 2)
    tax = TaxData(
        legal_name="Ada Example",
        address="1 Mill Lane\nLeeds",
        country="GB",
        tax_number="QQ123456C",
        born_on=born,
    )
    make_payout_details(stall.creator, tax=tax)
    make_payout_details(stall.brand)
    return stall


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(report: PlatformReport) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(open_csv(report, by=None)))
    return {row["activity"]: row for row in rows}


@tries(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(1, 3), st.integers(0, 9500)),
        min_size=1,
        max_size=4,
    )
)
def test_sums_are_those_of_the_accounts_and_lines(
    stall: Stall, sales: list[tuple[int, int, int]]
) -> None:
    for month, pieces, back in sales:
        sell(stall, at(month), pieces=pieces, back=back)
    with time_machine.travel(AFTER, tick=False):
        settle_commissions()
    brands = sum_brands(YEAR, zone="Europe/London", now=AFTER)
    creators = sum_creators(YEAR, zone="Europe/London", now=AFTER)
    with connection.cursor() as cursor:
        cursor.execute(BY_ACCOUNT, [YEAR])
        sums = {kind: int(total) for kind, total in cursor.fetchall()}
        cursor.execute(COUNT_SOLD, [YEAR])
        sold = cursor.fetchone()[0]
    (brand,), (creator,) = brands.values(), creators.values()
    assert brand.consideration == sums["brand_payable"]
    assert creator.consideration == sums.get("creator_pending", 0)
    quarters = list(brand.quarters.values())
    fees = sum(one.fees for one in quarters)
    assert fees == sums["platform_fee"] + sums.get("creator_pending", 0)
    assert sum(one.taxes for one in quarters) == sums["tax"]
    assert brand.activities == creator.activities == sold
    paid = brand.consideration + fees + sums["tax"]
    assert paid == -sums["shopper_clearing"]


def test_a_sale_counts_in_the_quarter_and_year_of_the_markets_own_clock(
    stall: Stall,
) -> None:
    new_year = dt.datetime(YEAR + 1, 1, 1, tzinfo=dt.UTC)
    sell(stall, new_year - dt.timedelta(minutes=30))
    sell(stall, at(4, 1), back=3000)
    (london,) = sum_brands(YEAR, zone="Europe/London", now=AFTER).values()
    assert sorted(london.quarters) == [2, 4]
    assert (london.of(2).activities, london.of(4).activities) == (0, 1)
    assert london.of(1).consideration == 0
    (berlin,) = sum_brands(YEAR, zone="Europe/Berlin", now=AFTER).values()
    assert sorted(berlin.quarters) == [2]


def test_a_report_holds_both_kinds_of_sellers_with_their_data(known: Stall) -> None:
    for _ in range(3):
        sell(known, at(2), pieces=30)
    with time_machine.travel(AFTER, tick=False):
        report = make_report(make_market(), YEAR, sender="XE1", by=None)
    assert (report.sellers_count, report.small_count) == (2, 0)
    rows = read(report)
    goods, services = rows["SaleOfGoods"], rows["PersonalServices"]
    assert goods["consideration_minor_q1"] == "185487"
    assert services["consideration_minor_q1"] == "22500"
    assert (services["person"], goods["person"]) == ("yes", "no")
    text = open_xml(report, by=None)
    assert "200000 55779911" in text
    assert ET.fromstring(text).get("version") == "1.0"
    assert "QQ123456C" in text
    assert "QQ123456C" not in report.sealed_xml


def test_a_creator_reads_what_was_told_of_them_and_of_nobody_else(
    client: Client, known: Stall, settings: Settings
) -> None:
    sell(known, at(5), pieces=30)
    page = reverse("creators:tax-told")
    with time_machine.travel(AFTER, tick=False):
        client.force_login(known.creator.user)
        assert "Nothing so far" in client.get(page).text
        for _ in range(2):
            make_report(make_market(), YEAR, by=None)
        Creator.objects.update(state=Creator.State.CLOSED)
        answer = client.get(page)
        assert answer.text.count("QQ123456C") == 1
        assert "£75.00" in answer.text
        assert answer["Cache-Control"] == "private, no-store"
        other = client_of(make_creator().user)
        assert "QQ123456C" not in other.get(page).text
        settings.SECRET_KEY = "another-key-that-did-not-seal-any-of-these-reports-0"
        client.force_login(known.creator.user)
        assert "Nothing so far" in client.get(page).text
        client.force_login(make_user())
        assert client.get(page).status_code == 403


def test_who_lacks_data_is_named_and_not_reported(stall: Stall) -> None:
    make_payout_rule()
    sell(stall, at(2), pieces=100)
    with time_machine.travel(AFTER, tick=False):
        report = make_report(make_market(), YEAR, by=None)
    assert (report.sellers_count, report.incomplete_count) == (0, 2)
    assert read(report)["SaleOfGoods"]["missing"] == "country tax_number"
    assert "DPI403" in open_xml(report, by=None)


def test_a_seller_of_another_country_is_not_told_of_here(known: Stall) -> None:
    sell(known, at(2), pieces=100)
    make_payout_rule(market=make_market("DE"))
    with time_machine.travel(AFTER, tick=False):
        report = make_report(make_market("DE"), YEAR, by=None)
    assert report.sellers_count == 0
    assert read(report) == {}


@pytest.mark.parametrize("year", [2022, 2026, 2027])
def test_a_year_that_is_not_over_or_too_old_is_refused(known: Stall, year: int) -> None:
    with time_machine.travel(AFTER, tick=False), pytest.raises(YearNotOver):
        make_report(make_market(), year, by=None)


def test_a_market_without_an_operator_is_refused(stall: Stall) -> None:
    with time_machine.travel(AFTER, tick=False), pytest.raises(NoOperator):
        make_report(make_market(), YEAR, by=None)


def test_a_report_that_an_office_would_refuse_is_not_made(known: Stall) -> None:
    sell(known, at(2), pieces=100)
    make_payout_rule(valid_from=dt.date(2025, 6, 1), payer_name="Shop\x0bfront")
    with time_machine.travel(AFTER, tick=False):
        with pytest.raises(ReportUnsound, match="PlatformOperator/Name") as refusal:
            make_report(make_market(), YEAR, by=None)
        assert str(refusal.value.extra["faults"]).count("is not of its type") == 1
        assert not PlatformReport.objects.exists()
        make_payout_rule(valid_from=dt.date(2025, 7, 1))
        assert make_report(make_market(), YEAR, by=None).number == 1


def test_staff_make_and_take_reports_and_each_taking_is_recorded(
    client: Client, known: Stall, staff: User
) -> None:
    make = reverse("admin:platform-report-make")
    facts = {"market": make_market().pk, "year": YEAR, "sender": "XE1"}
    sell(known, at(2), pieces=100)
    with time_machine.travel(AFTER, tick=False):
        client.force_login(staff)
        page = client.post(make, facts | {"year": 2026}).content.decode()
        assert "once it ended" in page
        for number in (1, 2):
            page = client.post(make, facts, follow=True).content.decode()
            assert "2 sellers are in it" in page
            assert PlatformReport.objects.count() == number
    report = PlatformReport.objects.get(number=1)
    client.force_login(staff)
    listing = reverse("admin:catalog_platformreport_changelist")
    for action, kind in (("take_xml", "xml"), ("take_csv", "csv")):
        answer = client.post(
            listing, {"action": action, "_selected_action": report.pk, "index": 0}
        )
        assert f"-1.{kind}" in answer["Content-Disposition"]
        assert answer["Cache-Control"].startswith("private, no-store")
    taken = Audit.objects.filter(action="catalog.take_platform_report", actor=staff)
    assert taken.count() == 2


def test_nobody_without_the_right_makes_or_takes_one(
    client: Client, creator: Creator, stranger: User
) -> None:
    make = reverse("admin:platform-report-make")
    stranger.is_staff = True
    stranger.save()
    for person, status in ((stranger, 403), (creator.user, 302)):
        client.force_login(person)
        assert client.get(make).status_code == status


def test_the_command_writes_both_files_once_for_its_owner_alone(
    known: Stall, tmp_path: Path
) -> None:
    with time_machine.travel(AFTER, tick=False):
        call_command("platform_report", "gb", str(YEAR), str(tmp_path))
        files = sorted(tmp_path.iterdir())
        assert [path.suffix for path in files] == [".csv", ".xml"]
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        with pytest.raises(CommandError, match="no market XX"):
            call_command("platform_report", "XX", str(YEAR), str(tmp_path))
        with pytest.raises(CommandError, match="whole year"):
            call_command("platform_report", "GB", "2026", str(tmp_path))


@pytest.fixture
def filed(known: Stall, staff: User) -> Iterator[PlatformReport]:
    """Have a report of two sellers filed; the clock stands after its year."""
    sell(known, at(2), pieces=100)
    with time_machine.travel(AFTER, tick=False):
        report = make_report(make_market(), YEAR, by=None)
        file_report(report, receipt="HMRC-1", by=staff)
        yield report


def test_a_correction_says_who_changed_is_too_small_now_or_new(
    known: Stall, staff: User, filed: PlatformReport
) -> None:
    with pytest.raises(NothingToCorrect):
        make_correction(make_market(), YEAR, by=None)
    line = OrderLine.objects.get().public_id
    reverse_line(line, refund_ref=line, amount_minor=100_000)
    with time_machine.travel(at(1, 1), tick=False):
        other = make_stall(make_creator())
    make_payout_details(other.creator)
    sell(other, at(3), pieces=100)
    first, second = make_correction(make_market(), YEAR, by=staff)
    (before,) = list_told(known.creator.public_id)
    assert before.quarters[0].consideration.minor == 25_000
    kinds = PlatformReport.Kind
    assert (first.kind, second.kind) == (kinds.CORRECTION, kinds.SUPPLEMENT)
    assert (first.number, second.number, first.corrects) == (2, 3, filed)
    assert (first.sellers_count, second.sellers_count) == (2, 1)
    text = open_xml(first, by=None)
    assert "DPI402" in text
    assert text.count(f"-{filed.public_id}-") == 3
    assert (text.count("OECD2<"), text.count("OECD3<")) == (1, 1)
    assert "DPI401" in open_xml(second, by=None)
    with pytest.raises(ReportOutdated):
        file_report(second, receipt="HMRC-3", by=staff)
    for report in (first, second):
        file_report(report, receipt="HMRC-2", by=staff)
    (after,) = list_told(known.creator.public_id)
    assert after.quarters[0].consideration.minor == 16_667
    with pytest.raises(NothingToCorrect):
        make_correction(make_market(), YEAR, by=None)
    rows = csv.DictReader(io.StringIO(open_csv(second, by=None)))
    found = Counter(row["reported"] for row in rows)
    assert found == {"yes": 2, "no": 1, "below the limits": 1}


def test_what_was_filed_is_filed_once_and_never_made_whole_again(
    known: Stall, staff: User, filed: PlatformReport
) -> None:
    with pytest.raises(AlreadyFiled):
        file_report(filed, receipt="HMRC-1", by=staff)
    with pytest.raises(AlreadyFiled):
        make_report(make_market(), YEAR, by=None)
    line = OrderLine.objects.get().public_id
    reverse_line(line, refund_ref=line, amount_minor=100_000)
    (stale,) = make_correction(make_market(), YEAR, by=None)
    (right,) = make_correction(make_market(), YEAR, by=None)
    file_report(right, receipt="HMRC-2", by=staff)
    with pytest.raises(ReportOutdated):
        file_report(stale, receipt="HMRC-2", by=staff)
    assert PlatformFiling.objects.count() == 2


def test_a_year_of_which_nothing_was_filed_is_not_corrected(
    known: Stall, staff: User, settings: Settings
) -> None:
    sell(known, at(2), pieces=100)
    with time_machine.travel(AFTER, tick=False):
        one, two = (make_report(make_market(), YEAR, by=None) for _ in range(2))
        with pytest.raises(NothingFiled):
            make_correction(make_market(), YEAR, by=None)
        file_report(two, receipt="HMRC-1", by=staff)
        with pytest.raises(AlreadyFiled):
            file_report(one, receipt="HMRC-1", by=staff)
        settings.SECRET_KEY = "another-key-that-did-not-seal-any-of-these-reports-0"
        with pytest.raises(ReportUnreadable):
            make_correction(make_market(), YEAR, by=None)
        with pytest.raises(ReportUnreadable):
            open_xml(two, by=None)


def test_staff_file_a_report_and_make_its_correction(
    client: Client, known: Stall, staff: User, filed: PlatformReport, tmp_path: Path
) -> None:
    make = reverse("admin:platform-report-make")
    listing = reverse("admin:catalog_platformreport_changelist")
    facts = {"market": make_market().pk, "year": YEAR, "sender": "", "is_correction": 1}
    client.force_login(staff)
    assert "is still right" in client.post(make, facts).content.decode()
    assert "of it instead" in client.post(make, facts | {"is_correction": ""}).text
    line = OrderLine.objects.get().public_id
    reverse_line(line, refund_ref=line, amount_minor=100_000)
    page = client.post(make, facts, follow=True).text
    assert "Correction, number 2: 2 sellers are in it, 0 lack data." in page
    report = PlatformReport.objects.get(number=2)
    chosen = {"action": "file", "_selected_action": report.pk, "index": 0}
    assert "The office&#x27;s receipt" in client.post(listing, chosen).text
    answer = client.post(listing, chosen | {"decided": 1, "receipt": "HMRC-2"})
    assert answer.status_code == 302
    assert PlatformFiling.objects.get(report=report).receipt == "HMRC-2"
    page = reverse("admin:catalog_platformreport_change", args=[report.pk])
    assert "HMRC-2" in client.get(page).text
    act = Audit.objects.filter(action="catalog.file_platform_report").latest("pk")
    assert (act.actor, act.reason) == (staff, "HMRC-2")
    with pytest.raises(CommandError, match="still right"):
        call_command("platform_report", "GB", str(YEAR), str(tmp_path), correct=True)
    reverse_line(line, refund_ref=f"{line}2", amount_minor=200_000)
    call_command("platform_report", "GB", str(YEAR), str(tmp_path), correct=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "platform-report-GB-2025-3.csv",
        "platform-report-GB-2025-3.xml",
    ]
