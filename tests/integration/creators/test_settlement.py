"""Settlement and reversals: each line once, never below zero, safe to run twice."""

import datetime as dt

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creators.errors import SaleMissing
from creators.models import Account, Commission, Creator, Entry, LedgerTransaction
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.services import ledger
from creators.services.reversals import reverse_line
from creators.services.settlement import settle_commissions
from creators.tasks import settle_commissions_task
from livestreams.services.attribution import attribute_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.factories import make_creator, make_paid_order
from tests.integration.creators.conftest import Stall, make_stall

pytestmark = pytest.mark.django_db


def sell(stall: Stall, quantity: int = 1) -> Commission:
    order = make_paid_order(
        stall.variant, quantity=quantity, source_ref=stall.source_ref
    )
    attribute_order(order.public_id)
    return Commission.objects.get(line_ref=order.lines.get().public_id)


def after_days(days: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(days=days), tick=False)


def balance(creator: Creator) -> tuple[int, int]:
    (only,) = list_balances(creator)
    return only.pending.minor, only.settled.minor


def test_a_line_settles_on_its_day_and_not_before(stall: Stall) -> None:
    line = sell(stall)
    with after_days(29):
        assert settle_commissions() == 0
    with after_days(30):
        assert settle_commissions() == 1
    line.refresh_from_db()
    assert line.state == Commission.State.SETTLED
    assert line.settlement is not None
    assert balance(stall.creator) == (0, 250)
    assert find_book_faults() == []


def test_one_posting_for_each_creator_and_run_and_none_when_run_again(
    stall: Stall,
) -> None:
    for _ in range(3):
        sell(stall)
    with after_days(31):
        assert settle_commissions_task() == 3
        assert settle_commissions_task() == 0
    assert LedgerTransaction.objects.filter(kind="settlement").count() == 1
    assert balance(stall.creator) == (0, 750)


def test_a_full_refund_takes_the_whole_commission_back(stall: Stall) -> None:
    line = sell(stall)
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=3000)
    line.refresh_from_db()
    assert line.state == Commission.State.REVERSED
    assert line.due.minor == 0
    assert balance(stall.creator) == (0, 0)
    assert find_book_faults() == []


def test_a_partial_refund_takes_its_part_and_the_rest_settles(stall: Stall) -> None:
    line = sell(stall)
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=1000)
    line.refresh_from_db()
    assert line.state == Commission.State.PENDING
    assert line.reversed_minor == 83
    with after_days(31):
        assert settle_commissions() == 1
    assert balance(stall.creator) == (0, 167)


def test_the_same_refund_reverses_once(stall: Stall) -> None:
    line = sell(stall)
    first = reverse_line(line.line_ref, refund_ref="r1", amount_minor=1000)
    again = reverse_line(line.line_ref, refund_ref="r1", amount_minor=1000)
    assert first == again
    assert balance(stall.creator) == (167, 0)


def test_refunds_beyond_the_line_are_capped_at_the_line(stall: Stall) -> None:
    line = sell(stall)
    for refund in ("r1", "r2", "r3"):
        reverse_line(line.line_ref, refund_ref=refund, amount_minor=2000)
    line.refresh_from_db()
    assert line.reversed_minor == line.amount_minor
    clearing = Entry.objects.filter(account__kind=Account.Kind.SHOPPER_CLEARING)
    assert sum(entry.amount_minor for entry in clearing) == 395  # delivery stays
    assert find_book_faults() == []


def test_a_reversal_after_settlement_comes_out_of_the_balance(stall: Stall) -> None:
    line = sell(stall)
    with after_days(31):
        settle_commissions()
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=3000)
    assert balance(stall.creator) == (0, 0)
    assert find_book_faults() == []


def test_a_balance_already_paid_out_never_goes_below_zero(stall: Stall) -> None:
    line = sell(stall)
    with after_days(31):
        settle_commissions()
    available = ledger.ensure_creator_account(
        stall.creator, Account.Kind.CREATOR_AVAILABLE, "GBP"
    )
    bank = ledger.ensure_operator_account(Account.Kind.SHOPPER_CLEARING, "GBP")
    ledger.post_transaction(
        "payout",
        cause_kind="test",
        cause_ref="1",
        rule_version="t",
        currency="GBP",
        sides=[(available, 200), (bank, -200)],
    )
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=3000)
    line.refresh_from_db()
    assert balance(stall.creator) == (0, 0)
    assert line.reversed_minor == 50
    fee = Entry.objects.filter(account__kind=Account.Kind.PLATFORM_FEE)
    assert sum(entry.amount_minor for entry in fee) == 200
    assert find_book_faults() == []


def test_a_line_never_posted_cannot_be_reversed() -> None:
    with pytest.raises(SaleMissing):
        reverse_line("unknown", refund_ref="r1", amount_minor=1)


def test_creators_are_settled_apart(stall: Stall) -> None:
    other = make_stall(make_creator())
    sell(stall)
    sell(other, quantity=2)
    with after_days(31):
        assert settle_commissions() == 2
    assert balance(stall.creator) == (0, 250)
    assert balance(other.creator) == (0, 500)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(refunds=st.lists(st.integers(min_value=-5, max_value=4000), max_size=4))
def test_any_refunds_keep_the_books_whole(stall: Stall, refunds: list[int]) -> None:
    line = sell(stall)
    for amount in refunds:
        reverse_line(line.line_ref, refund_ref=new_public_id(), amount_minor=amount)
    line.refresh_from_db()
    assert 0 <= line.reversed_minor <= line.amount_minor
    assert find_book_faults() == []
