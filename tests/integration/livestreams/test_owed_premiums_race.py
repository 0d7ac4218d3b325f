"""Workers side by side owe and collect a premium once; without the lock, not."""

import threading

import pytest
import time_machine
from django.db import transaction

from creators.models import (
    Account,
    Commission,
    DutyPremium,
    LedgerTransaction,
    WorkDecision,
    WorkSession,
)
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import OVERTIME
from creators.selectors.outlook import sum_collectable
from creators.selectors.premiums import OWED
from creators.services import ledger
from creators.services.owed_premiums import book_owed_premium, collect_due
from creators.services.settlement import settle_commissions
from livestreams.services.attribution import attribute_order
from shopfront.models import User
from tests.factories import make_creator, make_paid_order, make_user
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.livestreams.test_attribution_race import WORKERS, run_at_once
from tests.integration.livestreams.test_overtime_race import HOUR, NINE

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AMOUNT = 159


def make_long_day(helper: User) -> Stall:
    """Sell once; a helper worked half an hour beyond the limit. Nothing is booked."""
    with time_machine.travel(NINE, tick=False):
        stall = make_stall(make_creator())
        order = make_paid_order(stall.variant, source_ref=stall.source_ref)
        attribute_order(order.public_id)
        for begin, end, ref in ((0, 7.5, ""), (8, 9, stall.show.public_id)):
            WorkSession.objects.create(
                user=helper,
                market=stall.show.market,
                kind=WorkSession.Kind.STUDIO,
                show_ref=ref,
                starts_at=NINE + begin * HOUR,
                ends_at=NINE + end * HOUR,
            )
    return stall


def book(stall: Stall, helper: User) -> DutyPremium | None:
    return book_owed_premium(
        stall.creator,
        helper,
        show_ref=stall.show.public_id,
        title=stall.show.title,
        ended_at=NINE + 9 * HOUR,
    )


def make_due(stall: Stall) -> None:
    Commission.objects.filter(creator=stall.creator).update(settles_at=NINE)


def count_postings() -> int:
    return LedgerTransaction.objects.filter(kind=OVERTIME).count()


def test_workers_side_by_side_owe_and_collect_a_premium_once() -> None:
    helper = make_user()
    stall = make_long_day(helper)
    assert run_at_once(lambda: book(stall, helper)) == []
    premium = DutyPremium.objects.get()
    assert (premium.minutes, premium.amount_minor) == (30, AMOUNT)
    assert WorkDecision.objects.count() == 2
    make_due(stall)
    assert run_at_once(settle_commissions) == []
    premium.refresh_from_db()
    assert (premium.posted_minor, count_postings()) == (AMOUNT, 1)
    assert find_book_faults() == []


def test_runs_side_by_side_collect_what_came_by_another_way_once() -> None:
    helper = make_user()
    stall = make_long_day(helper)
    make_due(stall)
    assert book(stall, helper) is not None
    # A settlement of before the lists knew of the debt: nothing is collected by it.
    DutyPremium.objects.update(currency="EUR")
    settle_commissions()
    DutyPremium.objects.update(currency="GBP")
    assert count_postings() == 0
    assert run_at_once(lambda: collect_due("GBP")) == []
    assert DutyPremium.objects.get().posted_minor == AMOUNT
    assert count_postings() == 1
    assert find_book_faults() == []


def test_negative_control_looking_without_the_lock_takes_more_than_there_is() -> None:
    """The same race against look, then post, with a cause of each worker's own."""
    helper = make_user()
    stall = make_long_day(helper)
    make_due(stall)
    settle_commissions()
    kind = Account.Kind.CREATOR_AVAILABLE
    balance = Account.objects.get(kind=kind, owner_ref=stall.creator.public_id)
    owed = ledger.ensure_helper_account(helper, "GBP")
    looked = threading.Barrier(WORKERS)

    def naive() -> None:
        with transaction.atomic():
            part = min(AMOUNT, sum_collectable(stall.creator, "GBP"))
            looked.wait()
            if part > 0:
                ledger.post_transaction(
                    OVERTIME,
                    cause_kind=OWED,
                    cause_ref=f"{stall.show.public_id}:{threading.get_ident()}",
                    rule_version="naive",
                    currency="GBP",
                    sides=[(balance, part), (owed, -part)],
                )

    assert run_at_once(naive) == []
    assert count_postings() == WORKERS
    assert any("below zero" in fault for fault in find_book_faults())
