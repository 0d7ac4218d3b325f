"""Many buyers, few pieces: the service sells what there is; the naive way does not."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from catalog.errors import HoldLimit, StockShort
from catalog.models import HoldCount, Reservation, Stock
from catalog.selectors import find_stock_faults
from catalog.services import stock
from shopfront.common import clock
from tests.factories import make_variant

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
BUYERS = 24


def run_at_once(act: Callable[[int], object], count: int = BUYERS) -> list[object]:
    """Run an act in threads that start at the same instant; return the outcomes."""
    gate = threading.Barrier(count)
    outcomes: list[object] = []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            outcomes.append(act(number))
        except Exception as error:  # noqa: BLE001 - the outcome is what is tested
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_24_buyers_and_5_pieces_give_exactly_5_holds() -> None:
    variant = make_variant(stock=5)
    outcomes = run_at_once(
        lambda n: stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{n}")
    )
    sold = [one for one in outcomes if isinstance(one, Reservation)]
    short = [one for one in outcomes if isinstance(one, StockShort)]
    assert (len(sold), len(short)) == (5, 19)
    assert Stock.objects.get(variant=variant).allocated == 5
    assert find_stock_faults() == []


def test_negative_control_reading_first_oversells() -> None:
    """The same race against read, check, write; the constraint taken away."""
    variant = make_variant(stock=5)
    read = threading.Barrier(BUYERS)

    def naive(number: int) -> bool:
        row = Stock.objects.get(variant=variant)
        read.wait()
        if row.available < 1:
            return False
        Reservation.objects.create(
            variant=variant, quantity=1, holder=f"browser:{number}", expires_at=row_end
        )
        Stock.objects.filter(pk=row.pk).update(allocated=row.allocated + 1)
        return True

    row_end = clock.now()
    outcomes = run_at_once(naive)
    assert sum(one is True for one in outcomes) == BUYERS
    assert find_stock_faults() != []


def test_one_person_in_24_tabs_gets_no_more_than_the_limit() -> None:
    variant = make_variant(stock=100)
    key = stock.limit_key_of("account", "greedy")
    outcomes = run_at_once(
        lambda n: stock.hold_stock(
            variant.pk, quantity=1, holder=f"browser:{n}", limit=3, limit_keys=[key]
        )
    )
    assert sum(isinstance(one, Reservation) for one in outcomes) == 3
    assert sum(isinstance(one, HoldLimit) for one in outcomes) == BUYERS - 3
    assert HoldCount.objects.get(key=key).quantity == 3
    assert find_stock_faults() == []


def test_holding_releasing_and_sweeping_at_once_keep_the_books() -> None:
    variants = [make_variant(stock=8) for _ in range(3)]
    keys = [stock.limit_key_of("account", str(n)) for n in range(4)]

    def act(number: int) -> None:
        for step in range(6):
            variant = variants[(number + step) % 3]
            try:
                held = stock.hold_stock(
                    variant.pk,
                    quantity=1,
                    holder=f"browser:{number}",
                    limit=4,
                    limit_keys=[keys[number % 4], keys[(number + step) % 4]],
                    seconds=-1 if step % 2 else 600,
                )
            except (StockShort, HoldLimit):
                stock.lapse_holds()
            else:
                stock.release_stock([held.pk])

    outcomes = run_at_once(act)
    assert outcomes == [None] * BUYERS
    stock.lapse_holds()
    assert find_stock_faults() == []
    assert not HoldCount.objects.exclude(quantity=0).exists()
