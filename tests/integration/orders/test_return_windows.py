"""Return windows: no commission settles while its shopper may still withdraw."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from catalog.models import Variant
from creators.models import Commission
from creators.services.settlement import settle_commissions
from livestreams.access.sources import Surface, mint_source_ref
from orders.access import Shopper
from orders.models import Cart, Order, OrderLine, Shipment
from orders.selectors.withdrawals import find_withdrawal_end
from orders.services.cancelling import cancel_pieces
from orders.services.checkout import start_checkout
from orders.services.dispatching import (
    WINDOW_TOPIC,
    deliver_shipment,
    dispatch_order,
    open_return_windows,
)
from orders.services.payments import start_payment
from orders.services.placing import place_order
from orders.services.withdrawing import withdraw
from shopfront.common.ids import new_public_id
from shopfront.models import Market, Outbox, User
from shopfront.services import outbox
from tests.factories import make_agreement, make_livestream, make_variant
from tests.integration.orders.conftest import fill_in
from tests.integration.orders.test_carts import add

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
ZONE = ZoneInfo("Europe/London")
SOLD_ON = dt.date(2027, 3, 1)
SETTLES_UNSENT = dt.datetime(2027, 3, 31, 9, tzinfo=dt.UTC)


def on(day: dt.date) -> time_machine.travel:
    """Stop the clock at nine on a day."""
    moment = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
    return time_machine.travel(moment, tick=False)


def march(day: int) -> dt.date:
    return dt.date(2027, 3, day)


def end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=ZONE)


@pytest.fixture
def order(variant: Variant, account: Shopper) -> Order:
    """Buy two stools and a table of one brand in a show, on a Monday."""
    table = make_variant(product=variant.product)
    agreement = make_agreement(payer=variant.product.brand.account)
    show = make_livestream(products=(variant.product,), creator=agreement.creator)
    with on(SOLD_ON):
        ref = mint_source_ref(
            Surface.SHELF,
            livestream=show.public_id,
            product=variant.product.public_id,
        )
        add(variant, account, 2)
        add(table, account)
        cart = Cart.objects.get()
        checkout = start_checkout(cart, shopper=account, key=new_public_id())
        fill_in(checkout, account)
        total = checkout.total.minor
        [order] = place_order(checkout, shopper=account, shown_total=total)
        OrderLine.objects.update(source_ref=ref)
        start_payment(
            checkout,
            shopper=account,
            method="approve",
            key=new_public_id(),
            return_url="/",
        )
        outbox.relay()
    assert list_ends() == {SETTLES_UNSENT}
    order.refresh_from_db()
    return order


def list_ends() -> set[dt.datetime]:
    """Tell when the two commissions settle."""
    ends = list(Commission.objects.values_list("settles_at", flat=True))
    assert len(ends) == 2
    return set(ends)


def send(order: Order, by: User, *counts: int) -> Shipment:
    """Send so many pieces of each line on the day after the sale."""
    lines = order.lines.order_by("pk")
    wanted = {line.public_id: count for line, count in zip(lines, counts, strict=True)}
    with on(march(2)):
        return dispatch_order(
            order, wanted, carrier="Red Vans", by=by, key=new_public_id()
        )


def deliver(parcel: Shipment, by: User, day: dt.date) -> None:
    with on(day):
        assert deliver_shipment(parcel, by=by)
        outbox.relay()


def test_all_lines_wait_for_the_term_that_the_last_parcel_begins(
    order: Order, staff: User
) -> None:
    first, second = send(order, staff, 2, 0), send(order, staff, 0, 1)
    deliver(first, staff, march(3))
    assert list_ends() == {SETTLES_UNSENT}
    deliver(second, staff, march(10))
    assert list_ends() == {end_of(march(24))}


def test_what_came_late_does_not_settle_while_the_rest_is_on_its_way(
    order: Order, staff: User
) -> None:
    first, second = send(order, staff, 2, 0), send(order, staff, 0, 1)
    deliver(first, staff, march(25))
    assert list_ends() == {end_of(dt.date(2027, 4, 8))}
    deliver(second, staff, dt.date(2027, 4, 1))
    assert list_ends() == {end_of(dt.date(2027, 4, 15))}


@pytest.mark.parametrize(
    ("came", "days", "last"),
    [
        (march(3), 14, march(17)),
        (march(6), 14, march(22)),  # ends on a Saturday
        (march(12), 14, march(29)),  # ends on Good Friday
        (march(3), 30, dt.date(2027, 4, 2)),  # a market that grants more
    ],
)
def test_the_window_ends_with_the_last_second_in_which_one_may_withdraw(
    order: Order, staff: User, came: dt.date, days: int, last: dt.date
) -> None:
    Market.objects.filter(pk=order.market_id).update(withdrawal_days=days)
    deliver(send(order, staff, 2, 1), staff, came)
    assert list_ends() == {end_of(last)}
    order.refresh_from_db()
    assert find_withdrawal_end(order) == end_of(last)
    with time_machine.travel(end_of(last) - dt.timedelta(seconds=1), tick=False):
        assert settle_commissions() == 0
        withdraw(
            order,
            {line_of(order).public_id: 1},
            name="Sam",
            email="sam@people.example",
            by=None,
            key=new_public_id(),
        )
    with time_machine.travel(end_of(last), tick=False):
        assert settle_commissions() == 2


def line_of(order: Order) -> OrderLine:
    return order.lines.order_by("pk")[0]


def test_the_window_starts_where_the_rest_is_cancelled(
    order: Order, staff: User
) -> None:
    deliver(send(order, staff, 1, 1), staff, march(3))
    assert list_ends() == {SETTLES_UNSENT}
    with on(march(4)):
        for _twice in range(2):
            cancel_pieces(order, by=staff, reason="Broken", key="attempt-1")
            outbox.relay()
    assert order.state == Order.State.DELIVERED
    assert list_ends() == {end_of(march(17))}


def test_a_rest_cancelled_with_parcels_on_their_way_starts_no_window(
    order: Order, staff: User
) -> None:
    parcel = send(order, staff, 1, 1)
    with on(march(4)):
        cancel_pieces(order, by=staff, reason="Broken", key="attempt-1")
        outbox.relay()
    assert order.state == Order.State.DISPATCHED
    assert list_ends() == {SETTLES_UNSENT}
    deliver(parcel, staff, march(5))
    assert list_ends() == {end_of(march(19))}


def test_messages_that_come_late_or_twice_change_nothing(
    order: Order, staff: User
) -> None:
    first, second = send(order, staff, 2, 0), send(order, staff, 0, 1)
    deliver(first, staff, march(3))
    deliver(second, staff, march(10))
    messages = Outbox.objects.filter(topic=WINDOW_TOPIC).order_by("pk")
    assert len(messages) == 2
    for message in [*messages, *messages]:
        open_return_windows(message)
        assert list_ends() == {end_of(march(24))}
