"""Monthly statements: they add up to the ledger, and the script recomputes them."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import Creator, Payout
from creators.selectors.balances import list_balances
from creators.selectors.month_rows import list_month_rows
from creators.selectors.months import (
    Month,
    find_balance_account,
    list_months,
    sum_month,
)
from creators.services.bank_answers import take_answers
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from creators.views import month_pages
from tests.factories import make_creator, make_payout_details, make_payout_rule
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_guarantees import earn, open_one, pay_in
from tests.integration.creators.test_payouts import DUE, SALE, sell
from tests.integration.creators.test_statements import SCRIPT, read_paper, recompute

pytestmark = pytest.mark.django_db
APRIL = DUE + dt.timedelta(days=40)


@pytest.fixture
def stall_in_april(stall: Stall) -> Stall:
    """Sell three lines; refund before and after settlement, and after the payout."""
    lines = [sell(stall, SALE + dt.timedelta(days=n)) for n in (0, 1)]
    with time_machine.travel(DUE - dt.timedelta(days=3), tick=False):
        reverse_line(lines[0].line_ref, refund_ref="r1", amount_minor=1000)
        make_payout_details(stall.creator)
    with time_machine.travel(DUE, tick=False):
        claim_run(open_run(make_payout_rule(), DUE.date()))
    late = sell(stall, SALE + dt.timedelta(days=45))
    with time_machine.travel(APRIL - dt.timedelta(days=1), tick=False):
        reverse_line(late.line_ref, refund_ref="r2", amount_minor=1500)
    return stall


def list_months_of(creator: Creator) -> list[Month]:
    return list_months(find_balance_account(creator), creator.market)


def add_up(
    client: Client,
    months: Sequence[Month],
    route: str,
    args: tuple[str, ...],
    folder: Path,
    script: Path = SCRIPT,
) -> int:
    """Check that months follow on each other and recompute; return the last balance."""
    closing = 0
    for month in months:
        sums = sum_month(month)
        moved = sum(row.amount_minor for row in list_month_rows(month))
        assert sums.opening.minor == closing
        assert sums.earned.minor == moved
        closing += moved - sums.paid.minor + sums.returned.minor
        assert sums.closing.minor == closing
        file = folder / f"{month.name}.csv"
        address = reverse(f"{route}-file", args=[*args, month.name])
        file.write_bytes(client.get(address).getvalue())
        assert recompute(file, script).stdout.strip() == str(moved)
    return closing


def test_months_add_up_to_the_ledger_and_the_script_recomputes_them(
    client: Client, stall_in_april: Stall, tmp_path: Path
) -> None:
    creator = stall_in_april.creator
    with time_machine.travel(APRIL, tick=False):
        client.force_login(creator.user)
        months = list_months_of(creator)[::-1]
        assert [month.name for month in months] == ["2027-02", "2027-03", "2027-04"]
        closing = add_up(client, months, "creators:month", (), tmp_path)
        (balance,) = list_balances(creator)
        assert balance.settled.minor == closing
        assert (sum_month(months[0]).earned.minor, closing) == (417, 125)


def test_a_month_is_read_as_page_and_paper_by_its_creator_only(
    client: Client, stall_in_april: Stall
) -> None:
    with time_machine.travel(APRIL, tick=False):
        client.force_login(stall_in_april.creator.user)
        assert "February 2027" in client.get(reverse("creators:statement-list")).text
        page = client.get(reverse("creators:month", args=["2027-02"]))
        assert "£4.17" in page.text
        paper = client.get(reverse("creators:month-paper", args=["2027-02"]))
        assert "Balance at the end" in read_paper(paper.content)
        begun = client.get(reverse("creators:month-paper", args=["2027-04"]))
        assert "Balance so far" in read_paper(begun.content)
        for name in ("2026-12", "x"):
            address = reverse("creators:month", args=[name])
            assert client.get(address).status_code == 404
        client.force_login(make_creator().user)
        address = reverse("creators:month", args=["2027-02"])
        assert client.get(address).status_code == 404


def test_guarantees_stand_on_the_first_page_alone(
    client: Client, stall_in_april: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(month_pages, "PER_PAGE", 1)
    with time_machine.travel(DUE - dt.timedelta(days=3), tick=False):
        guarantee = open_one(stall_in_april)
        pay_in(guarantee)
        earn(guarantee)
    with time_machine.travel(APRIL, tick=False):
        client.force_login(stall_in_april.creator.user)
        address = reverse("creators:month", args=["2027-02"])
        pages = [client.get(address, {"page": n}).text for n in (1, 2)]
    tables = [page.partition("<tbody>")[2].partition("</tbody>")[0] for page in pages]
    assert ["Guarantee" in table for table in tables] == [True, False]
    assert [table.count("<tr>") for table in tables][1] == 1
    assert "Counted before" in pages[0]
    assert ["A guarantee is paid whole" in page for page in pages] == [True, False]
    assert ["A premium is paid whole" in page for page in pages] == [False, False]
    with time_machine.travel(APRIL, tick=False):
        paper = client.get(reverse("creators:month-paper", args=["2027-02"]))
    assert "Counted before" in read_paper(paper.content)


def test_a_payout_that_came_back_is_in_the_month_of_its_return(
    stall_in_april: Stall,
) -> None:
    payout = Payout.objects.get()
    Payout.objects.update(state=Payout.State.SENT)
    with time_machine.travel(APRIL, tick=False):
        take_answers(refuse(payout), by=None)
        month = list_months_of(stall_in_april.creator)[0]
        assert sum_month(month).returned == payout.amount


def refuse(payout: Payout) -> bytes:
    """Write what a bank says of a payout that it does not carry out."""
    return f"""<Document><CstmrPmtStsRpt><GrpHdr><MsgId>m1</MsgId></GrpHdr>
    <OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{payout.public_id}
    </OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>
    </StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
    """.encode()
