"""Bundles of crossed parts at once: nobody waits for each other, none is oversold."""

import threading

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models import F

from catalog.models import Stock
from orders.access import Shopper
from tests.factories import make_bundle, make_product, make_variant
from tests.integration.orders.test_bundles import tap
from tests.integration.orders.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]
PIECES, CROWD = 3, 8


def test_two_bundles_of_crossed_parts_sell_what_there_is_without_a_deadlock() -> None:
    one = make_variant(stock=PIECES, price=2500)
    product = make_product(brand=one.product.brand)
    two = make_variant(product=product, stock=PIECES, price=2500)
    bundles = [make_bundle((one, 1), (two, 1)), make_bundle((two, 1), (one, 1))]

    def buy(number: int) -> object:
        return tap(bundles[number % 2], Shopper(None, f"browser-{number}")).state

    results = at_once(buy, CROWD)
    assert results.count("open") == PIECES
    assert results.count("orders.stock_short") == CROWD - PIECES
    assert set(Stock.objects.values_list("allocated", flat=True)) == {PIECES}


def test_held_in_the_bundles_own_order_in_one_transaction_they_block_each_other() -> (
    None
):
    """The negative control: rows of stock locked crosswise end in a deadlock."""
    one, two = make_variant(), make_variant()
    has_first = threading.Barrier(2)

    def buy(number: int) -> object:
        order = (one, two) if number else (two, one)
        try:
            with transaction.atomic():
                for place, variant in enumerate(order):
                    rows = Stock.objects.filter(variant=variant)
                    rows.update(allocated=F("allocated") + 1)
                    if not place:
                        has_first.wait(timeout=20)
        except OperationalError as error:
            return "deadlock" in str(error)
        finally:
            connections.close_all()
        return False

    assert sorted(at_once(buy, 2), key=str) == [False, True]
