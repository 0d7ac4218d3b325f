"""An order's life as its shopper reads it and as staff act in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Variant
from orders.access import Shopper, make_order_token
from orders.forms import ParcelForm, RefundForm
from orders.models import Order, Refund, Return, Shipment
from orders.services.cancelling import cancel_pieces
from shopfront.models import User
from shopfront.services import outbox, people
from shopfront.services.roles import MODERATORS, STAFF
from tests.factories import make_user
from tests.integration.orders.test_aftercare import (
    buy,
    give_back,
    line_of,
    send,
    take_back,
)

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def order(variant: Variant, account: Shopper) -> Order:
    """Buy three stools of 25 pounds each."""
    return buy(variant, account)


def act(client: Client, order: Order, action: str, **answers: Any) -> Any:
    """Choose an action for an order and answer what it asks about the line."""
    address = reverse("admin:orders_order_changelist")
    chosen = {"action": action, "_selected_action": order.pk}
    asked = client.post(address, chosen | {"index": 0})
    assert asked.status_code == 200
    assert b'name="decided"' in asked.content
    line = line_of(order).public_id
    sent = {name.replace("LINE", line): value for name, value in answers.items()}
    answer = client.post(address, chosen | {"decided": "1"} | sent)
    order.refresh_from_db()
    return answer


def test_the_page_tells_what_happened_in_its_order(
    client: Client,
    order: Order,
    shopper: User,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    send(order, 2, staff)
    cancel_pieces(
        order, {line_of(order).public_id: 1}, by=staff, reason="No", key="attempt-1"
    )
    take_back(order, 1, staff)
    give_back(order, 1, staff, delivery=395)
    outbox.relay()
    client.force_login(shopper)
    with django_assert_max_num_queries(24):
        answer = client.get(order.get_absolute_url())
    told = [moment.title for moment in answer.context["moments"]]
    assert told == [
        "Ordered",
        "Paid",
        "On its way",
        "Cancelled",
        "Your return has arrived",
        "Paid back",
    ]
    page = answer.content.decode()
    assert 'href="https://vans.example/RV1"' in page
    assert "£28.95" in page
    assert "Delivery" in page


def test_a_shopper_cancels_what_was_not_sent_once(
    client: Client, order: Order, shopper: User, stranger: User, staff: User
) -> None:
    send(order, 1, staff)
    address = reverse("orders:order-cancel", args=[order.public_id])
    client.force_login(stranger)
    assert client.post(address, {"key": "attempt-1"}).status_code == 404
    client.force_login(shopper)
    assert b"Partly sent" in client.get(order.get_absolute_url()).content
    assert client.post(address, {"key": ""}).status_code == 400
    assert client.get(address).status_code == 405
    for _again in range(2):
        assert client.post(address, {"key": "attempt-1"}).status_code == 302
    assert Refund.objects.get().amount_minor == 5000
    order.refresh_from_db()
    assert order.state == Order.State.DISPATCHED
    late = client.post(address, {"key": "attempt-2"})
    assert late.status_code == 409
    assert b"No piece is left for this" in late.content
    assert b"Cancel what has not been sent" not in late.content


def test_a_guest_cancels_by_the_link_in_the_e_mail(
    variant: Variant, guest: Shopper, client: Client
) -> None:
    order = buy(variant, guest, 1)
    address = reverse("orders:order-cancel", args=[order.public_id])
    assert client.post(address, {"key": "attempt-1"}).status_code == 404
    token = make_order_token(order)
    answer = client.post(address, {"key": "attempt-1", "token": token})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert b"This order was cancelled" in page.content


def test_staff_send_cancel_take_back_and_pay_back_by_actions(
    client: Client, order: Order, staff: User
) -> None:
    employee = make_user(email="desk@people.example")
    people.give_role(employee, STAFF, by=staff, reason="Hired")
    client.force_login(employee)
    parcel = {"pieces_LINE": 2, "carrier": "Red Vans", "key": "attempt-1"}
    act(client, order, "send", **parcel)
    act(client, order, "send", **parcel)
    assert Shipment.objects.get().sent_by == employee
    act(client, order, "cancel", pieces_LINE=1, reason="Broken", key="attempt-2")
    assert order.state == Order.State.DISPATCHED
    act(client, order, "deliver", reason="Carrier says so")
    assert order.state == Order.State.DELIVERED
    orders = reverse("admin:orders_order_changelist")
    chosen = {"action": "take_back", "_selected_action": order.pk, "index": 0}
    assert "pays nothing: choose “Pay back”" in client.post(orders, chosen).text
    back = {"pieces_LINE": 1, "why": "faulty", "note": "Leg off", "key": "attempt-3"}
    act(client, order, "take_back", **back)
    assert not Return.objects.get().lines.get().is_sellable
    pounds = {"pieces_LINE": 0, "less_LINE": "5.00", "delivery_minor": 0}
    asked = act(client, order, "pay_back", **pounds, reason="Leg", key="attempt-4")
    assert "4000 for 40.00" in asked.content.decode()
    paid = {"pieces_LINE": 1, "less_LINE": 500, "delivery_minor": 395}
    act(client, order, "pay_back", **paid, reason="Leg off", key="attempt-4")
    refund = Refund.objects.get(reason="refunded")
    assert refund.amount_minor == 2500 + 500 + 395
    answer = client.get(reverse("admin:orders_order_change", args=[order.pk]))
    assert b"Red Vans" in answer.content
    assert b"Leg off" in answer.content


def test_the_admin_says_what_cannot_be(
    client: Client, order: Order, staff: User, variant: Variant, account: Shopper
) -> None:
    client.force_login(staff)
    for count in ("-1", "4", "1.5", "x"):
        facts = {"pieces_LINE": count, "carrier": "Red Vans", "key": "attempt-1"}
        assert act(client, order, "send", **facts).status_code == 200
    empty = {"pieces_LINE": 0, "carrier": "Red Vans", "key": "attempt-1"}
    assert act(client, order, "send", **empty).status_code == 302
    assert not Shipment.objects.exists()
    both = [order.pk, buy(variant, account).pk]
    address = reverse("admin:orders_order_changelist")
    answer = client.post(
        address, {"action": "send", "_selected_action": both}, follow=True
    )
    assert b"Choose one order" in answer.content


def test_a_moderator_changes_no_order(
    client: Client, order: Order, staff: User
) -> None:
    moderator = make_user(email="moderator@people.example")
    people.give_role(moderator, MODERATORS, by=staff, reason="Hired")
    client.force_login(moderator)
    chosen = {"action": "send", "_selected_action": order.pk, "decided": "1"}
    address = reverse("admin:orders_order_changelist")
    client.post(address, chosen | {"carrier": "Red Vans", "key": "attempt-1"})
    assert not Shipment.objects.exists()


def test_a_form_asks_for_each_line_with_a_key_of_its_own(order: Order) -> None:
    line = line_of(order).public_id
    form = ParcelForm.of(order)()
    assert next(iter(form.fields)) == f"pieces_{line}"
    assert form.fields[f"pieces_{line}"].initial == 3
    assert form["key"].value() != ParcelForm.of(order)()["key"].value()
    assert RefundForm.of(order)().fields[f"pieces_{line}"].initial == 0
