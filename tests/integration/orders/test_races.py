"""Many at once: one piece has one buyer, one attempt has one charge."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from catalog.models import Stock, Variant
from orders.access import Shopper
from orders.models import Cart, Checkout, Order, Payment, SandboxCharge
from orders.services.carts import ensure_open_cart
from orders.services.payments import confirm_payment, start_payment
from orders.services.placing import place_order
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from tests.factories import make_market, make_variant
from tests.integration.orders.conftest import ordered, ready, tap

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]

CROWD = 8


def at_once(act: Callable[[int], object], count: int = CROWD) -> list[object]:
    """Run an act in threads that start together; refusals are results too."""
    start = threading.Barrier(count)

    def run(number: int) -> object:
        try:
            start.wait(timeout=20)
            return act(number)
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def pay(checkout: Checkout, shopper: Shopper, key: str) -> Payment:
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)
    return start_payment(
        checkout, shopper=shopper, method="approve", key=key, return_url="/"
    ).payment


def test_one_piece_and_many_buyers_give_one_paid_order() -> None:
    last = make_variant(stock=1)

    def buy(number: int) -> object:
        shopper = Shopper(None, f"browser-{number}")
        return pay(ready(last, shopper), shopper, new_public_id()).state

    results = at_once(buy)
    assert results.count("paid") == 1
    assert results.count("orders.stock_short") == CROWD - 1
    assert Order.objects.filter(state=Order.State.PAID).count() == 1
    assert SandboxCharge.objects.count() == 1


def test_without_the_ledger_one_piece_is_sold_many_times() -> None:
    """The negative control: looking first and writing then oversells."""
    last = make_variant(stock=1)
    looked = threading.Barrier(CROWD)

    def buy(number: int) -> object:
        available = Stock.objects.get(variant=last).available
        looked.wait(timeout=20)
        return "sold" if available else "short"

    assert at_once(buy).count("sold") == CROWD


def test_a_button_pressed_many_times_orders_and_charges_once(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ready(variant, guest)
    results = at_once(lambda _number: pay(checkout, guest, "one-attempt"))
    assert {row.pk for row in results if isinstance(row, Payment)}
    assert all(isinstance(row, Payment) for row in results)
    assert Order.objects.count() == 1
    assert SandboxCharge.objects.count() == Payment.objects.count() == 1
    assert Payment.objects.get().state == Payment.State.PAID


def test_several_forms_at_once_charge_once(variant: Variant, guest: Shopper) -> None:
    checkout = ready(variant, guest)
    at_once(lambda _number: pay(checkout, guest, new_public_id()))
    assert SandboxCharge.objects.filter(state="succeeded").count() == 1
    assert Payment.objects.filter(state=Payment.State.PAID).count() == 1
    assert Stock.objects.get().allocated == 1


def test_without_the_checkouts_lock_forms_at_once_order_twice(
    variant: Variant, guest: Shopper
) -> None:
    """The negative control: a state that was only read lets everybody through."""
    checkout = ready(variant, guest)
    looked = threading.Barrier(CROWD)

    def order(_number: int) -> object:
        seen = Checkout.objects.get(pk=checkout.pk).state
        looked.wait(timeout=20)
        Checkout.objects.filter(pk=checkout.pk).update(state="ordered")
        return seen

    assert at_once(order).count("open") == CROWD


def test_answer_and_webhook_at_once_confirm_once(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = start_payment(
        checkout,
        shopper=guest,
        method="authenticate",
        key="one-attempt",
        return_url="/",
    ).payment
    at_once(lambda _number: confirm_payment(Payment.objects.get(pk=payment.pk)))
    assert Order.objects.get().state == Order.State.PAID
    assert Stock.objects.get().allocated == 1
    assert not payment.refunds.exists()


def test_a_tap_repeated_at_once_holds_once(variant: Variant, guest: Shopper) -> None:
    results = at_once(lambda _number: tap(variant, guest, key="one-attempt"))
    opened = {row for row in results if isinstance(row, Checkout)}
    others = [row for row in results if not isinstance(row, Checkout)]
    assert len(opened) == 1
    assert set(others) <= {"shopfront.attempt_in_flight"}
    assert Stock.objects.get().allocated == 1


def test_a_browser_has_one_cart_whatever_comes_at_once(guest: Shopper) -> None:
    market = make_market()
    carts = at_once(lambda _number: ensure_open_cart(guest, market))
    assert len(set(carts)) == 1
    assert Cart.objects.count() == 1
