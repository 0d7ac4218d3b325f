"""Many creators settle and are paid together: the same lines, in few statements."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from creators.models import (
    Account,
    Agreement,
    Commission,
    Creator,
    LedgerTransaction,
    Payout,
    PayoutLine,
    PayoutRun,
)
from creators.selectors.books import find_book_faults
from creators.selectors.payable import list_payable_lines, walk_payees
from creators.services.claims import claim_together
from creators.services.holds import hold_line
from creators.services.ledger import ensure_creator_account
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from creators.services.sales import SoldLine, post_sale
from creators.services.settlement import settle_commissions
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Market, User
from tests.factories import (
    make_agreement,
    make_market,
    make_payout_details,
    make_payout_rule,
)

DAY = dt.date(2027, 3, 1)
Facts = tuple[int | None, str, int, int, int]


def make_payee(lines: int = 1, **details: Any) -> Agreement:
    """Return the agreement of a new creator who can be paid for some due lines."""
    agreement = make_agreement()
    make_payout_details(agreement.creator, **details)
    for _ in range(lines):
        sell(agreement)
    return agreement


def sell(agreement: Agreement) -> Commission:
    """Sell a stool of 30 pounds a month ago: 2.50 of commission, due now."""
    line_ref = new_public_id()
    with transaction.atomic():
        post_sale(
            SoldLine(
                line_ref=line_ref,
                title=f"Stool {line_ref}",
                market=make_market(),
                payable=agreement.payer,
                total_minor=3000,
                tax_minor=500,
                currency="GBP",
                sold_at=clock.now() - dt.timedelta(days=31),
                agreement=agreement,
            )
        )
    return Commission.objects.get(line_ref=line_ref)


def open_day(days: int = 0, minimum: int = 300) -> PayoutRun:
    rule = make_market().payout_rules.first() or make_payout_rule(minimum_minor=minimum)
    return open_run(rule, DAY + dt.timedelta(days=days))


def balance_of(creator: Creator) -> Account:
    return ensure_creator_account(creator, Account.Kind.CREATOR_AVAILABLE, "GBP")


def list_expected(creator: Creator, market: Market) -> list[Facts]:
    lines = list_payable_lines(
        balance_of(creator), now=clock.now(), settle_days=market.settle_days
    )
    return [
        (x.commission_id, x.title, x.reversed_minor, x.paid_minor, x.amount_minor)
        for x in lines
    ]


def list_paid(creator: Creator, run: PayoutRun) -> list[Facts]:
    fields = ("commission", "title", "reversed_minor", "paid_minor", "amount_minor")
    lines = PayoutLine.objects.filter(payout__run=run)
    own = lines.filter(payout__account=balance_of(creator)).order_by("pk")
    return list(own.values_list(*fields))


@pytest.mark.django_db
def test_a_run_of_many_pays_the_lines_that_each_one_is_told(staff: User) -> None:
    plain, small, held, refunded = (make_payee(count) for count in (3, 1, 2, 2))
    settle_commissions()
    hold_line(
        held.creator.commissions.earliest("pk"), reason="It is disputed.", by=staff
    )
    claim_run(open_day(minimum=300))
    paid = refunded.creator.commissions.earliest("pk")
    for payee in (plain, held, refunded):
        sell(payee), sell(payee)
    settle_commissions()
    reverse_line(paid.line_ref, refund_ref="r1", amount_minor=1500)
    everybody = [row.creator for row in (plain, small, held, refunded)]
    expected = [list_expected(one, make_market()) for one in everybody]
    run = open_day(days=1)
    assert claim_run(run) == 3
    expected[1] = []  # below the minimum
    assert [list_paid(one, run) for one in everybody] == expected
    assert (paid.pk, paid.title, 125, 250, -125) in expected[3]
    assert claim_run(run) == 0
    assert find_book_faults() == []


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_creators() -> None:
    counts = []
    for day, creators in enumerate((2, 9)):
        for _ in range(creators):
            make_payee(lines=2)
        run = open_day(days=day)
        with CaptureQueriesContext(connection) as queries:
            assert settle_commissions() == 2 * creators
            assert claim_run(run) == creators
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert LedgerTransaction.objects.filter(kind="settlement").count() == 11
    assert find_book_faults() == []


def at_once(act: Callable[[], object], count: int = 4) -> list[object]:
    """Run an act in threads that start together."""
    start = threading.Barrier(count)

    def run(_: int) -> object:
        try:
            start.wait(timeout=20)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_runs_side_by_side_settle_and_pay_each_line_once() -> None:
    for _ in range(6):
        make_payee(lines=2)
    run = open_day()
    settled = at_once(settle_commissions)
    assert sum(int(str(count)) for count in settled) == 12
    claimed = at_once(lambda: claim_run(run))
    assert sum(int(str(count)) for count in claimed) == 6
    assert Payout.objects.count() == 6
    assert PayoutLine.objects.count() == 12
    assert find_book_faults() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_a_lock_a_line_would_be_settled_many_times() -> None:
    """The negative control: who looks first and writes then settles it again."""
    make_payee()
    looked = threading.Barrier(4)

    def settle() -> int:
        due = list(Commission.objects.filter(state=Commission.State.PENDING))
        looked.wait(timeout=20)
        return len(due)

    assert at_once(settle) == [1, 1, 1, 1]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_an_account_that_somebody_works_on() -> None:
    busy, free = make_payee(lines=2), make_payee(lines=2)
    settle_commissions()
    run, account = open_day(), balance_of(busy.creator)
    (payees,) = walk_payees(make_market(), clock.now())

    def claim() -> tuple[int, list[str]]:
        try:
            count, left = claim_together(run, payees)
            return count, [payee.account.public_id for payee in left]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        assert pool.submit(claim).result(timeout=20) == (1, [account.public_id])
    assert Payout.objects.get().account == balance_of(free.creator)
    assert claim_run(run) == 1
    assert find_book_faults() == []
