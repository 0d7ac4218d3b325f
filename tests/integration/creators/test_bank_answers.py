"""An independent bank reads our files; its answers move each payout once."""

import datetime as dt
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from mockbank.server import Config, make_server

from creators.errors import BankFileUnread
from creators.models import Account, BankAnswer, Creator, Entry, Payout
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.services.bank_answers import take_answers
from creators.services.payouts import (
    claim_run,
    download_file,
    open_run,
    prepare_run,
    release_run,
)
from creators.services.sales import SoldLine, post_sale
from creators.services.settlement import settle_commissions
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import (
    make_account,
    make_agreement,
    make_creator,
    make_market,
    make_payout_details,
    make_payout_rule,
    make_user,
)

pytestmark = pytest.mark.django_db
CLOSED = "NL84MOCK0000000003"
ELSEWHERE = "NL30MOCK0000000005"
Outcome, State = BankAnswer.Outcome, Payout.State


class Bank:
    """The other side, over HTTP."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(self.base + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def behave(self, name: str) -> None:
        body = json.dumps({"behaviour": name}).encode()
        self.ask("PATCH", "/_mock/accounts/ACME", body)

    def collect(self, kind: str = "") -> list[bytes]:
        told = self.ask("GET", f"/_mock/mailbox?leave&type={kind}")
        return [str(find_body(row)).encode() for row in told]


def find_body(row: dict[str, Any]) -> str:
    return next(
        value
        for value in row.values()
        if isinstance(value, str) and value.startswith("<?xml")
    )


@pytest.fixture
def bank() -> Iterator[Bank]:
    """Open a bank for one test."""
    server = make_server(Config(port=0, quiet=True))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Bank(server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


def earn(creator: Creator, amount: int) -> None:
    """Give a creator a settled balance in euros by a sold line."""
    market = creator.market
    payer = make_account(currency="EUR")
    line = SoldLine(
        line_ref=new_public_id(),
        title="Stool",
        market=market,
        payable=payer,
        total_minor=amount * 10,
        tax_minor=0,
        currency="EUR",
        sold_at=clock.now() - dt.timedelta(days=40),
        agreement=make_agreement(creator=creator, payer=payer),
    )
    with transaction.atomic():
        post_sale(line)
    settle_commissions()


def pay(staff: User, *bank_accounts: str) -> tuple[list[Payout], bytes]:
    """Release a run to creators of some accounts; return its payouts and file."""
    market = make_market("NL")
    for number, bank_account in enumerate(bank_accounts):
        creator = make_creator(user=make_user(market=market))
        earn(creator, 1000 + number)
        make_payout_details(creator, market=market, bank_account=bank_account)
    run = open_run(make_payout_rule(market=market), clock.now().date())
    claim_run(run)
    prepare_run(run, by=make_user(is_staff=True))
    release_run(run, by=staff)
    file = download_file(run, by=staff).encode()
    return list(run.payouts.order_by("pk")), file


def state_of(payout: Payout) -> str:
    payout.refresh_from_db()
    return payout.state


def balance(payout: Payout) -> int:
    creator = Creator.objects.get(public_id=payout.account.owner_ref)
    (only,) = list_balances(creator)
    return only.settled.minor


def test_the_bank_accepts_our_file_books_it_and_says_so_only_once(
    bank: Bank, staff: User
) -> None:
    (one, two), file = pay(staff, ELSEWHERE, ELSEWHERE)
    assert bank.ask("POST", "/payments", file)["accepted"] == 2
    bank.ask("POST", "/_mock/advance?days=5")
    for message in bank.collect("pain.002"):
        assert take_answers(message, by=staff) == {Outcome.APPLIED: 2}
    assert state_of(one) == State.SENT
    for message in bank.collect("camt.054"):
        take_answers(message, by=staff)
    assert (state_of(one), state_of(two)) == (State.CONFIRMED, State.CONFIRMED)
    kept = BankAnswer.objects.count()
    for message in bank.collect("camt.054"):
        assert not take_answers(message, by=staff)
    assert BankAnswer.objects.count() == kept
    for message in bank.collect("camt.053"):
        assert set(take_answers(message, by=staff)) <= {Outcome.REPEATED}
    assert (balance(one), balance(two)) == (0, 0)
    assert find_book_faults() == []


def test_a_refused_payout_is_back_in_the_balance_with_its_reason(
    bank: Bank, staff: User
) -> None:
    (good, bad), file = pay(staff, ELSEWHERE, CLOSED)
    assert bank.ask("POST", "/payments", file)["rejected"] == 1
    (message,) = bank.collect("pain.002")
    take_answers(message, by=staff)
    assert state_of(bad) == State.REJECTED
    assert "AC04" in bad.reason
    assert (balance(good), balance(bad)) == (0, bad.amount_minor)
    next_day = clock.now().date() + dt.timedelta(days=1)
    assert claim_run(open_run(bad.run.rule, next_day)) == 1
    assert balance(bad) == 0
    assert find_book_faults() == []


def test_a_payout_sent_back_days_later_is_back_once_in_whatever_order_it_is_told(
    bank: Bank, staff: User
) -> None:
    bank.behave("return-later")
    (payout,), file = pay(staff, ELSEWHERE)
    bank.ask("POST", "/payments", file)
    bank.ask("POST", "/_mock/advance?days=12")
    for message in [*bank.collect("camt."), *bank.collect("pain.")]:
        take_answers(message, by=staff)
    assert state_of(payout) == State.RETURNED
    assert payout.reason == "AC04"
    assert balance(payout) == payout.amount_minor
    assert not BankAnswer.objects.filter(outcome=Outcome.CONTRADICTORY).exists()
    assert find_book_faults() == []


def booked(reference: str, amount: str, currency: str = "EUR") -> bytes:
    return (
        "<Document><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Ntry>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        "<Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{reference}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def rejected(reference: str) -> bytes:
    return (
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>M2</MsgId></GrpHdr><TxInfAndSts>"
        f"<OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "</TxInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def wrong_amount(payout: Payout) -> bytes:
    return booked(payout.public_id, "9.99")


def wrong_currency(payout: Payout) -> bytes:
    return booked(payout.public_id, "10.00", "GBP")


def no_amount(payout: Payout) -> bytes:
    return booked(payout.public_id, "NaN")


@pytest.mark.parametrize("tell", [wrong_amount, wrong_currency, no_amount])
def test_another_amount_or_currency_moves_nothing_and_is_kept(
    staff: User, tell: Callable[[Payout], bytes]
) -> None:
    (payout,), _file = pay(staff, ELSEWHERE)
    assert take_answers(tell(payout), by=staff) == {Outcome.CONTRADICTORY: 1}
    assert state_of(payout) == State.SENT
    assert find_book_faults() == []


def test_a_refusal_after_the_booking_is_contradictory_and_moves_nothing(
    staff: User,
) -> None:
    (payout,), _file = pay(staff, ELSEWHERE)
    take_answers(booked(payout.public_id, "10.00"), by=staff)
    assert take_answers(rejected(payout.public_id), by=staff) == {
        Outcome.CONTRADICTORY: 1
    }
    assert state_of(payout) == State.CONFIRMED
    assert balance(payout) == 0
    assert find_book_faults() == []


def test_an_unknown_payment_is_kept_and_moves_nothing(staff: User) -> None:
    assert take_answers(booked("x" * 60, "1.00"), by=staff) == {Outcome.UNKNOWN: 1}
    assert not Entry.objects.filter(account__kind=Account.Kind.PAID_OUT).exists()
    assert find_book_faults() == []


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><Document><BkToCstmrStmt>&b;</BkToCstmrStmt>'


@pytest.mark.parametrize("content", [b"", b"text", b"<Document/>", BOMB, b"\xff\xfe<"])
def test_what_is_no_answer_is_refused(staff: User, content: bytes) -> None:
    with pytest.raises(BankFileUnread):
        take_answers(content, by=staff)


def test_a_file_of_the_bank_is_taken_by_a_command(staff: User, tmp_path: Path) -> None:
    (payout,), _file = pay(staff, ELSEWHERE)
    file = tmp_path / "camt.xml"
    file.write_bytes(booked(payout.public_id, "10.00"))
    out = StringIO()
    call_command("take_bank_file", str(file), stdout=out)
    assert out.getvalue().strip() == "applied: 1"
    assert state_of(payout) == State.CONFIRMED
    file.write_bytes(BOMB)
    with pytest.raises(CommandError):
        call_command("take_bank_file", str(file), stdout=out)
