"""Overtime of co-hosts and moderators: paid by the show's payer, once, to the penny."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from creators.errors import RepairWrong
from creators.models import (
    Account,
    Creator,
    OvertimePremium,
    Payout,
    WorkDecision,
    WorkSession,
)
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.payable import list_payable_lines
from creators.selectors.tables import write_payout
from creators.services.payouts import claim_run, open_run
from creators.services.work_appeals import Repair, overturn_decision
from creators.services.work_decisions import ask_human
from livestreams.models import CoHost, Livestream
from livestreams.services.funding import settle_show
from shopfront.models import User
from tests.factories import (
    make_creator,
    make_livestream,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.test_statements import recompute
from tests.integration.livestreams.test_work_guard import (
    HOUR,
    NINE,
    enter,
    run_long_day,
)

pytestmark = pytest.mark.django_db
Kind = WorkSession.Kind


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at nine."""
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def show(clock: time_machine.Traveller, creator: Creator) -> Livestream:
    """Plan a show of Ada's."""
    return make_livestream(creator=creator, publisher_seen_at=NINE)


def give_duty_to(show: Livestream, helper: Creator, duty: CoHost.Duty) -> None:
    CoHost.objects.create(livestream=show, user=helper.user, duty=duty)


def test_overtime_of_a_co_host_and_a_moderator_is_paid_by_the_same_payer_once(
    clock: time_machine.Traveller, show: Livestream
) -> None:
    co_host, moderator, stranger = make_creator(), make_creator(), make_user()
    give_duty_to(show, co_host, CoHost.Duty.CO_HOST)
    give_duty_to(show, moderator, CoHost.Duty.MODERATOR)
    CoHost.objects.create(livestream=show, user=stranger, duty=CoHost.Duty.CO_HOST)
    clock.move_to(NINE + 8 * HOUR)
    for person in (co_host, moderator):
        enter(person, 0, 5)
        enter(person, 5.5, 8)
    WorkSession.objects.create(
        user=moderator.user,
        market=show.market,
        kind=Kind.STUDIO,
        show_ref=show.public_id,
        starts_at=NINE + 8 * HOUR,
        ends_at=NINE + 8 * HOUR + dt.timedelta(minutes=55),
    )
    guarantee = run_long_day(clock, show, 55, guarantee_per="hour")
    settle_show(show.public_id)
    floor = 1271
    amount = -(-floor * 25 * 2500 // (60 * 10_000))
    for person in (co_host, moderator):
        premium = guarantee.duty_premiums.get(creator=person)
        assert (premium.minutes, premium.amount_minor) == (25, amount)
        (balance,) = list_balances(person)
        assert balance.settled.minor == amount
        account = Account.objects.get(owner_ref=person.public_id)
        (line,) = list_payable_lines(account, now=NINE + 9 * HOUR, settle_days=30)
        assert line.title == f"Overtime premium: {show.title}"
        assert WorkDecision.objects.get(user=person.user).figures["minutes"] == 25
    assert guarantee.duty_premiums.count() == 2
    assert OvertimePremium.objects.get().amount_minor == 209
    assert find_book_faults() == []


def test_a_script_recomputes_a_statement_with_a_helpers_premium(
    clock: time_machine.Traveller, show: Livestream, tmp_path: Path
) -> None:
    helper = make_creator()
    give_duty_to(show, helper, CoHost.Duty.CO_HOST)
    clock.move_to(NINE + 8 * HOUR)
    enter(helper, 0, 5)
    enter(helper, 5.5, 8)
    guarantee = run_long_day(clock, show, 55)
    make_payout_details(helper)
    clock.move_to(NINE + 24 * 5 * HOUR)
    assert claim_run(open_run(make_payout_rule(), dt.date(2026, 11, 22))) == 1
    payout = Payout.objects.get()
    premium = guarantee.duty_premiums.get()
    assert payout.amount_minor == premium.amount_minor
    file = tmp_path / "statement.csv"
    file.write_text("".join(write_payout(payout)), encoding="utf-8")
    assert recompute(file).stdout.strip() == str(premium.amount_minor)


def test_a_helpers_premium_grows_with_later_work_and_a_human_puts_it_right(
    clock: time_machine.Traveller, show: Livestream, staff: User
) -> None:
    helper = make_creator()
    give_duty_to(show, helper, CoHost.Duty.CO_HOST)
    clock.move_to(NINE + 8 * HOUR)
    enter(helper, 0, 5)
    enter(helper, 5.5, 8)
    guarantee = run_long_day(clock, show, 55)
    enter(helper, 5, 5.25)
    premium = guarantee.duty_premiums.get()
    assert (premium.minutes, premium.posted_count) == (40, 2)
    asked = WorkDecision.objects.filter(user=helper.user).latest("pk")
    decision = ask_human(asked, why="It was a Sunday for me")
    with pytest.raises(RepairWrong):
        overturn_decision(
            decision, by=staff, reason="No", repair=Repair(premium_minor=1)
        )
    repair = Repair(premium_minor=400)
    overturn_decision(decision, by=staff, reason="Right", repair=repair)
    premium.refresh_from_db()
    assert premium.amount_minor == 400
    (balance,) = list_balances(helper)
    assert balance.settled.minor == 400
    assert OvertimePremium.objects.get().amount_minor == 209
    assert find_book_faults() == []
