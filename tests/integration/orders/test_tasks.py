"""Jobs find what lost hints left behind."""

import datetime as dt

import pytest
import time_machine

from catalog.models import Variant
from orders.access import Shopper
from orders.models import Checkout, Order, Payment
from orders.services.payments import start_payment
from orders.tasks import (
    deliver_sandbox_notices_task,
    lapse_checkouts_task,
    reconcile_payments_task,
)
from shopfront.common import clock
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def undecided(variant: Variant, guest: Shopper, method: str) -> Checkout:
    checkout = ordered(variant, guest)
    start_payment(
        checkout, shopper=guest, method=method, key="one-attempt", return_url="/"
    )
    return checkout


def test_the_banks_webhooks_are_delivered(variant: Variant, guest: Shopper) -> None:
    undecided(variant, guest, "timeout")
    assert deliver_sandbox_notices_task() == 1
    assert deliver_sandbox_notices_task() == 0
    assert Order.objects.get().state == Order.State.PAID


def test_without_a_sandbox_there_is_nothing_to_deliver(
    variant: Variant, guest: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    undecided(variant, guest, "timeout")
    monkeypatch.setattr("orders.services.sandbox.has_books", lambda: False)
    assert deliver_sandbox_notices_task() == 0


def test_undecided_payments_are_asked_about(variant: Variant, guest: Shopper) -> None:
    undecided(variant, guest, "timeout")
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        assert reconcile_payments_task() == 1
    assert Payment.objects.get().state == Payment.State.PAID


def test_checkouts_past_their_time_are_ended(variant: Variant, guest: Shopper) -> None:
    checkout = undecided(variant, guest, "decline")
    assert lapse_checkouts_task() == 0
    with time_machine.travel(clock.now() + dt.timedelta(minutes=14), tick=False):
        assert lapse_checkouts_task() == 1
    checkout.refresh_from_db()
    assert checkout.state == Checkout.State.LAPSED
