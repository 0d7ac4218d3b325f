"""Helpers' overtime in shows without a guarantee: owed by the creator, collected."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction

from creators.errors import DecisionOwn, RepairWrong
from creators.models import (
    Account,
    Commission,
    Creator,
    DutyPremium,
    Entry,
    LedgerTransaction,
    Payout,
    WorkDecision,
    WorkSession,
)
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import OVERTIME
from creators.selectors.month_rows import list_month_rows
from creators.selectors.months import find_balance_account, list_months
from creators.selectors.papers import render_statement
from creators.selectors.tables import write_payout
from creators.selectors.work_sayings import explain
from creators.services.holds import hold_line, release_hold
from creators.services.owed_premiums import book_owed_premium, collect_due
from creators.services.payouts import claim_run, open_run
from creators.services.reversals import reverse_line
from creators.services.settlement import settle_commissions
from creators.services.work_appeals import Repair, overturn_decision
from creators.services.work_decisions import ask_human
from creators.services.worktime import add_entry
from livestreams.models import CoHost, Livestream
from livestreams.services.attribution import attribute_order
from livestreams.services.funding import settle_show
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.models import Market, User
from shopfront.services.outbox import relay
from tests.factories import (
    make_creator,
    make_market,
    make_paid_order,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_payouts import run_until
from tests.integration.creators.test_statements import read_paper, recompute
from tests.integration.livestreams.test_work_guard import HOUR, NINE

pytestmark = pytest.mark.django_db
Kind = WorkDecision.Kind
FLOOR = 1271
AMOUNT = -(-FLOOR * 25 * 2500 // (60 * 10_000))
LINE = 250
"""What one sale of the stall earns its creator."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at nine."""
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def stall(clock: time_machine.Traveller, creator: Creator) -> Stall:
    """Let Ada sell her own goods, without a guarantee."""
    return make_stall(creator)


def work(user: User, market: Market, begin: float, end: float, ref: str = "") -> None:
    WorkSession.objects.create(
        user=user,
        market=market,
        kind=WorkSession.Kind.STUDIO,
        show_ref=ref,
        starts_at=NINE + begin * HOUR,
        ends_at=NINE + end * HOUR,
    )


def help_in(show: Livestream, user: User, *, minutes: int = 55) -> None:
    """Give a helper a duty, and a day of which that show is the last part."""
    CoHost.objects.create(livestream=show, user=user, duty=CoHost.Duty.MODERATOR)
    work(user, show.market, 0, 7.5)
    work(user, show.market, 8, 8 + minutes / 60, show.public_id)


def run_show(clock: time_machine.Traveller, show: Livestream) -> None:
    clock.move_to(NINE + 8 * HOUR)
    start_livestream(show)
    clock.move_to(NINE + 8 * HOUR + dt.timedelta(minutes=55))
    end_livestream(show)
    relay()


def sell(stall: Stall) -> Commission:
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    return Commission.objects.get(line_ref=order.lines.get().public_id)


def settled(creator: Creator) -> int:
    (balance,) = list_balances(creator)
    return balance.settled.minor


def sum_owed(person: User) -> int:
    entries = Entry.objects.filter(
        account__kind=Account.Kind.HELPER_PAYABLE, account__owner_ref=person.public_id
    )
    return -sum(entry.amount_minor for entry in entries)


def test_the_creator_owes_what_a_show_without_a_guarantee_kept_its_helper_beyond(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user(email="noor@example.org")
    help_in(stall.show, helper)
    CoHost.objects.create(livestream=stall.show, user=make_user(), duty="co_host")
    run_show(clock, stall.show)
    premium = DutyPremium.objects.get()
    assert (premium.payer, premium.guarantee) == (stall.creator, None)
    assert (premium.minutes, premium.amount_minor) == (25, AMOUNT)
    assert (premium.posted_minor, premium.posted_count) == (0, 0)
    assert settled(stall.creator) == sum_owed(helper) == 0
    settle_show(stall.show.public_id)
    assert DutyPremium.objects.count() == 1
    assert WorkDecision.objects.count() == 2
    said = explain(WorkDecision.objects.get(user=helper, kind=Kind.PREMIUM))
    assert "25 minutes of this show" in said
    assert "Ada owes them" in said
    owed = explain(WorkDecision.objects.get(user=stall.creator.user, kind=Kind.OWED))
    assert "noor worked 25 minutes of this show beyond the day's limit" in owed
    assert "25 % more for them are £1.33" in owed
    relay()
    (letter,) = [one for one in mail.outbox if one.to == [helper.email]]
    assert "Ada owes it to you" in letter.body
    assert "£0.00 of £1.33 are collected" in letter.body
    assert find_book_faults() == []


def test_it_is_collected_as_commission_settles_the_oldest_first_and_in_parts(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    first, second = make_creator(), make_user()
    help_in(stall.show, first.user)
    run_show(clock, stall.show)
    DutyPremium.objects.update(amount_minor=200, minutes=38)
    other = make_stall(stall.creator)
    work(second, other.show.market, 0, 7.5)
    clock.shift(HOUR)
    work(second, other.show.market, 8, 9, other.show.public_id)
    book_owed_premium(
        stall.creator,
        second,
        show_ref=other.show.public_id,
        title=other.show.title,
        ended_at=NINE + 10 * HOUR,
    )
    later = DutyPremium.objects.get(person=second)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    for moved in (1, 0):
        assert settle_commissions() == moved
    older = DutyPremium.objects.get(creator=first)
    later.refresh_from_db()
    assert (older.posted_minor, later.posted_minor) == (200, 50)
    assert settled(stall.creator) == 0
    assert settled(first) == 200
    assert find_book_faults() == []
    sell(other)
    clock.shift(dt.timedelta(days=31))
    assert settle_commissions() == 1
    later.refresh_from_db()
    rest = later.amount_minor - 50
    assert (later.rest.minor, later.posted_count) == (0, 2)
    assert settled(stall.creator) == LINE - rest
    assert sum_owed(second) == later.amount_minor
    assert find_book_faults() == []


def test_what_has_settled_before_is_taken_at_once_and_what_a_run_claimed_is_not(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    clock.move_to(NINE - 24 * HOUR)
    make_payout_details(stall.creator)
    sell(stall)
    Commission.objects.update(settles_at=NINE - 24 * HOUR)
    assert settle_commissions() == 1
    rule = make_payout_rule()
    assert claim_run(open_run(rule, dt.date(2026, 11, 16))) == 1
    sell(stall)
    Commission.objects.filter(state="pending").update(settles_at=NINE - 24 * HOUR)
    assert settle_commissions() == 1
    help_in(stall.show, make_user())
    run_show(clock, stall.show)
    assert DutyPremium.objects.get().posted_minor == AMOUNT
    assert settled(stall.creator) == LINE - AMOUNT
    assert Payout.objects.get().amount_minor == LINE
    assert find_book_faults() == []


def test_a_statement_has_the_deduction_as_a_line_and_a_script_recomputes_it(
    clock: time_machine.Traveller, stall: Stall, tmp_path: Path
) -> None:
    make_payout_details(stall.creator)
    helper = make_user(display_name="Noor")
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    assert claim_run(open_run(make_payout_rule(), dt.date(2026, 12, 18))) == 1
    payout = Payout.objects.get()
    assert payout.amount_minor == LINE - AMOUNT
    titles = {line.title: line.amount_minor for line in payout.lines.all()}
    assert titles[f"Overtime of Noor, 25 minutes: {stall.show.title}"] == -AMOUNT
    file = tmp_path / "statement.csv"
    file.write_text("".join(write_payout(payout)), encoding="utf-8")
    assert recompute(file).stdout.strip() == str(LINE - AMOUNT)
    words = read_paper(render_statement(payout, "en-gb"))
    assert "Overtime of Noor, 25 minutes" in words
    assert "it stands here with a minus and was paid to them" in words
    account = find_balance_account(stall.creator)
    (month,) = list_months(account, stall.creator.market)
    counted = sorted(row.amount_minor for row in list_month_rows(month))
    assert counted == [-AMOUNT, LINE]
    assert find_book_faults() == []


def test_held_lines_and_guarantees_are_left_alone_until_a_run_pays(
    clock: time_machine.Traveller, stall: Stall, staff: User
) -> None:
    help_in(stall.show, make_user())
    line = sell(stall)
    hold = hold_line(line, reason="Was it you?", by=staff)
    run_show(clock, stall.show)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    premium = DutyPremium.objects.get()
    assert (premium.posted_minor, settled(stall.creator)) == (0, LINE)
    release_hold(hold, by=staff, reason="It was")
    collect_due("GBP")
    premium.refresh_from_db()
    assert premium.posted_minor == AMOUNT
    assert find_book_faults() == []


def test_a_refund_after_it_was_collected_takes_no_more_than_there_is(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user()
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    line = sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=3000)
    line.refresh_from_db()
    assert line.reversed_minor == LINE - AMOUNT
    assert (settled(stall.creator), sum_owed(helper)) == (0, AMOUNT)
    assert find_book_faults() == []


def test_the_host_a_rehearsal_and_a_short_day_owe_nobody(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user()
    CoHost.objects.create(
        livestream=stall.show, user=helper, duty=CoHost.Duty.MODERATOR
    )
    rehearsal = open_rehearsal(stall.show)
    for person in (helper, stall.creator.user):
        work(person, stall.show.market, 0, 7.5)
        work(person, stall.show.market, 8, 9, rehearsal.public_id)
    run_show(clock, rehearsal)
    assert not DutyPremium.objects.exists()
    for person in (stall.creator.user, make_user()):
        premium = book_owed_premium(
            stall.creator,
            person,
            show_ref=stall.show.public_id,
            title="",
            ended_at=NINE + 9 * HOUR,
        )
        assert premium is None
    assert not DutyPremium.objects.exists()
    assert not WorkDecision.objects.exists()


def test_work_entered_later_raises_it_once_and_both_are_told(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user()
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    add_entry(
        helper,
        market=stall.show.market,
        starts_at=NINE + 7.5 * HOUR,
        ends_at=NINE + 7.75 * HOUR,
        note="Sorted the questions",
    )
    for _again in range(2):
        relay()
        settle_show(stall.show.public_id)
    premium = DutyPremium.objects.get()
    assert (premium.minutes, premium.posted_count) == (40, 0)
    assert premium.amount_minor == -(-FLOOR * 40 * 2500 // (60 * 10_000))
    assert WorkDecision.objects.filter(kind=Kind.OWED).count() == 2
    assert "the £1.33 decided before are in it" in explain(
        WorkDecision.objects.filter(kind=Kind.PREMIUM).latest("pk")
    )
    assert find_book_faults() == []


def test_a_human_raises_it_for_the_helper_and_the_creator_is_told(
    clock: time_machine.Traveller, stall: Stall, staff: User
) -> None:
    helper = make_user()
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    asked = ask_human(WorkDecision.objects.get(kind=Kind.PREMIUM), why="A Sunday")
    for wrong in (None, AMOUNT - 1):
        with pytest.raises(RepairWrong):
            overturn_decision(
                asked, by=staff, reason="No", repair=Repair(premium_minor=wrong)
            )
    with pytest.raises(DecisionOwn):
        overturn_decision(
            asked,
            by=stall.creator.user,
            reason="No",
            repair=Repair(premium_minor=AMOUNT),
        )
    repair = Repair(premium_minor=200)
    overturn_decision(asked, by=staff, reason="Right", repair=repair)
    assert DutyPremium.objects.get().amount_minor == 200
    told = WorkDecision.objects.filter(kind=Kind.OWED).latest("pk")
    assert "it is £2.00, not £1.33" in explain(told)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    assert sum_owed(helper) == 200
    assert find_book_faults() == []


def test_a_human_lowers_it_for_the_creator_and_the_helper_keeps_what_came(
    clock: time_machine.Traveller, stall: Stall, staff: User
) -> None:
    helper = make_user()
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    asked = ask_human(WorkDecision.objects.get(kind=Kind.OWED), why="Was asleep")
    with pytest.raises(RepairWrong):
        overturn_decision(
            asked, by=staff, reason="No", repair=Repair(premium_minor=AMOUNT + 1)
        )
    overturn_decision(asked, by=staff, reason="Right", repair=Repair(premium_minor=33))
    premium = DutyPremium.objects.get()
    assert (premium.posted_minor, premium.borne_minor) == (33, AMOUNT - 33)
    assert (premium.rest.minor, premium.due.minor) == (0, AMOUNT)
    assert settled(stall.creator) == LINE - 33
    assert sum_owed(helper) == AMOUNT
    told = WorkDecision.objects.filter(user=helper).latest("pk")
    assert "What you have of it already stays yours" in explain(told)
    settle_show(stall.show.public_id)
    premium.refresh_from_db()
    assert premium.amount_minor == 33, "the rule does not undo what a human decided"
    assert find_book_faults() == []


def test_another_currency_of_the_helper_counts_by_the_show(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    german = make_market(code="DE")
    helper = make_creator(market=german)
    help_in(stall.show, helper.user)
    run_show(clock, stall.show)
    premium = DutyPremium.objects.get()
    assert german.currency == "EUR"
    assert (premium.creator, premium.currency) == (helper, "GBP")
    assert (premium.hour_minor, premium.amount_minor) == (FLOOR, AMOUNT)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    pounds = [row for row in list_balances(helper) if row.settled.currency == "GBP"]
    assert [row.settled.minor for row in pounds] == [AMOUNT]
    assert find_book_faults() == []


def test_closed_accounts_are_paid_and_pay(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_creator()
    help_in(stall.show, helper.user)
    run_show(clock, stall.show)
    sell(stall)
    Creator.objects.update(state=Creator.State.CLOSED)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    assert settled(helper) == AMOUNT
    assert settled(stall.creator) == LINE - AMOUNT
    assert find_book_faults() == []


def test_killed_at_any_statement_it_is_owed_and_collected_whole_or_not_at_all(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user()
    help_in(stall.show, helper)
    sell(stall)
    Commission.objects.update(settles_at=NINE)
    settle_commissions()
    clock.move_to(NINE + 9 * HOUR)
    book = partial(
        book_owed_premium,
        stall.creator,
        helper,
        show_ref=stall.show.public_id,
        title=stall.show.title,
        ended_at=NINE + 9 * HOUR,
    )
    was_cut, nth = True, -1
    while was_cut:
        nth += 1
        with transaction.atomic():
            was_cut = run_until(nth, book)
            if was_cut:
                assert not DutyPremium.objects.exists(), nth
                assert (settled(stall.creator), sum_owed(helper)) == (LINE, 0), nth
                book()
            assert DutyPremium.objects.get().posted_minor == AMOUNT, nth
            assert WorkDecision.objects.count() == 2, nth
            assert LedgerTransaction.objects.filter(kind=OVERTIME).count() == 1
            assert find_book_faults() == [], nth
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    assert nth > 15


def test_the_books_find_seeded_faults(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    help_in(stall.show, make_user())
    sell(stall)
    run_show(clock, stall.show)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    DutyPremium.objects.update(posted_minor=AMOUNT - 1)
    show = stall.show.public_id
    assert find_book_faults() == [
        f"a helper did not get what was collected of an overtime premium: {show}",
        f"a creator did not pay what was collected of an overtime premium: {show}",
    ]
