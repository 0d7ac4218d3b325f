"""Payout runs: claimed once wherever they are cut off, released by a second person."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from creators.errors import (
    BankAccountWrong,
    CurrencyMixed,
    LineNotHeld,
    RunEmpty,
    RunNotReady,
    SamePerson,
)
from creators.models import (
    Commission,
    Creator,
    LineHold,
    Payout,
    PayoutDetails,
    PayoutLine,
    PayoutRule,
    PayoutRun,
)
from creators.selectors.balances import list_balances
from creators.selectors.bank_days import find_bank_day
from creators.selectors.books import find_book_faults
from creators.services.holds import appeal_hold, hold_line, release_hold
from creators.services.payout_details import read_bank_account
from creators.services.payouts import (
    claim_run,
    download_file,
    open_run,
    prepare_run,
    release_run,
    run_payouts,
)
from creators.services.reversals import reverse_line
from creators.services.settlement import settle_commissions
from creators.tasks import run_payouts_task
from livestreams.services.attribution import attribute_order
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
DUE = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
DELIVERY_TAX = 66
SALE = dt.datetime(2027, 1, 10, 9, tzinfo=dt.UTC)


def sell(stall: Stall, at: dt.datetime = SALE) -> Commission:
    """Sell and settle one stool of 30 pounds: 2.50 of commission."""
    with time_machine.travel(at, tick=False):
        order = make_paid_order(stall.variant, source_ref=stall.source_ref)
        attribute_order(order.public_id)
    with time_machine.travel(at + dt.timedelta(days=31), tick=False):
        settle_commissions()
    return Commission.objects.get(line_ref=order.lines.get().public_id)


def open_march() -> PayoutRun:
    return open_run(make_payout_rule(), DUE.date())


def settled(stall: Stall) -> int:
    (only,) = list_balances(stall.creator)
    return only.settled.minor


@pytest.fixture
def at_due() -> Any:
    """Stop the clock on the day of the run."""
    with time_machine.travel(DUE, tick=False):
        yield


def test_a_run_on_its_day_pays_what_is_settled_and_only_once(stall: Stall) -> None:
    sell(stall), sell(stall)
    with time_machine.travel(DUE - dt.timedelta(days=1), tick=False):
        make_payout_rule()
        make_payout_details(stall.creator)
        assert run_payouts() == 0
    with time_machine.travel(DUE, tick=False):
        assert run_payouts_task() == 1
        assert run_payouts_task() == 0
    payout = Payout.objects.get()
    assert payout.amount_minor == 500
    assert payout.lines.count() == 2
    assert settled(stall) == 0
    assert find_book_faults() == []


def test_a_run_that_was_missed_is_caught_up_once(stall: Stall) -> None:
    sell(stall)
    with time_machine.travel(DUE - dt.timedelta(days=1), tick=False):
        make_payout_rule()
        make_payout_details(stall.creator)
    with time_machine.travel(DUE + dt.timedelta(days=9), tick=False):
        assert run_payouts() == 1
        assert run_payouts() == 0
    assert PayoutRun.objects.get().due_on == DUE.date()


def test_a_market_whose_rule_cannot_carry_its_currency_is_left_out(
    stall: Stall, at_due: None
) -> None:
    rule = make_payout_rule(method=PayoutRule.Method.SEPA)
    with pytest.raises(ValidationError, match="currency"):
        rule.clean()
    assert run_payouts() == 0
    with pytest.raises(CurrencyMixed):
        open_run(rule, DUE.date())


def test_brands_are_paid_by_the_same_run(stall: Stall, at_due: None) -> None:
    sell(stall)
    make_payout_details(stall.brand)
    assert claim_run(open_march()) == 1
    payout = Payout.objects.get()
    assert payout.account == stall.brand.account
    assert payout.amount_minor == sum(x.amount_minor for x in payout.lines.all())
    assert payout.amount_minor == 2500 - 250 - 200 + 395 - DELIVERY_TAX
    assert claim_run(PayoutRun.objects.get()) == 0
    assert find_book_faults() == []


def test_nobody_is_paid_without_details_or_below_the_minimum(
    stall: Stall, at_due: None
) -> None:
    sell(stall)
    run = open_run(make_payout_rule(minimum_minor=251), DUE.date())
    assert claim_run(run) == 0
    make_payout_details(stall.creator)
    assert claim_run(run) == 0
    assert settled(stall) == 250


def test_who_told_no_tax_data_is_kept_waiting(stall: Stall, at_due: None) -> None:
    sell(stall)
    details = make_payout_details(stall.creator)
    PayoutDetails.objects.filter(pk=details.pk).update(address="")
    assert claim_run(open_march()) == 0
    assert settled(stall) == 250


def test_a_creator_who_closed_is_paid_whatever_the_minimum(
    stall: Stall, at_due: None
) -> None:
    sell(stall)
    make_payout_details(stall.creator)
    Creator.objects.update(state=Creator.State.CLOSED)
    run = open_run(make_payout_rule(minimum_minor=10_000), DUE.date())
    assert claim_run(run) == 1
    assert settled(stall) == 0
    assert find_book_faults() == []


def test_changed_details_wait_three_days_and_the_old_ones_count_meanwhile(
    stall: Stall, at_due: None
) -> None:
    sell(stall)
    first = make_payout_details(stall.creator)
    make_payout_details(stall.creator, bank_account="20-00-00 12345678")
    claim_run(open_march())
    assert Payout.objects.get().details == first


def test_a_run_killed_at_any_statement_ends_right_when_it_is_run_again(
    stall: Stall, at_due: None
) -> None:
    other = make_stall(make_creator())
    for one in (stall, other):
        sell(one)
        make_payout_details(one.creator)
    make_payout_details(stall.brand)
    run = open_march()
    killed = 0
    for nth in range(200):
        with transaction.atomic():
            was_cut = run_until(nth, lambda: claim_run(run))
            claim_run(run)
            killed += was_cut
            amounts = sorted(row.amount_minor for row in Payout.objects.all())
            assert amounts == [250, 250, 2050 + 395 - DELIVERY_TAX], nth
            assert (settled(stall), settled(other)) == (0, 0)
            assert find_book_faults() == []
            transaction.set_rollback(True)
        if not was_cut:
            break
    assert killed > 20


class KilledError(Exception):
    """The process ends here."""


def run_until(nth: int, work: Callable[[], object]) -> bool:
    """Do work that dies at its nth statement; tell whether it came so far."""
    seen = 0

    def kill(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == nth + 1:
            raise KilledError
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(kill):
            work()
    except KilledError:
        return True
    return False


def test_two_persons_release_a_run_and_its_file_stays_the_same(
    stall: Stall, staff: User, at_due: None
) -> None:
    sell(stall)
    make_payout_details(stall.creator, agrees_to_self_billing=True)
    run = open_march()
    claim_run(run)
    second = make_user(is_staff=True)
    with pytest.raises(RunNotReady):
        release_run(run, by=second)
    prepare_run(run, by=staff)
    with pytest.raises(SamePerson):
        release_run(run, by=staff)
    with pytest.raises(RunNotReady):
        download_file(run, by=staff)
    release_run(run, by=second)
    with pytest.raises(RunNotReady):
        release_run(run, by=second)
    text = download_file(run, by=second)
    assert text == download_file(run, by=staff)
    (row,) = csv.DictReader(io.StringIO(text))
    payout = Payout.objects.get()
    assert payout.state == Payout.State.SENT
    assert payout.invoice_number.endswith("-0001")
    assert (row["sort_code"], row["account_number"]) == ("200000", "55779911")
    assert (row["amount"], row["reference"]) == ("2.50", payout.public_id)
    run.refresh_from_db()
    assert "55779911" not in run.sealed_file
    assert Audit.objects.filter(action="creators.download_payouts").count() == 2


def test_an_empty_run_is_not_prepared(staff: User, at_due: None) -> None:
    run = open_march()
    claim_run(run)
    with pytest.raises(RunEmpty):
        prepare_run(run, by=staff)


def test_only_the_held_line_waits_and_its_creator_can_appeal(
    stall: Stall, staff: User, at_due: None
) -> None:
    held, free = sell(stall), sell(stall)
    make_payout_details(stall.creator)
    hold = hold_line(held, reason="The parcel is disputed.", by=staff)
    with pytest.raises(LineNotHeld):
        hold_line(held, reason="Again.", by=staff)
    with pytest.raises(LineNotHeld):
        appeal_hold(hold, by=make_creator(), text="Not mine.")
    appeal_hold(hold, by=stall.creator, text="It arrived.")
    run = open_march()
    claim_run(run)
    assert PayoutLine.objects.get().commission == free
    assert settled(stall) == 250
    release_hold(hold, by=staff, reason="It arrived.")
    claim_run(open_run(run.rule, dt.date(2027, 3, 2)))
    assert set(PayoutLine.objects.values_list("commission", flat=True)) == {
        held.pk,
        free.pk,
    }
    assert find_book_faults() == []


def test_a_hold_that_nobody_prolongs_ends_by_itself(stall: Stall, staff: User) -> None:
    line = sell(stall)
    with time_machine.travel(DUE - dt.timedelta(days=15), tick=False):
        hold_line(line, reason="The parcel is disputed.", by=staff)
        make_payout_details(stall.creator)
    make_payout_rule()
    with time_machine.travel(DUE, tick=False):
        assert run_payouts() == 1
    assert LineHold.objects.get().released_at is not None


def test_a_refund_after_the_payout_comes_off_the_next_one(
    stall: Stall, at_due: None
) -> None:
    paid = sell(stall)
    make_payout_details(stall.creator)
    run = open_march()
    claim_run(run)
    sell(stall), sell(stall)
    reverse_line(paid.line_ref, refund_ref="r1", amount_minor=1500)
    claim_run(open_run(run.rule, dt.date(2027, 3, 2)))
    second = Payout.objects.earliest("-pk")
    assert second.amount_minor == 500 - 125
    assert second.lines.get(commission=paid).amount_minor == -125
    assert settled(stall) == 0
    assert find_book_faults() == []


def test_a_brand_that_owes_is_carried_until_it_has_earned_that_back(
    stall: Stall, at_due: None
) -> None:
    sold = sell(stall)
    make_payout_details(stall.brand)
    run = open_march()
    claim_run(run)
    first = Payout.objects.get().amount_minor
    reverse_line(sold.line_ref, refund_ref="r1", amount_minor=3000)
    assert claim_run(open_run(run.rule, dt.date(2027, 3, 2))) == 0
    sell(stall), sell(stall)
    claim_run(open_run(run.rule, dt.date(2027, 3, 3)))
    second = Payout.objects.earliest("-pk").amount_minor
    delivery = 395 - DELIVERY_TAX
    assert first + second == 2 * first + delivery
    assert find_book_faults() == []


def test_a_refund_within_the_window_waits_with_its_sale(
    stall: Stall, at_due: None
) -> None:
    sell(stall)
    make_payout_details(stall.brand)
    with time_machine.travel(DUE - dt.timedelta(days=2), tick=False):
        order = make_paid_order(stall.variant, source_ref=stall.source_ref)
        attribute_order(order.public_id)
        line_ref = order.lines.get().public_id
        reverse_line(line_ref, refund_ref="r1", amount_minor=3000)
    claim_run(open_march())
    assert Payout.objects.get().amount_minor == 2050 + 395 - DELIVERY_TAX
    assert find_book_faults() == []


def test_bank_days_leave_out_weekends_and_holidays_of_the_market() -> None:
    market = make_market()
    assert find_bank_day(market, dt.date(2026, 12, 25)) == dt.date(2026, 12, 29)


@pytest.mark.parametrize("text", ["", "12", "NL41MOCK0000000002", "x" * 40])
def test_a_bank_account_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BankAccountWrong):
        read_bank_account(text)


def test_details_fit_the_currency_of_their_market(stall: Stall) -> None:
    with pytest.raises(BankAccountWrong):
        make_payout_details(stall.creator, bank_account="NL14MOCK0000000002")
