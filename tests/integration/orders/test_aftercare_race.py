"""Many at once at one paid order: a piece goes one way, money goes back once."""

import threading

import pytest

from catalog.models import Stock, Variant
from catalog.selectors.stock import find_stock_faults
from orders.access import Shopper
from orders.models import Case, Order, OrderLine, Refund, Shipment
from orders.selectors.books import find_payment_faults
from orders.services.cancelling import cancel_pieces
from orders.services.cases import open_case_on
from orders.services.dispatching import deliver_shipment
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_paid_order
from tests.integration.orders.test_aftercare import (
    buy,
    give_back,
    line_of,
    send,
    take_back,
)
from tests.integration.orders.test_races import CROWD, at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]


def test_pieces_sent_and_cancelled_at_once_go_one_way(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account, 3)

    def act(number: int) -> object:
        own = Order.objects.get(pk=order.pk)
        if number % 2:
            return send(own, 1, staff)
        wanted = {line_of(own).public_id: 1}
        key = new_public_id()
        return cancel_pieces(own, wanted, by=staff, reason="No", key=key)

    results = at_once(act)
    assert results.count("orders.pieces_gone") == CROWD - 3
    line = line_of(order)
    assert line.dispatched_count + line.cancelled_count == 3
    assert Shipment.objects.count() + Refund.objects.count() == 3
    outbox.relay()
    assert find_stock_faults() + find_payment_faults() == []


def test_one_attempt_at_once_sends_and_pays_back_once(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account, 3)
    parcels = at_once(lambda _n: send(order, 1, staff, key="attempt-1"))
    assert len({parcel.pk for parcel in parcels if isinstance(parcel, Shipment)}) == 1
    parcel = Shipment.objects.get()
    told = at_once(
        lambda _n: deliver_shipment(Shipment.objects.get(pk=parcel.pk), by=staff)
    )
    assert told.count(True) == 1
    refunds = at_once(lambda _n: give_back(order, 1, staff, key="attempt-2"))
    assert set(refunds) == {Refund.objects.get()}
    assert Refund.objects.get().amount_minor == 2500


def test_refunds_and_returns_at_once_never_exceed_what_was_sold(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account, 2)
    send(order, None, staff)
    refused = at_once(lambda _n: give_back(order, 1, staff, delivery=395))
    assert refused.count("orders.refund_too_much") == CROWD - 1
    at_once(lambda _n: take_back(order, 1, staff))
    assert line_of(order).returned_count == 2
    assert Stock.objects.get(variant=variant).on_hand == 10
    outbox.relay()
    assert find_stock_faults() + find_payment_faults() == []


def test_a_case_opened_many_times_at_once_is_one_case(
    variant: Variant, shopper: User
) -> None:
    line = make_paid_order(variant, user=shopper).lines.get()

    def act(_number: int) -> object:
        return open_case_on(
            line, by=shopper, text="Torn", kind="quality", key="attempt-1"
        )

    assert len(set(at_once(act))) == 1
    assert Case.objects.get().messages.count() == 1


def test_without_the_orders_lock_everybody_finds_a_piece_to_send(
    variant: Variant, account: Shopper
) -> None:
    """The negative control: a number that was only read lets everybody through."""
    order = buy(variant, account, 1)
    looked = threading.Barrier(CROWD)

    def look(_number: int) -> object:
        left = OrderLine.objects.get(order=order).unsent_count
        looked.wait(timeout=20)
        return left

    assert at_once(look).count(1) == CROWD
