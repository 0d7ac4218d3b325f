"""Two workers that settle the same show pay its premium once; without the lock, not."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import transaction

from creators.models import (
    Account,
    Guarantee,
    LedgerTransaction,
    WorkEntry,
    WorkSession,
)
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import OVERTIME
from creators.services import ledger
from creators.services.funding import fund_by_payment
from creators.services.guarantees import earn_guarantee
from creators.services.overtime import book_duty_premium, book_premium
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement
from livestreams.services.shows import end_livestream, start_livestream
from tests.factories import (
    make_agreement,
    make_creator,
    make_livestream,
    make_user,
)
from tests.integration.livestreams.test_attribution_race import WORKERS, run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
NINE = dt.datetime(2026, 11, 17, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def make_long_day() -> Guarantee:
    """Run a show whose last half hour is overtime; nothing is settled yet."""
    creator = make_creator()
    with time_machine.travel(NINE, tick=False):
        show: Livestream = make_livestream(creator=creator)
        choose_agreement(show, make_agreement(creator=creator))
        guarantee = Guarantee.objects.get()
        with transaction.atomic():
            fund_by_payment(guarantee, reference="pay", amount_minor=2000)
    with time_machine.travel(NINE + 8 * HOUR, tick=False):
        WorkEntry.objects.create(
            user=creator.user,
            market=creator.market,
            starts_at=NINE,
            ends_at=NINE + 7.5 * HOUR,
            note="Prepared",
        )
        start_livestream(show)
    with time_machine.travel(NINE + 9 * HOUR, tick=False):
        end_livestream(show)
    earn_guarantee(show.public_id, worked_minutes=60, ended_at=NINE + 9 * HOUR)
    return guarantee


def count_premiums() -> int:
    return LedgerTransaction.objects.filter(kind=OVERTIME).count()


def test_workers_side_by_side_book_a_premium_once() -> None:
    guarantee = make_long_day()
    ended_at = NINE + 9 * HOUR
    faults = run_at_once(lambda: book_premium(guarantee.show_ref, ended_at=ended_at))
    assert faults == []
    assert count_premiums() == 1
    assert guarantee.premium.minutes == 30
    assert find_book_faults() == []


def test_workers_side_by_side_owe_a_helper_once() -> None:
    guarantee, helper = make_long_day(), make_user()
    for begin, end, show_ref in ((0, 7.5, ""), (8, 9, guarantee.show_ref)):
        WorkSession.objects.create(
            user=helper,
            market=guarantee.creator.market,
            kind=WorkSession.Kind.STUDIO,
            show_ref=show_ref,
            starts_at=NINE + begin * HOUR,
            ends_at=NINE + end * HOUR,
        )
    ended_at = NINE + 9 * HOUR
    faults = run_at_once(
        lambda: book_duty_premium(guarantee.show_ref, helper, ended_at=ended_at)
    )
    assert faults == []
    assert count_premiums() == 1
    assert guarantee.duty_premiums.get().minutes == 30
    assert find_book_faults() == []


def test_negative_control_looking_without_the_lock_pays_several_times() -> None:
    """The same race against look, then pay, with a cause of each worker's own."""
    guarantee = make_long_day()
    payer = guarantee.agreement.payer
    balance = Account.objects.get(kind=Account.Kind.CREATOR_AVAILABLE)
    looked = threading.Barrier(WORKERS)

    def naive() -> None:
        with transaction.atomic():
            is_paid = count_premiums() > 0
            looked.wait()
            if not is_paid:
                ledger.post_transaction(
                    OVERTIME,
                    cause_kind="guarantee",
                    cause_ref=f"{guarantee.public_id}:{threading.get_ident()}",
                    rule_version="naive",
                    currency="GBP",
                    sides=[(payer, 250), (balance, -250)],
                )

    assert run_at_once(naive) == []
    assert count_premiums() == WORKERS
