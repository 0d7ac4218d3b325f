"""An order after its payment: sent, delivered, cancelled, come back, paid back."""

from collections.abc import Callable

import pytest
from django.core import mail

from catalog.models import Stock, StockMovement, Variant
from catalog.selectors.stock import find_stock_faults
from catalog.services.stock import limit_key_of
from creators.models import Commission, Entry
from livestreams.access.sources import Surface, mint_source_ref
from orders.access import Shopper
from orders.errors import (
    NothingChosen,
    OrderNotPaid,
    PiecesGone,
    PiecesNotSent,
    PiecesPaidBack,
    PiecesWrong,
    RefundTooMuch,
)
from orders.models import (
    Order,
    OrderLine,
    Refund,
    RefundLine,
    Return,
    SandboxRefund,
    Shipment,
    ShipmentLine,
)
from orders.selectors.books import find_payment_faults
from orders.services.cancelling import cancel_pieces
from orders.services.carts import Source
from orders.services.dispatching import deliver_shipment, dispatch_order
from orders.services.payments import start_payment
from orders.services.refunding import refund_order
from orders.services.returning import receive_return
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_agreement, make_livestream
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def buy(variant: Variant, shopper: Shopper, quantity: int = 3) -> Order:
    """Pay for so many pieces."""
    checkout = ordered(variant, shopper, quantity)
    start_payment(
        checkout,
        shopper=shopper,
        method="approve",
        key=new_public_id(),
        return_url="/",
    )
    return checkout.orders.get()


@pytest.fixture
def order(variant: Variant, account: Shopper) -> Order:
    """Buy three stools of 25 pounds each."""
    return buy(variant, account)


def send(order: Order, count: int | None, by: User, key: str = "") -> Shipment:
    """Send so many pieces of the order's line, or all that are left."""
    wanted = None if count is None else {line_of(order).public_id: count}
    return dispatch_order(
        order,
        wanted,
        carrier="Red Vans",
        tracking="RV 1",
        tracking_url="https://vans.example/RV1",
        by=by,
        key=key or new_public_id(),
    )


def give_back(
    order: Order,
    count: int,
    by: User,
    key: str = "",
    *,
    less: int | None = None,
    delivery: int = 0,
) -> Refund:
    """Pay so many pieces back."""
    line = line_of(order).public_id
    return refund_order(
        order,
        {line: count},
        reductions=None if less is None else {line: less},
        delivery_minor=delivery,
        by=by,
        reason="As agreed",
        key=key or new_public_id(),
    )


def take_back(
    order: Order, count: int, by: User, *, is_sellable: bool = True
) -> Return:
    """Receive so many pieces."""
    return receive_return(
        order,
        {line_of(order).public_id: count},
        reason=Return.Reason.WITHDRAWN,
        is_sellable=is_sellable,
        by=by,
        key=new_public_id(),
    )


def line_of(order: Order) -> OrderLine:
    return order.lines.get()


def find_faults() -> list[str]:
    outbox.relay()
    return find_payment_faults() + find_stock_faults()


def test_an_order_goes_in_parcels_and_arrives_with_the_last(
    order: Order, variant: Variant, staff: User
) -> None:
    first = send(order, 1, staff)
    assert order.state == Order.State.PAID
    stock = Stock.objects.get(variant=variant)
    assert (stock.on_hand, stock.allocated) == (9, 2)
    outbox.relay()
    second = send(order, None, staff)
    assert second.lines.get().quantity == 2
    assert order.state == Order.State.DISPATCHED
    assert order.dispatched_at is not None
    assert deliver_shipment(second, by=staff)
    assert not deliver_shipment(second, by=staff)
    order.refresh_from_db()
    assert order.state == Order.State.DISPATCHED
    assert deliver_shipment(first, by=staff)
    order.refresh_from_db()
    assert order.state == Order.State.DELIVERED
    assert order.delivered_at is not None
    assert find_faults() == []
    told = [letter.subject.partition(":")[0] for letter in mail.outbox]
    assert told.count("Your parcel is on its way") == 2
    assert told.count("Your parcel has arrived") == 2
    news = next(letter for letter in mail.outbox if "on its way" in letter.subject)
    assert "RV 1" in news.body
    assert "The rest of your order follows" in news.body
    assert f"{order.get_absolute_url()}?token=" in news.body
    done = Audit.objects.filter(subject_ref=order.public_id, actor=staff)
    assert done.count() == 4


def test_an_attempt_pressed_twice_sends_one_parcel(order: Order, staff: User) -> None:
    parcels = {send(order, 1, staff, key="attempt-1").pk for _ in range(2)}
    assert len(parcels) == 1
    assert line_of(order).dispatched_count == 1


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"LINE": 4}, PiecesGone),
        ({"LINE": -1}, PiecesWrong),
        ({"LINE": True}, PiecesWrong),
        ({"LINE": 1.5}, PiecesWrong),
        ({"another": 1}, PiecesWrong),
        ({"LINE": 0}, NothingChosen),
        ({}, NothingChosen),
    ],
)
def test_pieces_that_are_not_there_are_not_sent(
    order: Order, staff: User, wanted: dict[str, int], refusal: type[DomainError]
) -> None:
    line = line_of(order).public_id
    pieces = {key.replace("LINE", line): count for key, count in wanted.items()}
    with pytest.raises(refusal):
        dispatch_order(order, pieces, carrier="Red Vans", by=staff, key=new_public_id())
    assert not Shipment.objects.exists()


def test_nothing_is_sent_or_paid_back_without_its_money(
    variant: Variant, guest: Shopper, staff: User
) -> None:
    unpaid = ordered(variant, guest).orders.get()
    for act in (send, give_back, take_back):
        with pytest.raises(OrderNotPaid):
            act(unpaid, 1, staff)
    with pytest.raises(OrderNotPaid):
        cancel_pieces(unpaid, by=staff, reason="No", key=new_public_id())


def test_pieces_cancelled_are_free_again_and_paid_back(
    order: Order, variant: Variant, staff: User
) -> None:
    line = line_of(order)
    send(order, 1, staff)
    refund = cancel_pieces(
        order, {line.public_id: 1}, by=staff, reason="Broken", key="attempt-1"
    )
    again = cancel_pieces(
        order, {line.public_id: 1}, by=staff, reason="Broken", key="attempt-1"
    )
    assert refund == again
    assert refund.amount_minor == 2500
    assert order.state == Order.State.PAID
    assert Stock.objects.get(variant=variant).allocated == 1
    send(order, None, staff)
    assert order.state == Order.State.DISPATCHED
    with pytest.raises(NothingChosen):
        cancel_pieces(order, by=staff, reason="Late", key=new_public_id())
    assert find_faults() == []
    refund.refresh_from_db()
    assert refund.state == Refund.State.DONE
    assert SandboxRefund.objects.get().amount_minor == 2500


def test_an_order_cancelled_whole_is_paid_back_with_its_delivery(
    order: Order, variant: Variant, staff: User
) -> None:
    refund = cancel_pieces(order, by=staff, reason="Sold out", key=new_public_id())
    assert refund.amount_minor == order.total.minor
    assert order.state == Order.State.CANCELLED
    assert order.cancelled_at is not None
    stock = Stock.objects.get(variant=variant)
    assert (stock.on_hand, stock.allocated) == (10, 0)
    with pytest.raises(NothingChosen):
        send(order, None, staff)
    assert find_faults() == []
    assert "Cancelled, and your money is on its way back" in mail.outbox[-1].subject
    assert "£78.95" in mail.outbox[-1].body


def test_a_cancelled_piece_may_be_held_again_by_who_had_reached_a_limit(
    order: Order, variant: Variant, staff: User
) -> None:
    key = limit_key_of("account", "sam")
    held = line_of(order).reservation
    held.limit_keys = [key]
    held.save()
    counter = variant.holdcount_set.create(key=key, quantity=3)
    cancel_pieces(
        order, {line_of(order).public_id: 2}, by=staff, reason="No", key="attempt-1"
    )
    counter.refresh_from_db()
    assert counter.quantity == 1


def test_goods_that_come_back_are_on_the_shelf_only_where_they_can_be_sold(
    order: Order, variant: Variant, staff: User
) -> None:
    with pytest.raises(PiecesNotSent):
        take_back(order, 1, staff)
    send(order, None, staff)
    take_back(order, 1, staff)
    take_back(order, 1, staff, is_sellable=False)
    assert Stock.objects.get(variant=variant).on_hand == 8
    with pytest.raises(PiecesNotSent):
        take_back(order, 2, staff)
    move = StockMovement.objects.get(reason=StockMovement.Reason.RETURNED)
    assert move.note == "Withdrawn from the contract"
    assert find_faults() == []
    assert "Your return has arrived" in mail.outbox[-1].subject


def test_pieces_are_worth_to_the_penny_what_was_paid(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account)
    OrderLine.objects.update(discount_minor=100, total_minor=7400)
    Order.objects.update(goods_minor=7400)
    send(order, None, staff)
    amounts = [give_back(order, 1, staff).amount_minor for _ in range(3)]
    assert amounts == [2466, 2467, 2467]
    with pytest.raises(PiecesPaidBack):
        give_back(order, 1, staff)
    assert line_of(order).refunded_minor == 7400


def test_a_price_is_reduced_and_delivery_paid_back_but_never_more_than_paid(
    order: Order, staff: User
) -> None:
    with pytest.raises(PiecesPaidBack):
        give_back(order, 1, staff)
    send(order, None, staff)
    refund = give_back(order, 1, staff, key="attempt-1", less=1000, delivery=100)
    assert give_back(order, 1, staff, key="attempt-1") == refund
    assert refund.amount_minor == 3600
    for less, delivery in ((4001, 0), (-1, 0), (None, 296), (None, -1)):
        with pytest.raises((RefundTooMuch, PiecesWrong)):
            give_back(order, 0, staff, less=less, delivery=delivery)
    with pytest.raises(NothingChosen):
        give_back(order, 0, staff)
    rest = give_back(order, 2, staff, delivery=295)
    assert refund.amount_minor + rest.amount_minor == order.total.minor
    assert find_faults() == []


def test_what_is_paid_back_is_taken_back_of_commission_in_part(
    variant: Variant, account: Shopper, staff: User
) -> None:
    brand = variant.product.brand
    agreement = make_agreement(payer=brand.account)
    show = make_livestream(products=(variant.product,), creator=agreement.creator)
    ref = mint_source_ref(
        Surface.SHELF,
        livestream=show.public_id,
        product=variant.product.public_id,
    )
    order = buy(variant, account)
    OrderLine.objects.update(source_ref=Source(show.public_id, ref).ref)
    outbox.relay()
    commission = Commission.objects.get()
    send(order, None, staff)
    give_back(order, 1, staff, delivery=395)
    outbox.relay()
    commission.refresh_from_db()
    assert commission.reversed_minor == commission.amount_minor // 3
    back = Entry.objects.filter(
        transaction__kind="reversal", account__kind="shopper_clearing"
    )
    assert sorted(back.values_list("amount_minor", flat=True)) == [-2500, -395]
    assert find_faults() == []


def forget_a_parcels_line(order: Order) -> None:
    ShipmentLine.objects.all().delete()


def forget_a_refunds_line(order: Order) -> None:
    RefundLine.objects.all().delete()


def send_without_a_movement(order: Order) -> None:
    StockMovement.objects.update(cause_ref="")


def keep_the_money(order: Order) -> None:
    Order.objects.update(state=Order.State.CANCELLED)


def count_a_return(order: Order) -> None:
    OrderLine.objects.update(returned_count=2)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (forget_a_parcels_line, "sent than its parcels hold"),
        (forget_a_refunds_line, "a refund is not the sum of its lines"),
        (forget_a_refunds_line, "paid back than its refunds hold"),
        (send_without_a_movement, "a parcel's pieces did not leave the stock"),
        (send_without_a_movement, "a return's pieces are not on the shelf again"),
        (keep_the_money, "a paid order was cancelled and its money kept"),
        (count_a_return, "came back than its returns hold"),
    ],
)
def test_a_seeded_fault_is_found(
    order: Order, staff: User, spoil: Callable[[Order], None], sentence: str
) -> None:
    send(order, None, staff)
    take_back(order, 1, staff)
    give_back(order, 1, staff)
    assert find_faults() == []
    spoil(order)
    assert any(sentence in fault for fault in find_payment_faults())
