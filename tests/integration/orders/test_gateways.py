"""Which gateways are set up, and what only the sandbox does."""

import datetime as dt

import pytest
import time_machine
from pytest_django.fixtures import Settings

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import GatewayMissing
from orders.gateways import ChargeState, get_gateway
from orders.gateways import sandbox_notices as notices
from orders.models import (
    Dispute,
    Order,
    Payment,
    PaymentNotice,
    SandboxCharge,
    SandboxDispute,
)
from orders.selectors.books import find_payment_faults
from orders.services.payments import start_payment
from orders.services.reconciling import reconcile_payments
from orders.services.sandbox import answer_authentication, deliver_notices
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.banks import SandboxBank
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def later(**wait: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**wait), tick=False)


def pay(variant: Variant, guest: Shopper, method: str) -> Payment:
    return start_payment(
        ordered(variant, guest),
        shopper=guest,
        method=method,
        key=new_public_id(),
        return_url="/",
    ).payment


def test_only_what_is_set_up_is_offered(settings: Settings) -> None:
    for name in ("nobody", "stripe"):
        with pytest.raises(GatewayMissing):
            get_gateway(name)
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    assert get_gateway("stripe").name == "stripe"
    assert get_gateway().name == "sandbox"


def test_a_slow_charge_is_decided_in_its_time() -> None:
    bank = SandboxBank()
    charge = bank.gateway.charge(bank.wish("slow"), key="key-1").provider_ref
    with later(seconds=7):
        assert bank.gateway.find_charge(charge).state == ChargeState.SUCCEEDED


def test_a_notice_is_told_once() -> None:
    bank = SandboxBank()
    bank.gateway.charge(bank.wish(), key="key-1")
    [(charge, _body)] = notices.list_untold()
    notices.mark_told(charge)
    assert notices.list_untold() == []


def test_a_silent_charge_is_found_without_any_webhook(
    variant: Variant, guest: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("orders.services.payments.apply_result", _lose)
        with pytest.raises(ConnectionError):
            pay(variant, guest, "silent")
    assert deliver_notices() == 0
    with later(minutes=2):
        assert reconcile_payments() == 1
    assert Payment.objects.get().state == Payment.State.PAID
    assert PaymentNotice.objects.count() == 0


def test_noisy_webhooks_come_twice_and_out_of_order(
    variant: Variant, guest: Shopper
) -> None:
    payment = pay(variant, guest, "noisy")
    charge = SandboxCharge.objects.get()
    answer_authentication(charge, is_approved=True)
    [(subject, body)] = notices.list_untold()
    first, stale, last = notices.spread(subject, body)
    assert first == last != stale
    assert deliver_notices() == 1
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert PaymentNotice.objects.count() == 2
    assert Order.objects.get().state == Order.State.PAID
    assert find_payment_faults() == []


def test_a_charge_is_disputed_told_and_lost_in_its_time(
    variant: Variant, guest: Shopper
) -> None:
    payment = pay(variant, guest, "dispute")
    assert deliver_notices() == 1
    assert not payment.disputes.exists()
    with later(seconds=7):
        assert deliver_notices() == 1
    assert payment.disputes.get().state == Dispute.State.OPEN
    with later(days=8):
        assert deliver_notices() == 1
        assert deliver_notices() == 0
    assert payment.disputes.get().state == Dispute.State.LOST
    assert SandboxDispute.objects.get().state == SandboxDispute.State.LOST


def _lose(*_facts: object) -> None:
    raise ConnectionError
