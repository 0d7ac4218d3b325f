"""Guarantees: funded by card, bank or balance, earned once, returned, set off."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from creators.errors import (
    BalanceShort,
    GuaranteeHasMoney,
    GuaranteeNotOpen,
    ReceiptNotOpen,
    ReceiptSamePerson,
)
from creators.models import Account, Guarantee, GuaranteeFunding, Payout, PayoutRun
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import find_guarantee, read_record
from creators.selectors.payable import sum_settled
from creators.services.agreements import end_agreement
from creators.services.funding import (
    book_receipt,
    confirm_receipt,
    fund_by_payment,
    fund_from_balance,
    refuse_receipt,
)
from creators.services.guarantees import (
    drop_guarantee,
    earn_guarantee,
    open_guarantee,
    return_guarantee,
)
from creators.services.payouts import run_payouts
from creators.services.reversals import reverse_line
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import (
    make_account,
    make_agreement,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_payouts import run_until, sell
from tests.integration.creators.test_statements import recompute

pytestmark = pytest.mark.django_db
START = dt.datetime(2027, 1, 8, 18, tzinfo=dt.UTC)
END = START + dt.timedelta(hours=1)


def open_one(stall: Stall, **terms: Any) -> Guarantee:
    """Open the guarantee of the stall's show: 20 pounds for an hour."""
    agreement = stall.agreement
    for name, value in terms.items():
        setattr(agreement, name, value)
    agreement.save()
    with transaction.atomic():
        guarantee = open_guarantee(
            agreement, show_ref=stall.show.public_id, title="Stools", starts_at=START
        )
    assert guarantee is not None
    return guarantee


def pay_in(guarantee: Guarantee, amount: int = 2000, reference: str = "pay-1") -> None:
    with transaction.atomic():
        fund_by_payment(guarantee, reference=reference, amount_minor=amount)
    guarantee.refresh_from_db()


def earn(guarantee: Guarantee, minutes: int = 60) -> Guarantee:
    earned = earn_guarantee(guarantee.show_ref, worked_minutes=minutes, ended_at=END)
    assert earned is not None
    return earned


def settled(stall: Stall) -> int:
    (only,) = list_balances(stall.creator)
    return only.settled.minor


def balance(kind: Account.Kind, owner: str) -> int:
    account = Account.objects.get(kind=kind, owner_ref=owner)
    return -sum(account.entries.values_list("amount_minor", flat=True))


def test_a_show_has_one_guarantee_of_at_least_the_floor(stall: Stall) -> None:
    first = open_one(stall, guarantee_per="hour", preparation_minutes=30)
    assert first.amount_minor == 3000
    assert first.rule_version == "work-GB-20260401"
    assert open_one(stall) == first
    other = make_agreement(creator=stall.creator)
    with transaction.atomic(), pytest.raises(GuaranteeNotOpen):
        open_guarantee(other, show_ref=first.show_ref, title="Again", starts_at=START)
    poor = make_agreement(creator=stall.creator, guarantee_minor=1)
    with transaction.atomic():
        kept = open_guarantee(poor, show_ref="0" * 16, title="Poor", starts_at=START)
        assert kept is not None
        assert kept.amount_minor == 1271
        none = make_agreement(creator=stall.creator, guarantee_minor=0)
        assert (
            open_guarantee(none, show_ref="1" * 16, title="", starts_at=START) is None
        )


def test_a_bank_receipt_needs_two_persons_and_counts_once(
    stall: Stall, staff: User
) -> None:
    guarantee, second = open_one(stall), make_user(is_staff=True)
    receipt = book_receipt(guarantee, reference="BANK-1", amount_minor=1500, by=staff)
    with pytest.raises(ReceiptNotOpen):
        book_receipt(guarantee, reference="BANK-1", amount_minor=1500, by=second)
    with pytest.raises(ReceiptNotOpen):
        book_receipt(guarantee, reference="BANK-0", amount_minor=0, by=second)
    with pytest.raises(ReceiptSamePerson):
        confirm_receipt(receipt, by=staff)
    confirm_receipt(receipt, by=second)
    with pytest.raises(ReceiptNotOpen):
        confirm_receipt(receipt, by=second)
    guarantee.refresh_from_db()
    assert (guarantee.missing.minor, guarantee.is_funded) == (500, False)
    rest = book_receipt(guarantee, reference="BANK-2", amount_minor=800, by=second)
    confirm_receipt(rest, by=staff)
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.FUNDED
    assert balance(Account.Kind.ESCROW, stall.brand.public_id) == 2000
    assert balance(Account.Kind.BRAND_PAYABLE, stall.brand.public_id) == 300
    assert Audit.objects.filter(subject_ref=guarantee.public_id).count() == 4
    with pytest.raises(GuaranteeNotOpen):
        book_receipt(guarantee, reference="BANK-3", amount_minor=1, by=staff)
    assert find_book_faults() == []


def test_a_wrong_receipt_is_refused_and_its_reference_is_free_again(
    stall: Stall, staff: User
) -> None:
    guarantee = open_one(stall)
    facts: dict[str, Any] = {"reference": "BANK-1", "amount_minor": 2000, "by": staff}
    wrong = book_receipt(guarantee, **facts)
    refuse_receipt(wrong, by=staff, reason="Another customer's")
    with pytest.raises(ReceiptNotOpen):
        refuse_receipt(wrong, by=staff, reason="Again")
    with pytest.raises(ReceiptNotOpen):
        confirm_receipt(wrong, by=make_user())
    assert book_receipt(guarantee, **facts).state == GuaranteeFunding.State.BOOKED


def test_the_database_itself_keeps_four_eyes(stall: Stall, staff: User) -> None:
    receipt = book_receipt(
        open_one(stall), reference="BANK-1", amount_minor=2000, by=staff
    )
    confirm_receipt(receipt, by=make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        GuaranteeFunding.objects.update(decided_by=staff)


def test_a_payment_funds_once_and_what_is_too_much_is_the_payer_s(
    stall: Stall,
) -> None:
    guarantee = open_one(stall)
    pay_in(guarantee, 2100)
    pay_in(guarantee, 2100)
    assert guarantee.is_funded
    pay_in(guarantee, 500, "pay-2")
    assert balance(Account.Kind.BRAND_PAYABLE, stall.brand.public_id) == 600
    account = stall.brand.account
    assert sum_settled(account, now=clock.now(), settle_days=30) == 600
    assert find_book_faults() == []


def test_only_a_settled_balance_funds(stall: Stall, staff: User) -> None:
    guarantee = open_one(stall)
    with pytest.raises(BalanceShort) as short:
        fund_from_balance(guarantee, by=staff)
    assert short.value.extra == {"missing": 2000}
    sold_at = clock.now() - dt.timedelta(days=29)
    sell(stall, sold_at)
    with pytest.raises(BalanceShort):
        fund_from_balance(guarantee, by=staff)
    with time_machine.travel(sold_at + dt.timedelta(days=31), tick=False):
        fund_from_balance(guarantee, by=staff)
        with pytest.raises(GuaranteeNotOpen):
            fund_from_balance(guarantee, by=staff)
        now = clock.now()
        left = sum_settled(stall.brand.account, now=now, settle_days=30)
    assert left == 2500 - 250 - 200 + 395 - 66 - 2000
    assert find_book_faults() == []


def test_an_earned_guarantee_is_paid_within_five_bank_days(
    stall: Stall, tmp_path: Path, client: Client
) -> None:
    guarantee = open_one(stall)
    pay_in(guarantee)
    with time_machine.travel(END, tick=False):
        make_payout_rule(minimum_minor=100_000)
    assert earn(guarantee).due_on == dt.date(2027, 1, 15)
    assert earn(guarantee).due_minor == 2000
    assert settled(stall) == 2000
    with time_machine.travel(END, tick=False):
        make_payout_details(stall.creator)
        assert run_payouts() == 0
    with time_machine.travel(END + dt.timedelta(days=1), tick=False):
        assert run_payouts() == 0  # a Saturday
    with time_machine.travel(END + dt.timedelta(days=3), tick=False):
        assert run_payouts() == 1
        assert run_payouts() == 0
    run = PayoutRun.objects.get()
    assert run.only_guarantees
    assert run.due_on < dt.date(2027, 1, 15)
    payout = Payout.objects.get()
    (line,) = payout.lines.all()
    assert (line.title, line.amount_minor) == ("Guarantee: Stools", 2000)
    assert (settled(stall), find_book_faults()) == (0, [])
    client.force_login(stall.creator.user)
    page = client.get(reverse("creators:statement", args=[payout.public_id])).text
    assert "Guarantee: Stools" in page
    response = client.get(reverse("creators:statement-file", args=[payout.public_id]))
    file = tmp_path / "statement.csv"
    file.write_bytes(response.getvalue())
    assert recompute(file).stdout.strip() == "2000"


def test_work_beyond_the_plan_is_paid_by_the_payer(stall: Stall) -> None:
    guarantee = open_one(stall, guarantee_per="hour")
    pay_in(guarantee)
    earned = earn(guarantee, 85)
    assert (earned.due_minor, settled(stall)) == (2834, 2834)
    assert balance(Account.Kind.BRAND_PAYABLE, stall.brand.public_id) == -834
    assert balance(Account.Kind.ESCROW, stall.brand.public_id) == 0
    assert find_book_faults() == []


def test_the_floor_holds_for_the_minutes_that_were_worked(stall: Stall) -> None:
    guarantee = open_one(stall)
    pay_in(guarantee)
    assert earn(guarantee, 120).due_minor == 2542


def test_a_show_that_never_starts_gives_the_money_back_once(
    stall: Stall, staff: User
) -> None:
    guarantee = open_one(stall)
    pay_in(guarantee)
    with transaction.atomic(), pytest.raises(GuaranteeHasMoney):
        drop_guarantee(guarantee.show_ref)
    assert return_guarantee(guarantee.show_ref) is not None
    assert return_guarantee(guarantee.show_ref) is None
    account = stall.brand.account
    assert sum_settled(account, now=clock.now(), settle_days=30) == 2000
    assert earn_guarantee(guarantee.show_ref, worked_minutes=9, ended_at=END) is None
    again = open_one(stall)
    assert again != guarantee
    fund_from_balance(again, by=staff)
    assert find_book_faults() == []


def test_an_unfunded_guarantee_is_dropped_without_a_trace_in_the_books(
    stall: Stall,
) -> None:
    guarantee = open_one(stall)
    with transaction.atomic():
        drop_guarantee(guarantee.show_ref)
        drop_guarantee(guarantee.show_ref)
    assert find_guarantee(guarantee.show_ref) is None
    assert return_guarantee(open_one(stall).show_ref) is None


def test_the_greater_of_guarantee_and_commission_is_paid_whatever_comes_back(
    stall: Stall,
) -> None:
    guarantee = open_one(stall, guarantee_minor=1271)
    pay_in(guarantee, 1271)
    lines = [sell(stall, START + dt.timedelta(minutes=n)) for n in range(4)]
    assert settled(stall) == 4 * 250
    earn(guarantee)
    assert settled(stall) == 1271
    lines += [sell(stall, START + dt.timedelta(minutes=9 + n)) for n in range(4)]
    assert settled(stall) == 8 * 250
    for number, line in enumerate(lines[:4]):
        reverse_line(line.line_ref, refund_ref=f"r{number}", amount_minor=3000)
    assert settled(stall) == 1271
    assert find_book_faults() == []
    guarantee.refresh_from_db()
    assert (guarantee.sold_minor, guarantee.offset_minor) == (1000, 1000)
    fee = Account.objects.get(kind=Account.Kind.PLATFORM_FEE)
    borne = -sum(fee.entries.values_list("amount_minor", flat=True))
    assert borne == 4 * 200, "the operator bears nothing"


def test_both_are_paid_where_both_are_agreed(stall: Stall) -> None:
    guarantee = open_one(stall, pays="both")
    pay_in(guarantee)
    earn(guarantee)
    sell(stall, START)
    assert settled(stall) == 2250
    assert find_book_faults() == []


def test_an_agreement_that_ends_leaves_its_funded_show_as_it_is(
    stall: Stall, staff: User
) -> None:
    guarantee = open_one(stall)
    pay_in(guarantee)
    end_agreement(stall.agreement, by=staff, reason="The season is over")
    assert earn(guarantee).state == Guarantee.State.EARNED
    record = read_record(stall.brand.account)
    assert (record.count, record.in_time) == (1, 1)
    assert read_record(make_account()).count == 0


@dataclass(frozen=True)
class Act:
    """A step that may be cut off anywhere."""

    name: str
    work: Callable[[Guarantee, User], object]


ACTS = (
    Act("pay", lambda row, _by: pay_in(row)),
    Act("confirm", lambda row, by: confirm_receipt(row.fundings.get(), by=by)),
    Act("return", lambda row, _by: return_guarantee(row.show_ref)),
    Act(
        "earn",
        lambda row, _by: earn_guarantee(row.show_ref, worked_minutes=90, ended_at=END),
    ),
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_a_step_killed_at_any_statement_leaves_the_books_in_order(
    stall: Stall, staff: User, act: Act
) -> None:
    guarantee = open_one(stall)
    second = make_user()
    if act.name == "confirm":
        book_receipt(guarantee, reference="B", amount_minor=2000, by=staff)
    elif act.name != "pay":
        pay_in(guarantee)
    killed = 0
    for nth in range(100):
        with transaction.atomic():
            row = Guarantee.objects.get()
            was_cut = run_until(nth, partial(act.work, row, second))
            killed += was_cut
            if was_cut:
                assert find_book_faults() == [], nth
                act.work(Guarantee.objects.get(), second)
            assert Guarantee.objects.get().state != guarantee.state, nth
            assert find_book_faults() == [], nth
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
        if not was_cut:
            break
    assert killed > 5
