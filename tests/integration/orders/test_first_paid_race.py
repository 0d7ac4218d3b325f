"""Many pay for one piece at once: one has it, all others their money back (B5)."""

import threading
from collections.abc import Sequence
from unittest import mock

import pytest

from catalog.models import Drop, Reservation, Stock, Variant
from catalog.selectors import find_stock_faults
from catalog.services import first_paid
from orders.access import Shopper
from orders.models import Order, Payment, Refund, SandboxCharge
from orders.selectors.books import find_payment_faults
from orders.services.payments import refresh_payment, start_payment
from orders.services.sandbox import answer_authentication
from shopfront.common.ids import new_public_id
from tests.factories import make_variant
from tests.integration.orders.conftest import admit, open_drop, ordered
from tests.integration.orders.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]
CROWD = 6


@pytest.fixture
def approved() -> list[Payment]:
    """Let banks say yes to a crowd that pays for the same last piece."""
    last = make_variant(stock=1)
    drop = open_drop(last, rule=Drop.Rule.FIRST_PAID, limit=20)
    return [approve_one(last, drop, number) for number in range(CROWD)]


def approve_one(last: Variant, drop: Drop, number: int) -> Payment:
    shopper = Shopper(None, f"browser-{number}")
    admission = admit(drop, shopper)
    checkout = ordered(
        last, shopper, admission=admission, street=f"{number} High Street"
    )
    payment = start_payment(
        checkout,
        shopper=shopper,
        method="authenticate",
        key=new_public_id(),
        return_url="/",
    ).payment
    charge = SandboxCharge.objects.get(public_id=payment.provider_ref)
    answer_authentication(charge, is_approved=True)
    return payment


def test_many_payments_for_one_piece_buy_it_once(approved: list[Payment]) -> None:
    results = at_once(
        lambda number: refresh_payment(approved[number]).payment.state, CROWD
    )
    assert results == [Payment.State.PAID] * CROWD
    assert Order.objects.filter(state=Order.State.PAID).count() == 1
    assert Order.objects.filter(state=Order.State.CANCELLED).count() == CROWD - 1
    assert Refund.objects.count() == CROWD - 1
    assert Stock.objects.get().allocated == 1
    assert find_stock_faults() == find_payment_faults() == []


def test_negative_control_looking_first_sells_one_piece_to_all(
    approved: list[Payment],
) -> None:
    looked = threading.Barrier(CROWD)

    def naive(row: Reservation, *, counted: Sequence[str] = ()) -> bool:
        stock = Stock.objects.get(variant=row.variant_id)
        looked.wait(timeout=20)
        Stock.objects.filter(pk=stock.pk).update(allocated=stock.allocated + 1)
        row.state, row.limit_keys = Reservation.State.HELD, list(counted)
        row.save()
        return stock.available > 0

    with mock.patch.object(first_paid, "allocate", naive):
        at_once(lambda number: refresh_payment(approved[number]), CROWD)
    assert Order.objects.filter(state=Order.State.PAID).count() == CROWD
    assert find_stock_faults() != []
