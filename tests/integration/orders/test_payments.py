"""Payments end in exactly one way, whatever is lost on the way."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from catalog.models import Reservation, Stock, Variant
from catalog.services.products import withdraw_product
from catalog.services.stock import release_stock
from orders.access import Shopper
from orders.errors import (
    AlreadyPaid,
    GatewayUnreachable,
    LineShort,
    MethodUnknown,
    NotForSale,
    NoticeForged,
    PaymentInFlight,
    TooManyAttempts,
)
from orders.gateways import sandbox, sandbox_notices
from orders.models import (
    Checkout,
    Order,
    Payment,
    PaymentNotice,
    Refund,
    SandboxCharge,
    SandboxRefund,
)
from orders.services import payments
from orders.services.cancelling import cancel_pieces
from orders.services.holds import list_hold_ids
from orders.services.payments import (
    PaymentStep,
    give_up_payment,
    refresh_payment,
    start_payment,
)
from orders.services.placing import place_order
from orders.services.reconciling import (
    lapse_checkouts,
    reconcile_payments,
    take_notice,
)
from orders.services.sandbox import answer_authentication, deliver_notices
from orders.signals import order_paid
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox, User
from shopfront.services import outbox
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def pay(
    checkout: Checkout, shopper: Shopper, method: str, key: str = ""
) -> PaymentStep:
    return start_payment(
        checkout,
        shopper=shopper,
        method=method,
        key=key or new_public_id(),
        return_url="/checkout/back/",
    )


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=False)


def test_an_approved_payment_pays_orders_and_commits_holds(
    variant: Variant, guest: Shopper
) -> None:
    told: list[Order] = []

    def hear(sender: object, order: Order, **_facts: Any) -> None:
        told.append(order)

    order_paid.connect(hear)
    checkout = ordered(variant, guest, quantity=2)
    step = pay(checkout, guest, "approve")
    order_paid.disconnect(hear)

    assert step.payment.state == Payment.State.PAID
    order = checkout.orders.get()
    assert (order.state, order.paid_at) == (Order.State.PAID, step.payment.paid_at)
    assert told == [order]
    assert order.total.minor == 2 * 2500 + 395 == step.payment.amount_minor
    hold = Reservation.objects.get(variant=variant)
    assert hold.state == Reservation.State.COMMITTED
    stock = Stock.objects.get(variant=variant)
    assert (stock.on_hand, stock.allocated) == (10, 2)
    assert Outbox.objects.filter(topic="orders.receipt").count() == 1


def test_a_declined_payment_charges_nothing_and_extends_the_hold_once(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    before = checkout.expires_at
    step = pay(checkout, guest, "decline")
    checkout.refresh_from_db()
    assert step.payment.state == Payment.State.FAILED
    assert checkout.state == Checkout.State.ORDERED
    assert checkout.expires_at == before + dt.timedelta(minutes=3)
    pay(checkout, guest, "decline")
    checkout.refresh_from_db()
    assert checkout.expires_at == before + dt.timedelta(minutes=3)
    assert Reservation.objects.get().state == Reservation.State.HELD
    assert pay(checkout, guest, "approve").payment.state == Payment.State.PAID
    assert checkout.orders.get().state == Order.State.PAID


def test_authentication_can_be_approved_or_refused(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    step = pay(checkout, guest, "authenticate")
    assert step.payment.state == Payment.State.AUTHENTICATING
    charge = SandboxCharge.objects.get()
    assert step.action_url == f"/sandbox/authenticate/{charge.public_id}/"
    answer_authentication(charge, is_approved=False)
    assert refresh_payment(step.payment).payment.state == Payment.State.FAILED
    second = pay(checkout, guest, "authenticate").payment
    charge = SandboxCharge.objects.get(reference=second.public_id)
    answer_authentication(charge, is_approved=True)
    answer_authentication(charge, is_approved=False)
    assert refresh_payment(second).payment.state == Payment.State.PAID


def test_what_is_withdrawn_while_the_bank_asks_is_sold_and_never_in_another_attempt(
    variant: Variant, guest: Shopper, account: Shopper, staff: User
) -> None:
    kept, given_up = (ordered(variant, one) for one in (guest, account))
    for checkout, shopper in ((kept, guest), (given_up, account)):
        pay(checkout, shopper, "authenticate")
    withdraw_product(variant.product, by=staff, reason="A leg breaks.")
    for checkout in (kept, given_up):
        payment = checkout.payments.get()
        charge = SandboxCharge.objects.get(reference=payment.public_id)
        answer_authentication(charge, is_approved=checkout == kept)
        refresh_payment(payment)
    assert kept.orders.get().state == Order.State.PAID
    assert not Refund.objects.exists()
    with pytest.raises(NotForSale):
        place_order(given_up, shopper=account, shown_total=given_up.total.minor)
    order = kept.orders.get()
    refund = cancel_pieces(order, by=staff, reason="dangerous", key=new_public_id())
    assert refund.amount_minor == order.total.minor


def test_a_slow_payment_is_paid_when_the_bank_has_decided(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "slow").payment
    assert payment.state == Payment.State.PENDING
    assert refresh_payment(payment).payment.state == Payment.State.PENDING
    with later(0.2):
        assert deliver_notices() == 1
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID


def test_a_lost_answer_is_asked_for_again_and_charged_once(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "timeout").payment
    assert (payment.state, payment.provider_ref) == (Payment.State.PENDING, "")
    assert reconcile_payments() == 0
    with later(1.1):
        assert reconcile_payments() == 1
        assert reconcile_payments() == 0
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert SandboxCharge.objects.count() == 1


def test_a_crash_between_charge_and_confirm_is_healed(
    variant: Variant, guest: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = ordered(variant, guest)

    def crash(payment: Payment) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(payments, "confirm_payment", crash)
        with pytest.raises(RuntimeError):
            pay(checkout, guest, "approve")
    assert checkout.orders.get().state == Order.State.PENDING
    with later(1.1):
        reconcile_payments()
    assert checkout.orders.get().state == Order.State.PAID
    charge = SandboxCharge.objects.get()
    assert charge.state == SandboxCharge.State.SUCCEEDED


def test_the_reconciler_backs_off_and_cancels_after_a_day(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "authenticate").payment
    waits = []
    for _ in range(3):
        payment.refresh_from_db()
        assert payment.reconcile_at is not None
        with time_machine.travel(payment.reconcile_at, tick=False):
            now = clock.now()
            assert reconcile_payments() == 1
            payment.refresh_from_db()
            assert payment.reconcile_at is not None
            waits.append(payment.reconcile_at - now)
    assert waits == [dt.timedelta(minutes=m) for m in (1, 2, 4)]
    with later(60 * 24 + 1):
        reconcile_payments()
    payment.refresh_from_db()
    assert payment.state == Payment.State.CANCELLED
    assert SandboxCharge.objects.get().state == SandboxCharge.State.CANCELLED


def test_the_same_key_pays_once(variant: Variant, guest: Shopper) -> None:
    checkout = ordered(variant, guest)
    first = pay(checkout, guest, "approve", key="one-attempt")
    second = pay(checkout, guest, "approve", key="one-attempt")
    assert first.payment == second.payment
    assert SandboxCharge.objects.count() == 1
    with pytest.raises(AlreadyPaid):
        pay(checkout, guest, "approve")


def test_a_second_payment_waits_for_the_first(variant: Variant, guest: Shopper) -> None:
    checkout = ordered(variant, guest)
    pay(checkout, guest, "authenticate")
    with pytest.raises(PaymentInFlight):
        pay(checkout, guest, "approve")
    give_up_payment(checkout)
    assert pay(checkout, guest, "approve").payment.state == Payment.State.PAID


def test_attempts_are_few_and_ways_to_pay_are_known(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    with pytest.raises(MethodUnknown):
        pay(checkout, guest, "free")
    for _ in range(6):
        pay(checkout, guest, "decline")
    with pytest.raises(TooManyAttempts):
        pay(checkout, guest, "approve")


def test_a_lost_hold_is_taken_anew_or_refused_before_money_moves(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    checkout = ordered(variant, guest, quantity=9)
    release_stock(list_hold_ids(checkout))
    other = ordered(variant, account, quantity=5)
    with pytest.raises(LineShort) as refusal:
        pay(checkout, guest, "approve")
    assert "sold out" in refusal.value.message
    assert SandboxCharge.objects.count() == 0
    release_stock(list_hold_ids(other))
    assert pay(checkout, guest, "approve").payment.state == Payment.State.PAID


def test_goods_gone_after_money_moved_are_refunded_with_an_apology(
    variant: Variant, guest: Shopper, mailoutbox: list[Any]
) -> None:
    checkout = ordered(variant, guest, quantity=9)
    payment = pay(checkout, guest, "authenticate").payment
    release_stock(list_hold_ids(checkout))
    Stock.objects.filter(variant=variant).update(on_hand=3)
    answer_authentication(SandboxCharge.objects.get(), is_approved=True)
    refresh_payment(payment)
    assert checkout.orders.get().state == Order.State.CANCELLED
    outbox.relay()
    refund = Refund.objects.get()
    assert refund.state == Refund.State.DONE
    assert refund.amount_minor == payment.amount_minor
    assert SandboxRefund.objects.get().amount_minor == payment.amount_minor
    assert [mail.to for mail in mailoutbox] == [["sam@people.example"]]
    assert "sorry" in mailoutbox[0].subject


def test_a_lapsed_checkout_is_cancelled_at_the_bank_before_its_hold_is_freed(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "authenticate").payment
    with later(14):
        assert lapse_checkouts() == 1
        assert lapse_checkouts() == 0
    payment.refresh_from_db()
    checkout.refresh_from_db()
    assert payment.state == Payment.State.CANCELLED
    assert checkout.state == Checkout.State.LAPSED
    assert checkout.orders.get().state == Order.State.CANCELLED
    assert Stock.objects.get(variant=variant).allocated == 0


def test_a_charge_that_the_bank_does_not_know_frees_its_hold(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "authenticate").payment
    SandboxCharge.objects.all().delete()
    with later(14):
        assert reconcile_payments() == 1
        payment.refresh_from_db()
        assert payment.state == Payment.State.AUTHENTICATING
        assert lapse_checkouts() == 1
    payment.refresh_from_db()
    assert payment.state == Payment.State.CANCELLED
    assert Stock.objects.get(variant=variant).allocated == 0


def test_a_lapsing_checkout_that_the_bank_has_charged_is_paid(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    pay(checkout, guest, "authenticate")
    answer_authentication(SandboxCharge.objects.get(), is_approved=True)
    with later(14):
        assert lapse_checkouts() == 0
    assert checkout.orders.get().state == Order.State.PAID


def test_no_hold_is_freed_while_the_bank_is_away(
    variant: Variant, guest: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = ordered(variant, guest)
    pay(checkout, guest, "authenticate")

    def away(*_args: object) -> None:
        raise GatewayUnreachable

    monkeypatch.setattr(sandbox.SandboxGateway, "cancel", away)
    with later(14):
        assert lapse_checkouts() == 0
        hold = Reservation.objects.get()
        assert hold.state == Reservation.State.HELD
        assert hold.expires_at > clock.now()


def test_money_that_comes_after_the_end_goes_back(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "authenticate").payment
    give_up_payment(checkout)
    SandboxCharge.objects.update(state=SandboxCharge.State.SUCCEEDED)
    payments.confirm_payment(payment)
    outbox.relay()
    assert SandboxRefund.objects.get().amount_minor == payment.amount_minor
    assert checkout.orders.get().state == Order.State.PENDING


def test_a_notice_is_recorded_once_and_a_forged_one_refused(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = pay(checkout, guest, "authenticate").payment
    answer_authentication(SandboxCharge.objects.get(), is_approved=True)
    [(_charge, body)] = sandbox_notices.list_untold()
    with pytest.raises(NoticeForged):
        take_notice("sandbox", body, {sandbox_notices.SIGNATURE: "f" * 64})
    for _ in range(2):
        assert take_notice(
            "sandbox", body, {sandbox_notices.SIGNATURE: sandbox_notices.sign(body)}
        )
    assert PaymentNotice.objects.get().applied_at is not None
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
