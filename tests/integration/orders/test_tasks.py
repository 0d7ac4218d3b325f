"""Jobs find what lost hints left behind."""

import datetime as dt

import pytest
import time_machine

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import GatewayMissing
from orders.models import Checkout, Order, Payment
from orders.services import reconciling
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


@pytest.fixture
def stuck(variant: Variant, guest: Shopper, account: Shopper) -> Checkout:
    """Have a payment at a gateway that is gone, in the first of two checkouts."""
    checkout = undecided(variant, guest, "authenticate")
    Payment.objects.update(gateway="gone")
    ordered(variant, account, street="2 High Street")
    Checkout.objects.filter(pk=checkout.pk).update(expires_at=clock.now())
    return checkout


def test_a_checkout_at_fault_does_not_stop_the_next_from_its_end(
    stuck: Checkout,
) -> None:
    with time_machine.travel(clock.now() + dt.timedelta(minutes=14), tick=False):
        assert lapse_checkouts_task() == 1
    ended = Checkout.objects.exclude(pk=stuck.pk).get()
    assert ended.state == Checkout.State.LAPSED
    stuck.refresh_from_db()
    assert stuck.state == Checkout.State.ORDERED


def test_a_checkout_at_fault_would_stop_the_next_without_the_guard(
    stuck: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: unguarded, the next keeps its holds for ever."""
    monkeypatch.setattr(reconciling, "_try_lapse", reconciling._lapse)
    with (
        time_machine.travel(clock.now() + dt.timedelta(minutes=14), tick=False),
        pytest.raises(GatewayMissing),
    ):
        lapse_checkouts_task()
    assert not Checkout.objects.filter(state=Checkout.State.LAPSED).exists()
