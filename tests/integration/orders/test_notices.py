"""Webhooks may be lost, late, doubled, out of order or forged: money stays true."""

import datetime as dt

import pytest
import time_machine

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import NoticeForged
from orders.gateways import get_gateway, sandbox_notices
from orders.models import Checkout, Order, Payment, PaymentNotice, SandboxCharge
from orders.selectors.books import find_payment_faults
from orders.services.payments import start_payment
from orders.services.reconciling import reconcile_payments, take_notice
from orders.services.sandbox import answer_authentication
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def later(**wait: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**wait), tick=False)


def pay(checkout: Checkout, guest: Shopper, method: str) -> Payment:
    return start_payment(
        checkout, shopper=guest, method=method, key=new_public_id(), return_url="/"
    ).payment


def approve_at_the_bank(payment: Payment) -> None:
    charge = SandboxCharge.objects.get(public_id=payment.provider_ref)
    answer_authentication(charge, is_approved=True)


def deliver(body: bytes) -> None:
    take_notice(
        "sandbox", body, {sandbox_notices.SIGNATURE: sandbox_notices.sign(body)}
    )


def test_a_payment_whose_notice_was_lost_is_found_by_the_reconciler(
    variant: Variant, guest: Shopper
) -> None:
    payment = pay(ordered(variant, guest), guest, "authenticate")
    approve_at_the_bank(payment)
    for charge, _body in sandbox_notices.list_untold():
        sandbox_notices.mark_told(charge)
    payment.refresh_from_db()
    assert payment.state == Payment.State.AUTHENTICATING
    with later(minutes=2):
        reconcile_payments()
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert find_payment_faults() == []


def test_notices_doubled_and_out_of_order_end_as_the_bank_says(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    declined = pay(checkout, guest, "decline")
    approved = pay(checkout, guest, "authenticate")
    approve_at_the_bank(approved)
    bodies = [body for _charge, body in sandbox_notices.list_untold()]
    assert len(bodies) == 2
    for body in [*reversed(bodies), *bodies]:
        deliver(body)
    declined.refresh_from_db()
    approved.refresh_from_db()
    assert declined.state == Payment.State.FAILED
    assert approved.state == Payment.State.PAID
    assert checkout.orders.get().state == Order.State.PAID
    assert PaymentNotice.objects.exclude(applied_at=None).count() == 2
    assert find_payment_faults() == []


def test_an_old_notice_a_future_one_and_another_body_are_refused() -> None:
    gateway = get_gateway("sandbox")
    body = b'{"id": "event-1", "reference": "payment-1"}'
    signature = sandbox_notices.sign(body)
    headers = {sandbox_notices.SIGNATURE: signature}
    assert gateway.read_notice(body, headers).provider_id == "event-1"
    for wait in (dt.timedelta(minutes=6), dt.timedelta(minutes=-6)):
        with (
            time_machine.travel(clock.now() + wait, tick=False),
            pytest.raises(NoticeForged),
        ):
            gateway.read_notice(body, headers)
    with pytest.raises(NoticeForged):
        gateway.read_notice(body.replace(b"payment-1", b"payment-2"), headers)
    proof = signature.partition(".")[2]
    for wrong in (f"{int(clock.now().timestamp()) + 1}.{proof}", f"{'9' * 5000}.x"):
        with pytest.raises(NoticeForged):
            gateway.read_notice(body, {sandbox_notices.SIGNATURE: wrong})
