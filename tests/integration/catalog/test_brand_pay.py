"""Pay of brands: their own people say where it goes and read what it was made of."""

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from creators.models import Account, Payout, PayoutDetails
from creators.services.funding import fund_by_payment
from creators.services.funding_losses import take_back_funding
from creators.services.guarantees import earn_guarantee, open_guarantee
from creators.services.payout_details import open_bank_account
from creators.services.payouts import claim_run, open_run
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import (
    make_account,
    make_brand_member,
    make_creator,
    make_market,
    make_payout_details,
    make_payout_rule,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_payout_details import PASSWORD, TYPED, confirm
from tests.integration.creators.test_payouts import DUE, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    """Make a brand's goods in a show."""
    return make_stall(make_creator())


@pytest.fixture
def member(stall: Stall, shopper: User) -> User:
    """Act for the brand."""
    shopper.set_password(PASSWORD)
    shopper.save()
    make_brand_member(brand=stall.brand, user=shopper)
    return shopper


def page_of(name: str, stall: Stall, last: str = "GBP") -> str:
    return reverse(f"catalog:{name}", args=[stall.brand.slug, last])


def test_a_brands_people_say_where_its_money_goes(
    client: Client, stall: Stall, member: User
) -> None:
    make_payout_rule()
    client.force_login(member)
    assert stall.brand.name in client.get(reverse("catalog:pay-list")).text
    assert (
        "We do not know where to pay you"
        in client.get(page_of("pay-detail", stall)).text
    )
    change = page_of("pay-change", stall)
    assert "reauthenticate" in client.get(change)["Location"]
    confirm(client)
    shown = client.get(change).text
    assert "Write my invoices" not in shown
    assert "Date of birth" not in shown
    assert client.post(change, TYPED | {"bank_account": "1"}).status_code == 400
    assert client.post(change, TYPED).status_code == 302
    details = PayoutDetails.objects.get()
    assert (details.owner_kind, details.born_on) == (Account.Owner.BRAND, None)
    assert details.agreed_self_billing_at is None
    assert open_bank_account(details) == "200000 55779911"
    relay()
    (letter,) = mail.outbox
    assert letter.to == [member.email]
    assert "/pay/" in letter.body
    client.post(change, TYPED | {"bank_account": "20-00-00 12345678"})
    assert "ending in 5678" in client.get(page_of("pay-detail", stall)).text
    client.post(page_of("pay-withdraw", stall))
    assert "ending in 5678" not in client.get(page_of("pay-detail", stall)).text


def test_a_brands_people_read_its_statements_and_nobody_else(
    client: Client,
    stall: Stall,
    member: User,
    stranger: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sell(stall)
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.brand)
        claim_run(open_run(make_payout_rule(), DUE.date()))
        payout = Payout.objects.get()
        client.force_login(member)
        with django_assert_max_num_queries(25):
            page = client.get(page_of("pay-detail", stall))
        assert payout.amount.format() in page.text
        papers = [
            page_of("pay-paper", stall, payout.public_id),
            page_of("pay-sheet", stall, payout.public_id),
        ]
        assert client.get(papers[0]).content.startswith(b"%PDF")
        assert b"commission_minor" in client.get(papers[1]).getvalue()
        other = make_stall(make_creator())
        assert (
            client.get(page_of("pay-paper", other, payout.public_id)).status_code == 404
        )
        assert client.get(page_of("pay-detail", stall, "EUR")).status_code == 404
        client.force_login(stranger)
        for address in (*papers, page_of("pay-detail", stall)):
            assert client.get(address).status_code == 404
        assert client.post(page_of("pay-withdraw", stall)).status_code == 404
        assert "You act for no brand" in client.get(reverse("catalog:pay-list")).text


def test_a_brand_with_two_currencies_has_a_page_for_each(
    client: Client, stall: Stall, member: User
) -> None:
    make_account(owner_ref=stall.brand.public_id, currency="EUR")
    client.force_login(member)
    listed = client.get(reverse("catalog:pay-list")).text
    assert page_of("pay-detail", stall) in listed
    assert page_of("pay-detail", stall, "EUR") in listed
    assert "no payout rule yet" in client.get(page_of("pay-detail", stall)).text
    assert client.get(page_of("pay-detail", stall, "EUR")).status_code == 404
    make_market("DE")
    assert client.get(page_of("pay-detail", stall, "EUR")).status_code == 200


def test_a_brand_reads_what_it_owes_of_a_guarantee(
    client: Client, stall: Stall, member: User
) -> None:
    make_payout_rule()
    with transaction.atomic():
        guarantee = open_guarantee(
            stall.agreement, show_ref="0" * 16, title="Stools", starts_at=DUE
        )
        assert guarantee is not None
        fund_by_payment(
            guarantee, reference="pay-1", amount_minor=guarantee.amount_minor
        )
    earn_guarantee(guarantee.show_ref, worked_minutes=60, ended_at=DUE)
    with transaction.atomic():
        take_back_funding(
            "pay-1", loss_ref="loss-1", amount_minor=guarantee.amount_minor
        )
    client.force_login(member)
    page = client.get(page_of("pay-detail", stall)).text
    assert "what is owed of guarantees" in page
    assert f"-{guarantee.amount.format()}" in page
