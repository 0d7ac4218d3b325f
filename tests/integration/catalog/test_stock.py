"""Holds, their end, and what the books of stock say."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from catalog.errors import (
    BadQuantity,
    HoldLimit,
    StockPromised,
    StockShort,
    UnderAge,
)
from catalog.models import HoldCount, Reservation, Stock, StockMovement
from catalog.selectors import find_stock_faults, stock_levels
from catalog.services import movements, stock
from shopfront.models import User
from tests.factories import make_product, make_variant

pytestmark = pytest.mark.django_db
State = Reservation.State


def hold(variant_id: int, quantity: int = 1, **changes: object) -> Reservation:
    facts: dict[str, object] = {"holder": "browser:b1", "quantity": quantity}
    return stock.hold_stock(variant_id, **(facts | changes))  # type: ignore[arg-type]


def test_a_hold_takes_pieces_for_a_while() -> None:
    variant = make_variant(stock=5)
    held = hold(variant.pk, 2)
    row = Reservation.objects.get(pk=held.pk)
    assert row == held
    assert row.state == State.HELD
    assert row.expires_at - row.held_at == dt.timedelta(seconds=600)
    assert stock_levels([variant.pk])[variant.pk] == (variant.public_id, 3, 1)
    assert find_stock_faults() == []


def test_a_hold_is_refused_when_stock_is_short_and_says_what_is_left() -> None:
    variant = make_variant(stock=2)
    with pytest.raises(StockShort) as refusal:
        hold(variant.pk, 3)
    assert refusal.value.extra == {"available": 2}
    assert not Reservation.objects.exists()


def test_a_hold_is_refused_to_a_person_below_18(teen: User) -> None:
    with pytest.raises(UnderAge):
        hold(make_variant().pk, user=teen)


@pytest.mark.parametrize("quantity", [0, -1, stock.MOST_PIECES + 1])
def test_a_hold_is_refused_for_quantities_that_make_no_sense(quantity: int) -> None:
    with pytest.raises(BadQuantity):
        hold(make_variant().pk, quantity)


@pytest.mark.django_db(transaction=True)
def test_a_hold_refuses_to_run_inside_a_transaction() -> None:
    variant = make_variant()
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside"):
        hold(variant.pk)


@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_commit_of_a_hold_does_not_leak() -> None:
    variant = make_variant()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        hold(variant.pk)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"


def test_a_person_has_a_limit_whichever_key_names_them() -> None:
    variant = make_variant(stock=10)
    account = stock.limit_key_of("account", "a1")
    address = stock.limit_key_of("address", "LS1 1AA")
    first = hold(variant.pk, 2, limit=2, limit_keys=[account, address])
    with pytest.raises(HoldLimit):
        hold(variant.pk, 1, limit=2, limit_keys=[stock.limit_key_of("x", ""), address])
    assert HoldCount.objects.filter(quantity=2).count() == 2
    assert HoldCount.objects.count() == 2
    stock.release_stock([first.pk])
    assert hold(variant.pk, 1, limit=2, limit_keys=[address]).pk
    assert find_stock_faults() == []


def test_a_key_named_twice_counts_once() -> None:
    variant = make_variant(stock=5)
    key = stock.limit_key_of("account", "a1")
    held = hold(variant.pk, 2, limit=3, limit_keys=[key, key])
    assert HoldCount.objects.get(key=key).quantity == 2
    stock.release_stock([held.pk])
    assert HoldCount.objects.get(key=key).quantity == 0


def test_a_sold_out_hold_counts_nobody() -> None:
    variant = make_variant(stock=0)
    with pytest.raises(StockShort):
        hold(variant.pk, 1, limit=2, limit_keys=["k"])
    assert not HoldCount.objects.exists()


def test_a_holder_has_a_limit_of_live_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stock, "MOST_LIVE_HOLDS", 2)
    variant = make_variant(stock=10)
    hold(variant.pk)
    hold(variant.pk)
    with pytest.raises(HoldLimit):
        hold(variant.pk)
    assert hold(variant.pk, holder="browser:b2").pk


def test_a_released_hold_returns_its_pieces_once() -> None:
    variant = make_variant(stock=1)
    held = hold(variant.pk)
    assert stock.release_stock([held.pk]) == 1
    assert stock.release_stock([held.pk]) == 0
    assert stock.release_stock([]) == 0
    assert hold(variant.pk).pk


def test_the_sweep_ends_only_holds_whose_time_is_over() -> None:
    one, two = make_variant(stock=3), make_variant(stock=3)
    past = [hold(one.pk, seconds=-1), hold(two.pk, 2, seconds=-1)]
    live = hold(one.pk)
    assert stock.lapse_holds() == 2
    assert set(
        Reservation.objects.filter(state=State.LAPSED).values_list("pk", flat=True)
    ) == {row.pk for row in past}
    live.refresh_from_db()
    assert live.state == State.HELD
    assert find_stock_faults() == []


def test_an_extended_hold_outlives_the_sweep_and_is_never_shortened() -> None:
    held = hold(make_variant().pk, seconds=-1)
    later = held.expires_at + dt.timedelta(hours=1)
    stock.extend_holds([held.pk], later)
    stock.extend_holds([held.pk], later - dt.timedelta(minutes=30))
    assert stock.lapse_holds() == 0
    held.refresh_from_db()
    assert held.expires_at == later


def test_a_hold_is_committed_even_past_its_time() -> None:
    held = hold(make_variant().pk, seconds=-1)
    assert stock.commit_holds([held.pk]) == {held.pk}
    assert stock.lapse_holds() == 0
    assert find_stock_faults() == []


def test_a_lapsed_hold_is_taken_anew_only_while_stock_lasts() -> None:
    variant = make_variant(stock=1)
    held = hold(variant.pk, seconds=-1)
    stock.lapse_holds()
    assert stock.commit_holds([held.pk]) == {held.pk}
    late = make_variant(stock=1)
    lost = hold(late.pk, seconds=-1)
    stock.lapse_holds()
    hold(late.pk, holder="browser:b2")
    assert stock.commit_holds([lost.pk]) == set()
    assert find_stock_faults() == []


def test_pieces_arrive_leave_and_come_back_by_movements(staff: User) -> None:
    variant = make_variant(stock=2)
    movements.receive_stock(variant, 3, actor=staff, note="pallet 7")
    held = hold(variant.pk, 2)
    assert not movements.dispatch_stock(held)
    stock.commit_holds([held.pk])
    assert movements.dispatch_stock(held, actor=staff)
    assert not movements.dispatch_stock(held, actor=staff)
    movements.return_stock(variant, 1, cause=("return", "r1"), actor=staff)
    row = Stock.objects.get(variant=variant)
    assert (row.on_hand, row.allocated) == (4, 0)
    assert find_stock_faults() == []
    with pytest.raises(BadQuantity):
        movements.receive_stock(variant, 0)
    with pytest.raises(BadQuantity):
        movements.return_stock(variant, -1, cause=("", ""), actor=None)


def test_a_stock_take_below_what_is_promised_is_refused(staff: User) -> None:
    variant = make_variant(stock=5)
    hold(variant.pk, 3)
    with pytest.raises(StockPromised) as refusal:
        movements.count_stock(variant, 2, actor=staff)
    assert refusal.value.extra == {"promised": 3}
    assert movements.count_stock(variant, 5, actor=staff) is None
    movement = movements.count_stock(variant, 4, actor=staff)
    assert movement is not None
    assert movement.quantity == -1
    assert find_stock_faults() == []


def test_the_first_stock_take_opens_the_books_of_a_variant(staff: User) -> None:
    variant = make_product().variants.create(sku="NEW-1")
    assert movements.count_stock(variant, 7, actor=staff) is not None
    assert Stock.objects.get(variant=variant).available == 7
    assert find_stock_faults() == []


@pytest.mark.parametrize("counted", [-1, 1_000_001])
def test_a_stock_take_that_makes_no_sense_is_refused(staff: User, counted: int) -> None:
    with pytest.raises(BadQuantity):
        movements.count_stock(make_variant(), counted, actor=staff)
    with pytest.raises(BadQuantity):
        movements.receive_stock(make_variant(), counted)


def test_the_check_finds_seeded_faults() -> None:
    counted, moved = make_variant(stock=5), make_variant(stock=5)
    fine = make_variant(stock=5)
    hold(fine.pk)
    Stock.objects.filter(variant=counted).update(allocated=1)
    StockMovement.objects.create(
        variant=moved, quantity=1, reason=StockMovement.Reason.COUNTED
    )
    faults = find_stock_faults()
    assert len(faults) == 2
    assert any(counted.sku in fault for fault in faults)
    assert any(moved.sku in fault for fault in faults)


def test_the_database_itself_refuses_to_oversell() -> None:
    variant = make_variant(stock=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(variant=variant).update(allocated=2)


def test_a_hold_ends_by_the_moved_clock() -> None:
    variant = make_variant()
    hold(variant.pk)
    assert stock.lapse_holds() == 0
    moment = dt.datetime.now(tz=dt.UTC) + dt.timedelta(minutes=11)
    with time_machine.travel(moment):
        assert stock.lapse_holds() == 1
