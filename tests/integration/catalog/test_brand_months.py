"""Months of brands: they add up to the ledger, and the script recomputes them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from creators.selectors.months import list_months
from creators.services.funding import fund_by_payment
from creators.services.funding_losses import take_back_funding
from creators.services.guarantees import earn_guarantee, open_guarantee
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from shopfront.models import User
from tests.factories import (
    make_brand_member,
    make_creator,
    make_payout_details,
    make_payout_rule,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_months import APRIL, add_up
from tests.integration.creators.test_payouts import DELIVERY_TAX, DUE, SALE, sell
from tests.integration.creators.test_statements import SCRIPT, read_paper

pytestmark = pytest.mark.django_db
LINE, DELIVERY = 2050, 395 - DELIVERY_TAX
BRAND_SCRIPT = SCRIPT.with_name("recompute_brand_statement.py")
DAY = dt.timedelta(days=1)


@pytest.fixture
def stall() -> Stall:
    """Make a brand's goods in a show."""
    return make_stall(make_creator())


@pytest.fixture
def member(stall: Stall, shopper: User) -> User:
    """Act for the brand."""
    make_brand_member(brand=stall.brand, user=shopper)
    return shopper


@pytest.fixture
def april(stall: Stall) -> Iterator[None]:
    """Sell two stools, refund of one, be paid, owe a guarantee; stop in April."""
    sold = [sell(stall, SALE + n * DAY) for n in (0, 1)]
    with time_machine.travel(DUE - 3 * DAY, tick=False):
        reverse_line(sold[0].line_ref, refund_ref="r1", amount_minor=1000)
        make_payout_details(stall.brand)
    with time_machine.travel(DUE, tick=False):
        claim_run(open_run(make_payout_rule(), DUE.date()))
    with time_machine.travel(DUE + DAY, tick=False):
        lose_guarantee(stall)
    with time_machine.travel(APRIL, tick=False):
        yield


def lose_guarantee(stall: Stall) -> None:
    """Let a bank take back a guarantee's money after its show."""
    with transaction.atomic():
        guarantee = open_guarantee(
            stall.agreement, show_ref="0" * 16, title="Stools", starts_at=DUE
        )
        assert guarantee is not None
        amount = guarantee.amount_minor
        fund_by_payment(guarantee, reference="pay-1", amount_minor=amount)
    earn_guarantee(guarantee.show_ref, worked_minutes=60, ended_at=DUE)
    with transaction.atomic():
        take_back_funding("pay-1", loss_ref="loss-1", amount_minor=amount)


def page_of(stall: Stall, month: str, part: str = "") -> str:
    return reverse(f"catalog:pay-month{part}", args=[stall.brand.slug, "GBP", month])


def test_a_brands_months_add_up_and_the_script_recomputes_them(
    client: Client, stall: Stall, member: User, april: None, tmp_path: Path
) -> None:
    account = stall.brand.account
    months = list_months(account, stall.creator.market)[::-1]
    assert [month.name for month in months] == [
        f"2027-0{number}" for number in (1, 2, 3, 4)
    ]
    client.force_login(member)
    route = ("catalog:pay-month", (stall.brand.slug, "GBP"))
    closing = add_up(client, months, *route, tmp_path, BRAND_SCRIPT)
    balance = -sum(entry.amount_minor for entry in account.entries.all())
    assert closing == balance < 0


def test_a_brands_month_says_what_was_sold_and_who_got_which_part(
    client: Client, stall: Stall, member: User, april: None
) -> None:
    client.force_login(member)
    desk = reverse("catalog:pay-detail", args=[stall.brand.slug, "GBP"])
    assert page_of(stall, "2027-01") in client.get(desk).text
    title = stall.variant.product.title
    sold = client.get(page_of(stall, "2027-01")).text
    assert f"Sale: {title}" in sold
    assert "£20.50" in sold
    assert "Yours is what the shopper paid" in sold
    assert "counts whole" not in sold
    back = client.get(page_of(stall, "2027-02")).text
    assert f"Refund: {title}" in back
    owed = client.get(page_of(stall, "2027-03")).text
    assert "Guarantee taken back by the bank" in owed
    assert "counts whole" in owed
    assert "Yours is what the shopper paid" not in owed
    assert "Nothing was booked" in client.get(page_of(stall, "2027-04")).text
    paper = read_paper(client.get(page_of(stall, "2027-01", "-paper")).content)
    assert stall.brand.trader_name in paper
    assert "Balance at the end" in paper


def test_a_brands_month_takes_as_many_queries_however_much_was_sold(
    client: Client, stall: Stall, member: User
) -> None:
    counts = []
    for day in range(3):
        sell(stall, SALE + day * DAY)
        with time_machine.travel(APRIL, tick=False):
            client.force_login(member)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page = client.get(page_of(stall, "2027-01")).text
        assert page.count("Sale: ") == day + 1
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_nobody_else_reads_a_brands_month(
    client: Client, stall: Stall, member: User, april: None, stranger: User
) -> None:
    pages = [page_of(stall, "2027-01", part) for part in ("", "-file", "-paper")]
    for page in pages:
        assert client.get(page).status_code == 302
    other = make_stall(make_creator())
    client.force_login(member)
    for page in (page_of(stall, "2026-12"), page_of(other, "2027-01")):
        assert client.get(page).status_code == 404
    client.force_login(stranger)
    for page in pages:
        assert client.get(page).status_code == 404
