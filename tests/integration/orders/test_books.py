"""The independent checks of the books find what services would never do."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Reservation, Stock, Variant
from orders.access import Shopper
from orders.models import Order, OrderLine, Payment, SandboxCharge
from orders.selectors.books import find_payment_faults
from orders.services.payments import start_payment
from shopfront.common.ids import new_public_id
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def payment(variant: Variant, guest: Shopper) -> Payment:
    """Buy something."""
    return start_payment(
        ordered(variant, guest),
        shopper=guest,
        method="approve",
        key=new_public_id(),
        return_url="/",
    ).payment


def lose_the_goods(payment: Payment) -> None:
    Reservation.objects.update(state=Reservation.State.RELEASED)


def lose_the_order(payment: Payment) -> None:
    Order.objects.update(state=Order.State.CANCELLED)


def forget_the_payment(payment: Payment) -> None:
    Payment.objects.update(state=Payment.State.FAILED)


def book_another_amount(payment: Payment) -> None:
    SandboxCharge.objects.update(amount_minor=payment.amount_minor + 1)


def lose_the_charge(payment: Payment) -> None:
    SandboxCharge.objects.update(state=SandboxCharge.State.DECLINED)


def charge_for_nothing(payment: Payment) -> None:
    SandboxCharge.objects.update(reference="nobody")


def change_the_sum(payment: Payment) -> None:
    Order.objects.update(goods_minor=1)


def test_books_of_a_sale_agree(payment: Payment) -> None:
    assert find_payment_faults() == []
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert said.getvalue().split("\n")[:3] == [
        "stock: well",
        "payments: well",
        "ledger: well",
    ]


def sell_a_hold_twice(payment: Payment) -> None:
    line = OrderLine.objects.get()
    order = line.order
    line.pk, line.public_id = None, new_public_id()
    order.pk, order.public_id, order.number = None, new_public_id(), "GB-2"
    order.save(force_insert=True)
    line.order = order
    line.save(force_insert=True)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lose_the_goods, "a paid order's goods are not promised"),
        (lose_the_order, "paid money has neither goods nor a refund"),
        (forget_the_payment, "an order is paid without a payment"),
        (forget_the_payment, "charged without a paid payment"),
        (book_another_amount, "is not as the gateway booked it"),
        (lose_the_charge, "is not as the gateway booked it"),
        (charge_for_nothing, "charged for no payment of ours"),
        (sell_a_hold_twice, "one hold was sold to two paid orders"),
        (change_the_sum, "an order is not the sum of its lines"),
    ],
)
def test_a_seeded_fault_is_found(
    payment: Payment, spoil: Callable[[Payment], None], sentence: str
) -> None:
    spoil(payment)
    assert any(sentence in fault for fault in find_payment_faults())


def test_the_command_ends_with_a_fault_when_books_disagree(payment: Payment) -> None:
    Stock.objects.update(allocated=0)
    said = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_invariants", stdout=said)
    assert "stock: FAULTY" in said.getvalue()
