"""Guarantees paid by card: once, whatever the bank does, and posted to the penny."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog.models import Brand
from creators.errors import GuaranteeNotOpen
from creators.models import Account, Creator, Guarantee, GuaranteeFunding
from creators.selectors.books import find_book_faults
from creators.services.guarantees import open_guarantee, return_guarantee
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement
from livestreams.services.shows import start_livestream
from orders.access import mint_funding_link
from orders.errors import MethodUnknown, PaymentInFlight
from orders.gateways import sandbox
from orders.models import FundingPayment, SandboxCharge
from orders.selectors.books import find_payment_faults
from orders.services.fundings import (
    FundingStep,
    give_up_funding,
    reconcile_fundings,
    refresh_funding,
    start_funding,
)
from orders.services.sandbox import answer_authentication, deliver_notices
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import (
    make_agreement,
    make_brand,
    make_brand_member,
    make_livestream,
    make_payout_rule,
)

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
State = FundingPayment.State


@pytest.fixture
def guarantee(creator: Creator) -> Guarantee:
    """Open a guarantee of twenty pounds that a brand owes for a show of tomorrow."""
    agreement = make_agreement(creator=creator, payer=make_brand().account)
    with transaction.atomic():
        opened = open_guarantee(
            agreement,
            show_ref=new_public_id(),
            title="Stools",
            starts_at=clock.now() + dt.timedelta(days=1),
        )
    assert opened is not None
    return opened


def pay(guarantee: Guarantee, method: str, key: str = "") -> FundingStep:
    return start_funding(
        guarantee,
        method=method,
        key=key or new_public_id(),
        return_url="/funding/back/",
    )


def charge_of(payment: FundingPayment) -> SandboxCharge:
    return SandboxCharge.objects.get(reference=payment.public_id)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=False)


def check(guarantee: Guarantee, *, funded: int, balance: int = 0) -> None:
    """Look at guarantee, payer's balance and all books."""
    guarantee.refresh_from_db()
    payer = Account.objects.get(pk=guarantee.agreement.payer_id)
    entries = payer.entries.values_list("amount_minor", flat=True)
    assert (guarantee.funded_minor, -sum(entries)) == (funded, balance)
    assert find_book_faults() == []
    assert find_payment_faults() == []


def test_an_approved_card_funds_once_however_often_it_is_sent(
    guarantee: Guarantee,
) -> None:
    first = pay(guarantee, "approve", key="attempt-1")
    assert first.payment.state == State.PAID
    assert pay(guarantee, "approve", key="attempt-1").payment == first.payment
    deliver_notices()
    with pytest.raises(GuaranteeNotOpen):
        pay(guarantee, "approve")
    check(guarantee, funded=guarantee.amount_minor)
    assert guarantee.state == Guarantee.State.FUNDED
    assert SandboxCharge.objects.count() == GuaranteeFunding.objects.count() == 1


def test_a_declined_card_charges_nothing_and_another_may_follow(
    guarantee: Guarantee,
) -> None:
    assert pay(guarantee, "decline").payment.state == State.FAILED
    check(guarantee, funded=0)
    assert pay(guarantee, "approve").payment.state == State.PAID
    check(guarantee, funded=guarantee.amount_minor)
    with pytest.raises(MethodUnknown):
        pay(guarantee, "free")


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_bank_that_asks_decides_and_its_webhook_tells(
    guarantee: Guarantee, is_approved: bool
) -> None:
    step = pay(guarantee, "authenticate")
    assert step.payment.state == State.AUTHENTICATING
    assert step.action_url
    with pytest.raises(PaymentInFlight):
        pay(guarantee, "approve")
    answer_authentication(charge_of(step.payment), is_approved=is_approved)
    for _ in range(2):
        deliver_notices()
    step.payment.refresh_from_db()
    assert step.payment.state == (State.PAID if is_approved else State.FAILED)
    check(guarantee, funded=guarantee.amount_minor if is_approved else 0)


def test_a_lost_answer_is_asked_for_again_and_charges_once(
    guarantee: Guarantee,
) -> None:
    payment = pay(guarantee, "timeout").payment
    assert (payment.state, payment.provider_ref) == (State.PENDING, "")
    assert reconcile_fundings() == 0
    with later(2):
        assert reconcile_fundings() == 1
        assert reconcile_fundings() == 0
    payment.refresh_from_db()
    assert payment.state == State.PAID
    check(guarantee, funded=guarantee.amount_minor)
    assert SandboxCharge.objects.count() == 1


def test_a_payment_undecided_for_a_day_is_cancelled(guarantee: Guarantee) -> None:
    payment = pay(guarantee, "authenticate").payment
    with later(25 * 60):
        assert reconcile_fundings() == 1
    payment.refresh_from_db()
    assert payment.state == State.CANCELLED
    check(guarantee, funded=0)
    assert pay(guarantee, "approve").payment.state == State.PAID


def test_money_that_comes_after_giving_up_is_the_payers(guarantee: Guarantee) -> None:
    payment = pay(guarantee, "authenticate").payment
    give_up_funding(payment)
    pay(guarantee, "approve")
    amount = guarantee.amount_minor
    SandboxCharge.objects.filter(reference=payment.public_id).update(
        state=SandboxCharge.State.SUCCEEDED, notified_state=""
    )
    deliver_notices()
    check(guarantee, funded=amount, balance=amount)
    assert refresh_funding(payment).payment.state == State.PAID


def test_what_was_paid_for_a_show_that_never_starts_is_the_payers(
    guarantee: Guarantee,
) -> None:
    slow = pay(guarantee, "slow").payment
    return_guarantee(guarantee.show_ref)
    with later(1):
        sandbox.settle_due_charges()
        deliver_notices()
    slow.refresh_from_db()
    assert slow.state == State.PAID
    check(guarantee, funded=0, balance=guarantee.amount_minor)


def test_the_database_allows_one_undecided_payment(guarantee: Guarantee) -> None:
    known = pay(guarantee, "authenticate").payment
    twin = FundingPayment.objects.get(pk=known.pk)
    twin.pk, twin.public_id, twin.idempotency_key = None, new_public_id(), "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_whoever_has_the_link_pays_and_the_show_can_start(
    client: Client, creator: Creator
) -> None:
    make_payout_rule()
    show = make_livestream(
        creator=creator,
        state=Livestream.State.SCHEDULED,
        starts_at=clock.now() + dt.timedelta(hours=1),
    )
    brand = make_brand(name="Oak & Co")
    choose_agreement(show, make_agreement(creator=creator, payer=brand.account))
    guarantee = Guarantee.objects.get(show_ref=show.public_id)
    address = reverse("orders:funding", args=[mint_funding_link(guarantee)])
    page = client.get(address).text
    for words in ("Oak &amp; Co", guarantee.public_id, "Pay now", "By bank transfer"):
        assert words in page
    wrong = client.post(f"{address}pay/", {"method": "free", "key": "attempt-0"})
    assert wrong.status_code == 400
    declined = client.post(f"{address}pay/", {"method": "decline", "key": "attempt-1"})
    assert "The payment was declined." in client.get(declined["Location"]).text
    asked = client.post(
        f"{address}pay/", {"method": "authenticate", "key": "attempt-2"}
    )
    assert "/sandbox/" in asked["Location"] or "bank" in asked["Location"]
    assert "Your bank asks you" in client.get(address).text
    again = client.post(f"{address}bank/")
    assert again["Location"] == asked["Location"]
    client.post(f"{address}cancel/")
    assert "The payment was cancelled." in client.get(address).text
    for _ in range(2):
        client.post(f"{address}pay/", {"method": "approve", "key": "attempt-3"})
    assert "are paid in." in client.get(address).text
    late = client.post(f"{address}pay/", {"method": "approve", "key": "attempt-4"})
    assert late.status_code == 409
    start_livestream(show)
    assert show.state == Livestream.State.LIVE
    assert client.get(reverse("orders:funding", args=["x:y:z"])).status_code == 404


def test_a_brands_people_see_what_waits_and_strangers_nothing(
    client: Client, guarantee: Guarantee, shopper: User, stranger: User
) -> None:
    address = reverse("orders:funding-list")
    assert client.get(address).status_code == 302
    brand = Brand.objects.get(public_id=guarantee.agreement.payer.owner_ref)
    make_brand_member(user=shopper, brand=brand)
    for person, words in ((stranger, "Nothing waits for money"), (shopper, "Stools")):
        client.force_login(person)
        assert words in client.get(address).text
