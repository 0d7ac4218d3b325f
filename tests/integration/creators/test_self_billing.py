"""Self-billed invoices: agreed to, gapless per creator, with the tax that fits (K9)."""

from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from creators.models import Creator, Payout, SelfBilledInvoice
from creators.selectors.papers import describe_invoice
from creators.services.bank_answers import take_answers
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
from creators.services.self_billing import issue_invoices
from shopfront.models import User
from tests.factories import (
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_months import refuse
from tests.integration.creators.test_payout_details import tax
from tests.integration.creators.test_payouts import DUE, sell

pytestmark = pytest.mark.django_db


def pay(creator: Creator, staff: User, day: int = 1, **details: Any) -> Payout:
    """Pay a creator what is settled, by a run of its own."""
    with time_machine.travel(DUE.replace(day=day), tick=False):
        make_payout_details(creator, **({"agrees_to_self_billing": True} | details))
        run = open_run(make_payout_rule_once(), DUE.date().replace(day=day))
        claim_run(run)
        prepare_run(run, by=staff)
        release_run(run, by=make_user())
    return Payout.objects.get(run=run)


def make_payout_rule_once() -> Any:
    """Return the British rule, made when missing."""
    found = Payout.objects.select_related("run__rule__market").first()
    if found is not None:
        return found.run.rule
    return make_payout_rule(
        payer_address="1 High Street\nLeeds", payer_vat_number="GB980780684"
    )


@pytest.mark.parametrize(
    ("status", "number", "tax_minor", "words"),
    [
        ("none", "", 0, "not registered"),
        ("here", "GB980780684", 42, "output tax"),
        ("abroad", "DE136695976", 0, "Reverse charge"),
    ],
)
def test_the_tax_follows_the_creators_status(
    client: Client,
    stall: Stall,
    staff: User,
    status: str,
    number: str,
    tax_minor: int,
    words: str,
) -> None:
    sell(stall)
    payout = pay(stall.creator, staff, tax=tax(vat_status=status, vat_number=number))
    invoice = SelfBilledInvoice.objects.get()
    assert (invoice.total, invoice.tax_minor) == (payout.amount, tax_minor)
    assert payout.invoice_number == invoice.name == f"SB-{stall.creator.public_id}-0001"
    notes = describe_invoice(invoice)["notes"]
    assert any(words in note for note in notes)
    client.force_login(stall.creator.user)
    page = reverse("creators:invoice-paper", args=[invoice.public_id])
    assert (
        page in client.get(reverse("creators:statement", args=[payout.public_id])).text
    )
    assert client.get(page).content.startswith(b"%PDF")
    client.force_login(make_creator().user)
    assert client.get(page).status_code == 404


def test_numbers_have_no_gap_and_a_failed_payout_is_credited(
    stall: Stall, staff: User
) -> None:
    other = make_stall(make_creator())
    sell(stall), sell(other)
    first = pay(stall.creator, staff)
    take_answers(refuse(first), by=None)
    take_answers(refuse(first), by=None)
    second = pay(stall.creator, staff, day=2, bank_account="")
    third = pay(other.creator, staff, day=3)
    assert second.amount_minor == first.amount_minor
    names = list(
        SelfBilledInvoice.objects.filter(creator=stall.creator)
        .order_by("id")
        .values_list("name", flat=True)
    )
    start = f"SB-{stall.creator.public_id}"
    assert names == [f"{start}-0001", f"{start}-C0001", f"{start}-0002"]
    assert third.invoice_number.endswith("-0001")
    with transaction.atomic():
        assert issue_invoices(second.run) == 1
    assert SelfBilledInvoice.objects.count() == 4


def test_without_agreement_no_invoice_is_written(stall: Stall, staff: User) -> None:
    sell(stall)
    assert pay(stall.creator, staff, agrees_to_self_billing=False).invoice_number == ""
    assert not SelfBilledInvoice.objects.exists()


def test_an_invoice_is_never_changed(stall: Stall, staff: User) -> None:
    sell(stall)
    pay(stall.creator, staff)
    sql = "UPDATE creators_selfbilledinvoice SET total_minor = 1"
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="update"):
        cursor.execute(sql)
