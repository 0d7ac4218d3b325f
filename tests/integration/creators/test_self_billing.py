"""Self-billed invoices: agreed to, gapless per creator, with the tax that fits (K9)."""

import threading
from itertools import cycle, islice
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from creators.models import Creator, Payout, PayoutRun, SelfBilledInvoice
from creators.selectors.books import find_book_faults
from creators.selectors.papers import describe_invoice
from creators.services.bank_answers import take_answers
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
from creators.services.self_billing import issue_invoices
from creators.services.settlement import settle_commissions
from shopfront.models import User
from tests.factories import (
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.creators.test_many_payees import make_payee, open_day
from tests.integration.creators.test_months import refuse
from tests.integration.creators.test_payout_details import tax
from tests.integration.creators.test_payouts import DUE, sell
from tests.integration.orders.test_races import at_once

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


def test_a_missing_number_and_a_wrong_sum_are_found(stall: Stall, staff: User) -> None:
    sell(stall)
    pay(stall.creator, staff)
    assert find_book_faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE creators_selfbilledinvoice SET number = 2, total_minor = 1"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    faults = " ".join(find_book_faults())
    assert "number of a creator's invoices is missing" in faults
    assert "an invoice is not the sum of its payout" in faults


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


def release_crowd(creators: int, day: int, staff: User) -> int:
    """Release a run of new creators who agreed; return how many queries it takes."""
    numbers = {"none": "", "here": "GB980780684", "abroad": "DE136695976"}
    for status in islice(cycle(numbers), creators):
        facts = tax(vat_status=status, vat_number=numbers[status])
        make_payee(lines=2, tax=facts, agrees_to_self_billing=True)
    settle_commissions()
    run = open_day(days=day)
    assert claim_run(run) == creators
    prepare_run(run, by=staff)
    with CaptureQueriesContext(connection) as queries:
        release_run(run, by=make_user())
    payouts = run.payouts.order_by("account__id")
    names = [f"SB-{row.account.owner_ref}-0001" for row in payouts]
    assert [row.invoice_number for row in payouts] == names
    return len(queries)


def test_queries_of_a_release_do_not_grow_with_the_creators(staff: User) -> None:
    assert release_crowd(3, 0, staff) == release_crowd(30, 1, staff)
    invoices = SelfBilledInvoice.objects.all()
    parts = [{"kind": "commission", "count": 2, "amount_minor": 500}]
    assert [row.facts["parts"] for row in invoices] == [parts] * 33
    taxes = {(row.facts["vat"], row.tax_minor) for row in invoices}
    assert taxes == {("none", 0), ("here", 83), ("abroad", 0)}
    assert find_book_faults() == []


CROWD = 3


@pytest.fixture
def runs(transactional_db: None, stall: Stall) -> list[PayoutRun]:
    """Claim runs that each pay the creator for another line."""
    made = []
    with time_machine.travel(DUE, tick=False):
        make_payout_details(stall.creator, agrees_to_self_billing=True)
        rule = make_payout_rule()
    for day in range(1, CROWD + 1):
        sell(stall)
        with time_machine.travel(DUE.replace(day=day), tick=False):
            run = open_run(rule, DUE.date().replace(day=day))
            assert claim_run(run) == 1
            made.append(run)
    return made


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_runs_released_at_once_leave_no_gap_and_no_number_twice(
    runs: list[PayoutRun],
) -> None:
    def issue(number: int) -> object:
        with transaction.atomic():
            return issue_invoices(runs[number])

    at_once(issue, CROWD)
    numbers = SelfBilledInvoice.objects.order_by("number").values_list("number")
    assert [number for (number,) in numbers] == list(range(1, CROWD + 1))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_locked_creator_a_number_is_drawn_many_times(
    runs: list[PayoutRun],
) -> None:
    """The negative control: how many there are, and one more."""
    looked = threading.Barrier(CROWD)

    def draw(_number: int) -> object:
        count = SelfBilledInvoice.objects.count()
        looked.wait(timeout=20)
        return count + 1

    assert at_once(draw, CROWD) == [1] * CROWD
