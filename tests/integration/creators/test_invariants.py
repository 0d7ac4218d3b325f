"""The check of the books finds faults that were seeded behind the services' backs."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from creators.models import Account, BalanceSnapshot, Commission, Entry
from creators.selectors.books import find_book_faults
from creators.services.snapshots import take_snapshots
from livestreams.services.attribution import attribute_order
from tests.factories import make_paid_order
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(stall: Stall) -> Commission:
    """Sell one product."""
    order = make_paid_order(stall.variant, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    return Commission.objects.get()


def seed(sql: str) -> None:
    """Do what no service may: write past triggers and checks."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_sound_books_have_no_fault(sold: Commission) -> None:
    assert find_book_faults() == []


def test_an_entry_that_was_changed_is_found(sold: Commission) -> None:
    entry = Entry.objects.filter(account__kind=Account.Kind.CREATOR_PENDING).get()
    seed(
        f"UPDATE creators_entry SET amount_minor = amount_minor - 1 WHERE id={entry.pk}"
    )
    faults = " ".join(find_book_faults())
    assert "does not sum to zero" in faults
    assert "money is not conserved" in faults
    assert "pending balance is not the sum" in faults


def test_a_commission_raised_by_hand_is_found(sold: Commission) -> None:
    seed("UPDATE creators_commission SET amount_minor = base_minor + 1")
    faults = " ".join(find_book_faults())
    assert "more than its base" in faults
    assert "pending balance is not the sum" in faults


def test_a_line_settled_without_a_posting_is_found(sold: Commission) -> None:
    seed("UPDATE creators_commission SET state = 'settled'")
    assert "names no settlement" in " ".join(find_book_faults())


def test_an_entry_moved_to_a_foreign_currency_is_found(sold: Commission) -> None:
    seed("UPDATE creators_account SET currency = 'EUR' WHERE kind = 'tax'")
    assert "another currency" in " ".join(find_book_faults())


def test_check_ledger_tells_balances_and_keeps_them_when_all_is_well(
    sold: Commission,
) -> None:
    out = StringIO()
    call_command("check_ledger", "--snapshot", stdout=out)
    assert "GBP creator_pending                 -2.50" in out.getvalue()
    assert "ledger: well" in out.getvalue()
    moved = Entry.objects.values("account").distinct().count()
    assert BalanceSnapshot.objects.count() == moved
    assert take_snapshots() == 0


def test_check_ledger_ends_with_a_fault_when_money_is_lost(sold: Commission) -> None:
    seed("DELETE FROM creators_entry WHERE amount_minor > 0")
    with pytest.raises(CommandError, match="faults"):
        call_command("check_ledger", stdout=StringIO())


def test_an_entry_changed_in_step_with_its_other_side_is_found_by_a_snapshot(
    sold: Commission,
) -> None:
    take_snapshots()
    tax = Entry.objects.filter(account__kind=Account.Kind.TAX).earliest("pk")
    seed(
        "UPDATE creators_entry SET amount_minor = amount_minor + 1 "
        f"WHERE id = {tax.pk}; UPDATE creators_entry SET amount_minor = "
        f"amount_minor - 1 WHERE transaction_id = {tax.transaction_id} "
        "AND amount_minor > 0"
    )
    faults = find_book_faults()
    assert faults
    assert all("snapshot is not the sum" in fault for fault in faults)
