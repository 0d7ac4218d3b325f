"""The ledger: balanced, append-only, once per cause, within its own rules."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creators.errors import SaleUnbalanced
from creators.models import Account, Entry, LedgerTransaction
from creators.selectors.books import find_book_faults
from creators.services import ledger
from creators.services.sales import SoldLine, post_sale
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.common.money import tax_within
from tests.factories import make_account, make_agreement, make_creator, make_market

pytestmark = pytest.mark.django_db


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def make_posting() -> LedgerTransaction:
    return LedgerTransaction.objects.create(
        kind="test", cause_kind="test", cause_ref=new_public_id(), rule_version="t"
    )


def write_entry(posting: LedgerTransaction, amount: int) -> Entry:
    return Entry.objects.create(
        transaction=posting,
        account=make_account(),
        amount_minor=amount,
        currency="GBP",
    )


def test_the_database_refuses_entries_that_do_not_sum_to_zero() -> None:
    def post_askew() -> None:
        with transaction.atomic():
            posting = make_posting()
            write_entry(posting, 100)
            write_entry(posting, -99)
            check_now()

    with pytest.raises(DatabaseError, match="do not sum to zero"):
        post_askew()


def test_the_database_accepts_entries_that_sum_to_zero() -> None:
    posting = make_posting()
    write_entry(posting, 100)
    write_entry(posting, -100)
    check_now()
    assert find_book_faults() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Entry.objects.filter(pk=row.pk).update(amount_minor=1),
        lambda row: Entry.objects.filter(pk=row.pk).delete(),
        lambda row: LedgerTransaction.objects.filter(pk=row.transaction_id).update(
            kind="other"
        ),
        lambda row: LedgerTransaction.objects.filter(pk=row.transaction_id)._raw_delete(
            "default"
        ),
    ],
    ids=["entry changed", "entry deleted", "posting changed", "posting deleted"],
)
def test_what_is_posted_is_never_changed(change: Callable[[Entry], object]) -> None:
    row = write_entry(make_posting(), 0)
    refused = pytest.raises(DatabaseError, match="Cannot update or delete")
    with refused, transaction.atomic():
        change(row)


def test_unbalanced_sides_are_refused_before_the_database_sees_them() -> None:
    with pytest.raises(SaleUnbalanced):
        ledger.post_transaction(
            "test",
            cause_kind="test",
            cause_ref="1",
            rule_version="t",
            currency="GBP",
            sides=[(make_account(), 5)],
        )


def test_a_side_in_another_currency_is_refused() -> None:
    euro = make_account(currency="EUR")
    with pytest.raises(SaleUnbalanced):
        ledger.post_transaction(
            "test",
            cause_kind="test",
            cause_ref="1",
            rule_version="t",
            currency="GBP",
            sides=[(euro, 5), (make_account(), -5)],
        )


def test_an_owner_has_one_account_per_kind_and_currency() -> None:
    creator = make_creator()
    kind = Account.Kind.CREATOR_PENDING
    first = ledger.ensure_creator_account(creator, kind, "GBP")
    assert ledger.ensure_creator_account(creator, kind, "GBP") == first
    assert ledger.ensure_creator_account(creator, kind, "EUR") != first
    pounds = make_account()
    euros = ledger.ensure_same_owner(pounds, "EUR")
    assert euros.owner_ref == pounds.owner_ref
    assert ledger.ensure_same_owner(euros, "GBP") == pounds


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    total=st.integers(min_value=0, max_value=5_000_000),
    tax_bps=st.sampled_from([0, 500, 1900, 2000]),
    rate=st.integers(min_value=0, max_value=10_000),
    is_paid_by_operator=st.booleans(),
)
def test_every_posting_of_a_sale_conserves_money(
    total: int, tax_bps: int, rate: int, is_paid_by_operator: bool
) -> None:
    brand = make_account()
    payer = (
        ledger.ensure_operator_account(Account.Kind.PLATFORM_FEE, "GBP")
        if is_paid_by_operator
        else brand
    )
    line = SoldLine(
        line_ref=new_public_id(),
        title="Stool",
        market=make_market(),
        payable=brand,
        total_minor=total,
        tax_minor=tax_within(total, tax_bps),
        currency="GBP",
        sold_at=clock.now(),
        agreement=make_agreement(payer=payer, commission_bps=rate),
    )
    with transaction.atomic():
        post_sale(line)
        check_now()
    assert find_book_faults() == []
