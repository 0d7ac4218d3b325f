"""Funded before the start, paid after the end, returned if a show never begins."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction

from creators.errors import DecisionClosed, GuaranteeHasMoney, GuaranteeNotOpen
from creators.models import Agreement, Creator, Guarantee, WorkDecision
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import find_guarantee
from creators.selectors.work_sayings import explain
from creators.services.funding import fund_by_payment
from creators.services.guarantees import pay_returned
from creators.services.work_appeals import Repair, overturn_decision, uphold_decision
from creators.services.work_decisions import ask_human
from livestreams.errors import ShowBegun
from livestreams.errors.funding import AgreementUnfit, NotFunded
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement, settle_show
from livestreams.services.planning import ShowPlan, change_livestream
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import end_livestream, start_livestream
from livestreams.tasks import return_guarantees_task
from shopfront.common.money import Money
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import make_agreement, make_creator, make_livestream

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
State = Livestream.State


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Plan a show at noon that an agreement pays 20 pounds for."""
    with time_machine.travel(NOON - dt.timedelta(days=2), tick=False):
        planned = make_livestream(creator=creator, starts_at=NOON)
        agreement = make_agreement(creator=creator, preparation_minutes=30)
        choose_agreement(planned, agreement)
    return planned


def fund(show: Livestream) -> Guarantee:
    guarantee = find_guarantee(show.public_id)
    assert guarantee is not None
    with transaction.atomic():
        fund_by_payment(guarantee, reference=show.public_id, amount_minor=2000)
    guarantee.refresh_from_db()
    return guarantee


def test_a_show_starts_only_once_its_guarantee_is_paid_in(show: Livestream) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(NotFunded) as refusal:
            start_livestream(show)
        assert refusal.value.extra == {"missing": 2000, "currency": "GBP"}
        show.refresh_from_db()
        assert (show.state, show.started_at) == (State.SCHEDULED, None)
        fund(show)
        assert start_livestream(show).state == State.LIVE


def test_the_guarantee_is_earned_by_the_minutes_on_air(show: Livestream) -> None:
    guarantee = fund(show)
    with time_machine.travel(NOON, tick=False):
        start_livestream(show)
    with time_machine.travel(NOON + dt.timedelta(minutes=75, seconds=1), tick=False):
        end_livestream(show)
        relay()
        relay()
    settle_show(show.public_id)
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.EARNED
    assert guarantee.worked_minutes == 30 + 76
    assert guarantee.due_minor == -(-1271 * 106 // 60)
    assert guarantee.due_on == dt.date(2026, 11, 27)
    (balance,) = list_balances(show.creator)
    assert balance.settled == guarantee.due
    assert find_book_faults() == []


def test_a_show_called_off_gives_the_money_back(show: Livestream, staff: User) -> None:
    guarantee = fund(show)
    end_livestream(show, by=staff, reason="Ill")
    relay()
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.RETURNED


def test_a_show_that_nobody_began_gives_the_money_back_after_a_day(
    show: Livestream,
) -> None:
    guarantee = fund(show)
    with time_machine.travel(NOON + dt.timedelta(hours=23), tick=False):
        assert return_guarantees_task() == 0
    with time_machine.travel(NOON + dt.timedelta(hours=25), tick=False):
        assert return_guarantees_task() == 1
        assert return_guarantees_task() == 0
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.RETURNED
    show.refresh_from_db()
    assert show.agreement is None


def test_a_guarantee_that_went_back_is_paid_when_a_human_says_so(
    show: Livestream, staff: User
) -> None:
    guarantee = fund(show)
    payer = guarantee.agreement.payer
    with time_machine.travel(NOON + dt.timedelta(hours=25), tick=False):
        assert return_guarantees_task() == 1
        decision = WorkDecision.objects.get()
        assert explain(decision) == (
            "The show did not begin, so the £20.00 that were paid in for it went back "
            "to who paid."
        )
        ask_human(decision, why="Your media server was away all evening")
        overturn_decision(decision, by=staff, reason="It was", repair=Repair())
        with pytest.raises(DecisionClosed):
            overturn_decision(decision, by=staff, reason="Twice", repair=Repair())
        with pytest.raises(GuaranteeNotOpen):
            pay_returned(guarantee.public_id)
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.EARNED
    assert guarantee.due == Money(2000, "GBP")
    assert guarantee.due_on == dt.date(2026, 11, 27)
    (balance,) = list_balances(show.creator)
    assert balance.settled == guarantee.due
    assert sum(payer.entries.values_list("amount_minor", flat=True)) == 0
    assert find_book_faults() == []


def test_a_guarantee_that_went_back_is_not_paid_beside_a_new_one(
    show: Livestream, staff: User
) -> None:
    guarantee = fund(show)
    with time_machine.travel(NOON + dt.timedelta(hours=25), tick=False):
        return_guarantees_task()
        show.refresh_from_db()
        choose_agreement(show, guarantee.agreement)
        decision = ask_human(WorkDecision.objects.get(), why="")
        with pytest.raises(GuaranteeNotOpen):
            overturn_decision(decision, by=staff, reason="Both", repair=Repair())
        assert uphold_decision(decision, by=staff, reason="It has a new one").decided_at
    assert find_book_faults() == []


def test_an_agreement_is_chosen_anew_until_there_is_money_in_it(
    show: Livestream, creator: Creator
) -> None:
    first = find_guarantee(show.public_id)
    choose_agreement(show, show.agreement)
    assert find_guarantee(show.public_id) == first
    choose_agreement(show, None)
    assert find_guarantee(show.public_id) is None
    other = make_agreement(creator=creator, guarantee_minor=3000)
    with pytest.raises(AgreementUnfit):
        choose_agreement(show, make_agreement(creator=make_creator()))
    ended = make_agreement(creator=creator, valid_until=NOON)
    with pytest.raises(AgreementUnfit):
        choose_agreement(show, ended)
    offered = make_agreement(creator=creator, state=Agreement.State.OFFERED)
    with pytest.raises(AgreementUnfit):
        choose_agreement(show, offered)
    choose_agreement(show, other)
    fund(show)
    with pytest.raises(GuaranteeHasMoney):
        choose_agreement(show, None)


def test_nothing_is_earned_in_a_rehearsal_nor_chosen_once_begun(
    show: Livestream,
) -> None:
    rehearsal = open_rehearsal(show)
    with pytest.raises(NotInRehearsal):
        choose_agreement(rehearsal, show.agreement)
    assert start_livestream(rehearsal).is_on_air
    fund(show)
    start_livestream(show)
    with pytest.raises(ShowBegun):
        choose_agreement(show, None)


def test_a_guarantee_follows_its_show_within_the_agreement(
    show: Livestream, creator: Creator
) -> None:
    def plan(days: int) -> ShowPlan:
        return ShowPlan(
            title="Moved",
            description="",
            starts_at=NOON + dt.timedelta(days=days),
            language="en",
            latency="low",
        )

    until = NOON + dt.timedelta(days=3)
    Agreement.objects.update(valid_until=until)
    with time_machine.travel(NOON - dt.timedelta(days=1), tick=False):
        change_livestream(show, plan(2))
        moved = find_guarantee(show.public_id)
        assert moved is not None
        assert (moved.title, moved.starts_at) == ("Moved", plan(2).starts_at)
        with pytest.raises(AgreementUnfit):
            change_livestream(show, plan(4))
        show.refresh_from_db()
        assert show.starts_at == plan(2).starts_at
        fund(show)
        change_livestream(show, plan(4))
        assert find_guarantee(show.public_id) == moved
