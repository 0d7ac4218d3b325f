"""Kept cards: only on request, only their owner's, gone when they say so."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from catalog.models import Stock, Variant
from orders.access import Shopper
from orders.errors import CardMissing
from orders.models import Order, Payment, PaymentMethod, SandboxCharge
from orders.services.payments import start_payment
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_variant
from tests.integration.orders.conftest import ordered
from tests.stripe_fake import FakeStripe

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
PART: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def pay(
    variant: Variant, shopper: Shopper, method: str, *, keeps_card: bool = False
) -> Payment:
    return start_payment(
        ordered(variant, shopper),
        shopper=shopper,
        method=method,
        key=new_public_id(),
        return_url="/",
        keeps_card=keeps_card,
    ).payment


def kept(variant: Variant, account: Shopper) -> PaymentMethod:
    """Pay and tick that the card be kept."""
    pay(variant, account, "approve", keeps_card=True)
    return PaymentMethod.objects.filter(forgotten_at=None).get()


def test_no_card_is_kept_unless_an_account_asked(
    variant: Variant, account: Shopper, guest: Shopper
) -> None:
    pay(variant, account, "approve")
    pay(variant, guest, "approve", keeps_card=True)
    pay(variant, account, "decline", keeps_card=True)
    assert PaymentMethod.objects.count() == 0
    assert SandboxCharge.objects.filter(keeps_card=True).count() == 1


def test_a_kept_card_pays_in_one_step_and_only_for_its_owner(
    variant: Variant, account: Shopper, guest: Shopper, stranger: User
) -> None:
    card = kept(variant, account)
    method = f"kept:{card.public_id}"
    assert pay(variant, account, method).state == Payment.State.PAID
    for other in (guest, Shopper(stranger, "")):
        with pytest.raises(CardMissing):
            pay(variant, other, method)
    assert SandboxCharge.objects.count() == 2


def test_a_forgotten_card_is_forgotten_at_the_bank_too(
    variant: Variant, account: Shopper, client: Client, stranger: User
) -> None:
    card = kept(variant, account)
    page, forget = "/cards/", f"/cards/{card.public_id}/forget/"
    assert client.get(page).status_code == 302
    client.force_login(stranger)
    assert card.last4 not in client.get(page).content.decode()
    assert client.post(forget).status_code == 404
    assert account.user is not None
    client.force_login(account.user)
    assert card.last4 in client.get(page).content.decode()
    assert client.get(forget).status_code == 405
    assert client.post(forget, follow=True).redirect_chain == [(page, 302)]
    assert client.post(forget).status_code == 404
    assert "No kept cards" in client.get(page).content.decode()
    outbox.relay()
    assert not SandboxCharge.objects.filter(keeps_card=True).exists()
    with pytest.raises(CardMissing):
        pay(variant, account, f"kept:{card.public_id}")


def test_the_payment_step_offers_kept_cards_first(
    variant: Variant, account: Shopper, client: Client
) -> None:
    card = kept(variant, account)
    checkout = ordered(variant, account)
    assert account.user is not None
    client.force_login(account.user)
    page = client.get(f"/checkout/{checkout.public_id}/").content.decode()
    [chosen] = re.findall(r'value="([^"]+)" required checked', page)
    assert chosen == f"kept:{card.public_id}"
    form = {"method": chosen, "key": new_public_id()}
    answer = client.post(f"/checkout/{checkout.public_id}/pay/", form, **PART)
    assert "Order confirmed" in answer.content.decode()


def test_a_pins_buy_now_leads_who_keeps_a_card_on_to_the_payment(
    client: Client, variant: Variant, account: Shopper, stranger: User
) -> None:
    kept(variant, account)
    sheet = reverse("catalog:product-sheet", args=[variant.product.slug])

    def leads_on(person: User | None, **headers: str) -> bool:
        client.logout()
        if person is not None:
            client.force_login(person)
        page = client.get(sheet, headers=headers).content.decode()
        return 'hx-trigger="load"' in page

    owner, tap = account.user, {"Buy-Now": "1"}
    assert leads_on(owner, **tap)
    assert not leads_on(owner), "to look is not to buy"
    assert not leads_on(stranger, **tap), "who keeps no card"
    assert not leads_on(None, **tap)
    stock = Stock.objects.filter(variant=variant)
    stock.update(on_hand=0, allocated=0)
    assert not leads_on(owner, **tap), "sold out"
    stock.update(on_hand=5)
    assert leads_on(owner, **tap)
    make_variant(product=variant.product, title="Another", stock=3)
    assert not leads_on(owner, **tap), "a choice is left"


def test_a_form_that_ticks_keeps_the_card(
    variant: Variant, account: Shopper, client: Client
) -> None:
    checkout = ordered(variant, account)
    assert account.user is not None
    client.force_login(account.user)
    form = {"method": "approve", "key": new_public_id(), "keeps_card": "on"}
    client.post(f"/checkout/{checkout.public_id}/pay/", form)
    assert PaymentMethod.objects.get().user == account.user


def test_stripes_fields_take_the_card_and_its_bank_leads_back_to_the_sheet(
    variant: Variant,
    account: Shopper,
    client: Client,
    stripe_fake: FakeStripe,
    settings: Settings,
) -> None:
    settings.PAYMENT_GATEWAY = "stripe"
    checkout = ordered(variant, account)
    path = f"/checkout/{checkout.public_id}/"
    assert account.user is not None
    client.force_login(account.user)
    page = client.get(path).content.decode()
    assert 'data-stripe-key="pk_test_fake"' in page
    assert 'data-stripe-script="https://js.stripe.com/v3/"' in page
    assert "Keep this card for next time" in page
    assert "More of the test bank" not in page
    form = {"method": "card", "key": new_public_id()}
    refused = client.post(f"{path}pay/", form, **PART)
    assert "Please choose how to pay." in refused.content.decode()

    form["method"] = "pm_card_authenticationRequired"
    answer = client.post(f"{path}pay/", form, **PART)
    intent = Payment.objects.get().provider_ref
    bank = f"{stripe_fake.base}/3ds/{intent}"
    assert answer["HX-Redirect"] == bank
    assert f"{path}bank/" in client.get(path).content.decode()
    assert client.get(f"{path}bank/").headers["Location"] == bank

    stripe_fake.authenticate(intent, is_approved=True)
    back = client.get(f"{path}return/", {"payment_intent": intent})
    show = f"/live/abc/?checkout={checkout.public_id}"
    assert back.headers["Location"] == show
    sheet = client.get(f"{path}sheet/").content.decode()
    assert "Order confirmed" in sheet
    assert client.get(f"{path}bank/").headers["Location"] == path
    assert Order.objects.get().state == Order.State.PAID
