"""Two workers with the same message make one posting; without the rule, two."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from creators.models import Commission, Entry, LedgerTransaction
from creators.selectors.books import find_book_faults
from creators.services import ledger
from livestreams.services.attribution import attribute_order
from orders.models import Order
from shopfront.common.ids import new_public_id
from tests.factories import make_account, make_creator, make_paid_order
from tests.integration.creators.conftest import make_stall

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WORKERS = 6


def run_at_once(act: Callable[[], object]) -> list[Exception]:
    """Run an act in threads that start at the same instant; return what failed."""
    gate = threading.Barrier(WORKERS)
    faults: list[Exception] = []

    def run() -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            act()
        except Exception as error:  # noqa: BLE001 - the outcome is what is tested
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def make_order() -> Order:
    stall = make_stall(make_creator())
    return make_paid_order(stall.variant, source_ref=stall.source_ref)


def test_workers_side_by_side_post_an_order_once() -> None:
    order = make_order()
    assert run_at_once(lambda: attribute_order(order.public_id)) == []
    assert LedgerTransaction.objects.filter(kind="sale").count() == 1
    assert LedgerTransaction.objects.filter(kind="delivery").count() == 1
    assert Commission.objects.count() == 1
    assert find_book_faults() == []


def test_negative_control_looking_first_posts_more_than_once() -> None:
    """The same race against look, then write, with the cause left out of the rule."""
    account, other = make_account(), make_account()
    looked = threading.Barrier(WORKERS)

    def naive() -> None:
        with transaction.atomic():
            is_posted = LedgerTransaction.objects.filter(kind="naive").exists()
            looked.wait()
            if not is_posted:
                ledger.post_transaction(
                    "naive",
                    cause_kind="test",
                    cause_ref=new_public_id(),
                    rule_version="t",
                    currency="GBP",
                    sides=[(account, 100), (other, -100)],
                )

    assert run_at_once(naive) == []
    assert LedgerTransaction.objects.filter(kind="naive").count() == WORKERS
    assert Entry.objects.filter(account=account).count() == WORKERS
