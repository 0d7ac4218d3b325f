"""What only Stripe's gateway meets: faults of the wire, of keys, and of time."""

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import GatewayUnreachable
from orders.gateways import ChargeState, Gateway
from orders.models import Order, Payment, PaymentMethod, Refund
from orders.services.payments import give_up_payment, refresh_checkout, start_payment
from orders.services.reconciling import take_notice
from shopfront.common.ids import new_public_id
from shopfront.common.money import Money
from shopfront.services import outbox
from tests.banks import StripeBank
from tests.integration.orders.conftest import ordered
from tests.stripe_fake import FakeStripe

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def bank(stripe_fake: FakeStripe, settings: Settings) -> StripeBank:
    """Have Stripe be the shop's gateway."""
    settings.PAYMENT_GATEWAY = "stripe"
    settings.SITE_URL = "https://shop.example"
    return StripeBank(stripe_fake)


def pay(
    variant: Variant, shopper: Shopper, method: str, *, keeps_card: bool = False
) -> Payment:
    return start_payment(
        ordered(variant, shopper),
        shopper=shopper,
        method=method,
        key=new_public_id(),
        return_url="/checkout/back/",
        keeps_card=keeps_card,
    ).payment


def deliver_all(bank: StripeBank) -> None:
    """Deliver every webhook, newest first and each twice."""
    for body in [*reversed(bank.list_notices()), *bank.list_notices()]:
        take_notice("stripe", body, bank.sign(body))


def test_a_refusal_that_nobody_foresaw_decides_nothing(bank: StripeBank) -> None:
    charge = bank.gateway.charge(bank.wish(), key="key-1").provider_ref
    for act in (bank.gateway.find_charge, bank.gateway.find_disputes):
        bank.fake.refuses_next = 400
        with pytest.raises(GatewayUnreachable):
            act(charge)
    bank.fake.refuses_next = 400
    refused = bank.gateway.charge(bank.wish(), key="key-2")
    assert refused.state == ChargeState.DECLINED
    assert bank.count_charges() == 1


@pytest.mark.parametrize("status", [302, 401, 403, 409, 429, 500, 503])
def test_what_is_no_answer_leaves_the_charge_open(
    bank: StripeBank, status: int
) -> None:
    request = bank.wish()
    bank.fake.refuses_next = status
    with pytest.raises(GatewayUnreachable):
        bank.gateway.charge(request, key="key-1")
    assert bank.gateway.charge(request, key="key-1").state == ChargeState.SUCCEEDED
    assert bank.count_charges() == 1


def test_every_call_survives_a_lost_answer(bank: StripeBank) -> None:
    charge = bank.gateway.charge(bank.wish(), key="key-1").provider_ref
    gateway: Gateway = bank.gateway
    for act in (
        lambda: gateway.find_charge(charge),
        lambda: gateway.cancel(charge),
        lambda: gateway.refund(charge, Money(10, "GBP"), key="refund-1"),
        lambda: gateway.find_disputes(charge),
        lambda: gateway.forget_card("pm_x"),
    ):
        bank.fake.loses_next = True
        with pytest.raises(GatewayUnreachable):
            act()
    gateway.refund(charge, Money(10, "GBP"), key="refund-1")
    assert bank.count_refunds() == 1


def test_nobody_answers_at_the_configured_address(
    bank: StripeBank, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(GatewayUnreachable):
        bank.gateway.find_charge("pi_1")


def test_stripe_is_told_no_more_than_it_needs(
    bank: StripeBank, variant: Variant, guest: Shopper
) -> None:
    payment = pay(variant, guest, "pm_card_visa")
    [(_method, path, asked)] = bank.fake.calls
    assert path == "/v1/payment_intents"
    assert asked["return_url"] == "https://shop.example/checkout/back/"
    assert asked["metadata"] == {"reference": payment.public_id}
    assert "setup_future_usage" not in asked
    assert "customer" not in asked
    assert "sam@people.example" not in str(asked)


def test_authentication_at_stripe_pays_whatever_comes_first(
    bank: StripeBank, variant: Variant, guest: Shopper
) -> None:
    payment = pay(variant, guest, bank.tokens.authenticate)
    assert payment.state == Payment.State.AUTHENTICATING
    bank.authenticate(payment.provider_ref, is_approved=True)
    deliver_all(bank)
    payment.refresh_from_db()
    assert payment.state == Payment.State.PAID
    assert Order.objects.get().state == Order.State.PAID
    refresh_checkout(payment.checkout)
    assert bank.count_charges() == 1


def test_authentication_and_decline_prolong_the_hold_once_in_all(
    bank: StripeBank, variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    first_end = checkout.expires_at
    for method in (bank.tokens.authenticate, bank.tokens.decline):
        start_payment(
            checkout,
            shopper=guest,
            method=method,
            key=new_public_id(),
            return_url="/",
        )
        checkout.refresh_from_db()
        assert checkout.expires_at == first_end + dt.timedelta(minutes=3)
        give_up_payment(checkout)


def test_money_that_came_after_giving_up_is_sent_back_on_a_notice(
    bank: StripeBank, variant: Variant, guest: Shopper
) -> None:
    payment = pay(variant, guest, bank.tokens.authenticate)
    bank.authenticate(payment.provider_ref, is_approved=False)
    give_up_payment(payment.checkout)
    payment.refresh_from_db()
    assert payment.state == Payment.State.FAILED
    intent = bank.fake.intents[payment.provider_ref]
    intent["status"] = "requires_action"  # somebody confirms the same intent anew
    bank.authenticate(payment.provider_ref, is_approved=True)
    deliver_all(bank)
    outbox.relay()
    payment.refresh_from_db()
    assert payment.state == Payment.State.FAILED
    assert Refund.objects.get().state == Refund.State.DONE
    assert bank.count_refunds() == 1


def test_a_foreign_event_is_taken_and_means_nothing(bank: StripeBank) -> None:
    bank.gateway.charge(bank.wish(), key="key-1")
    [body] = bank.list_notices()
    assert take_notice("stripe", body, bank.sign(body)) is False


def test_a_customer_is_made_once_for_all_kept_cards(
    bank: StripeBank, variant: Variant, account: Shopper
) -> None:
    for token in ("pm_card_visa", "pm_card_mastercard"):
        pay(variant, account, token, keeps_card=True)
    made = [path for _method, path, _asked in bank.fake.calls if "customers" in path]
    assert len(made) == 1
    kept = PaymentMethod.objects.filter(forgotten_at=None)
    assert kept.get().last4 == "4242"
    assert PaymentMethod.objects.count() == 2
    outbox.relay()
    detached = [card for card in bank.fake.cards.values() if card["is_detached"]]
    assert len(detached) == 1
