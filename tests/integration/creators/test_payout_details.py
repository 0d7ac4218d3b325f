"""Payout details: the password first, the account sealed, told, and three days."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from creators.errors import DetailsNotPending, TaxDataWrong
from creators.models import Creator, PayoutDetails
from creators.selectors.outlook import read_outlook
from creators.services.payout_details import (
    TaxData,
    open_bank_account,
    withdraw_details,
)
from shopfront.common import clock
from shopfront.models import Outbox
from shopfront.services.outbox import relay
from tests.factories import (
    make_creator,
    make_payout_details,
    make_payout_rule,
)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
TYPED = {
    "holder": "Ada Example",
    "bank_account": "20-00-00 55779911",
    "legal_name": "Ada Example",
    "address": "1 Mill Lane\nLeeds LS2 7EY",
    "country": "GB",
    "born_on": "1990-02-03",
    "tax_number": "1234567890",
    "vat_status": "none",
    "vat_number": "",
    "agrees_to_self_billing": "on",
}


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator, who has a password."""
    creator.user.set_password(PASSWORD)
    creator.user.save()
    client.force_login(creator.user)
    return client


def confirm(portal: Client) -> None:
    """Type the password again, as the page asks for."""
    page = reverse("account_reauthenticate")
    answer = portal.post(page, {"password": PASSWORD})
    assert answer.status_code == 302


def tax(**changes: Any) -> TaxData:
    facts: dict[str, Any] = {
        "legal_name": "Ada Example",
        "address": "1 Mill Lane, Leeds",
        "country": "GB",
        "tax_number": "1234567890",
    }
    return TaxData(**(facts | changes))


def test_details_are_changed_with_the_password_at_hand(
    portal: Client, creator: Creator
) -> None:
    page = reverse("creators:payout-details-change")
    for answer in (portal.get(page), portal.post(page, TYPED, follow=True)):
        where = (
            answer.redirect_chain[-1][0] if hasattr(answer, "redirect_chain") else ""
        )
        assert "reauthenticate" in (where or answer["Location"])
    assert "55779911" not in str(dict(portal.session.items()))
    assert not PayoutDetails.objects.exists()
    confirm(portal)
    assert "Sort code" in portal.get(page).text
    told = portal.post(page, TYPED | {"bank_account": "12"})
    assert (told.status_code, "form-errors" in told.text) == (400, True)
    nobody = portal.post(page, TYPED | {"holder": "😀"})
    assert (nobody.status_code, "in letters" in nobody.text) == (400, True)
    assert portal.post(page, TYPED).status_code == 302
    details = PayoutDetails.objects.get()
    assert open_bank_account(details) == "200000 55779911"
    assert "55779911" not in details.sealed_account
    assert details.usable_from <= clock.now()
    shown = portal.get(reverse("creators:payout-details")).text
    assert "ending in 9911" in shown
    assert "55779911" not in shown


def test_a_change_waits_three_days_is_told_and_can_be_taken_back(
    portal: Client, creator: Creator
) -> None:
    make_payout_rule()
    first = make_payout_details(creator)
    creator.user.email = "new@people.example"
    creator.user.save()
    confirm(portal)
    page = reverse("creators:payout-details-change")
    portal.post(page, TYPED | {"bank_account": "20-00-00 12345678"})
    relay()
    to = sorted(letter.to[0] for letter in mail.outbox if "changed" in letter.subject)
    assert to.count("creator@people.example") == 2
    assert to.count("new@people.example") == 1
    outlook = read_outlook(creator)
    assert outlook.usable == first
    assert outlook.pending is not None
    assert outlook.pending.last_four == "5678"
    assert "ending in 5678" in portal.get(reverse("creators:earnings")).text
    later = outlook.pending.usable_from
    assert later - clock.now() > dt.timedelta(days=2, hours=23)
    with time_machine.travel(later, tick=False):
        assert read_outlook(creator).usable == outlook.pending
        with pytest.raises(DetailsNotPending):
            withdraw_details(outlook.pending, by=creator.user)
    portal.post(reverse("creators:payout-details-withdraw"))
    with time_machine.travel(later, tick=False):
        assert read_outlook(creator).usable == first


def test_new_tax_data_count_at_once_and_keep_the_account(creator: Creator) -> None:
    first = make_payout_details(creator)
    second = make_payout_details(
        creator, bank_account="", tax=tax(vat_status="here", vat_number="980 7806 84")
    )
    assert read_outlook(creator).usable == second
    assert open_bank_account(second) == open_bank_account(first)
    assert second.vat_number == "GB980780684"


def test_a_second_change_replaces_the_one_that_waits(creator: Creator) -> None:
    first = make_payout_details(creator)
    for number in ("20-00-00 12345678", "20-00-00 87654321"):
        make_payout_details(creator, bank_account=number)
    outlook = read_outlook(creator)
    assert outlook.usable == first
    assert outlook.pending is not None
    assert outlook.pending.last_four == "4321"
    assert PayoutDetails.objects.filter(withdrawn_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"legal_name": " "},
        {"address": ""},
        {"country": "Britain"},
        {"tax_number": "12"},
        {"vat_status": "here"},
        {"vat_status": "here", "vat_number": "GB 980 7806 85"},
        {"vat_status": "here", "vat_number": "DE136695976"},
        {"vat_status": "abroad", "vat_number": "GB980780684"},
        {"born_on": dt.date(2990, 1, 1)},
        {"born_on": dt.date(1, 1, 1)},
        {"born_on": clock.now().date() - dt.timedelta(days=17 * 366)},
    ],
)
def test_tax_data_that_are_incomplete_or_do_not_fit_are_refused(
    creator: Creator, changes: dict[str, Any]
) -> None:
    with pytest.raises(TaxDataWrong):
        make_payout_details(creator, tax=tax(**changes))
    assert not PayoutDetails.objects.exists()
    assert not Outbox.objects.exists()


def test_the_earnings_page_says_what_is_missing(
    portal: Client, creator: Creator
) -> None:
    page = reverse("creators:earnings")
    assert "no payout rule yet" in portal.get(page).text
    make_payout_rule()
    assert "We do not know where to pay you" in portal.get(page).text
    details = make_payout_details(creator)
    PayoutDetails.objects.filter(pk=details.pk).update(legal_name="")
    assert "Tax data are missing" in portal.get(page).text


def test_nobody_sees_or_changes_the_details_of_another(
    client: Client, creator: Creator
) -> None:
    make_payout_details(creator)
    client.force_login(make_creator().user)
    assert "9911" not in client.get(reverse("creators:payout-details")).text
    client.post(reverse("creators:payout-details-withdraw"))
    assert PayoutDetails.objects.get().withdrawn_at is None


def test_who_closed_still_sees_pay_but_no_longer_hosts(
    client: Client, creator: Creator
) -> None:
    Creator.objects.update(state=Creator.State.CLOSED)
    client.force_login(creator.user)
    for name in ("earnings", "statement-list", "payout-details"):
        assert client.get(reverse(f"creators:{name}")).status_code == 200
    assert client.get(reverse("creators:show-list")).status_code == 403
