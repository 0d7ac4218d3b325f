"""Invoices and credit notes: one each, numbered without a gap, sums that add up."""

import threading

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from catalog.models import Variant
from orders.access import Shopper, get_invoice_of, make_order_token
from orders.errors import InvoiceMissing
from orders.models import Invoice, InvoiceSeries, Order, Refund, RefundLine
from orders.selectors.invoices import find_invoice_faults
from orders.services.cancelling import cancel_pieces
from orders.services.invoices import issue_credit_note, issue_invoice
from orders.services.refunding import refund_order
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_delivery_option, make_paid_order, make_variant
from tests.integration.orders.test_aftercare import buy, send
from tests.integration.orders.test_races import CROWD, at_once

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
INVOICE, CREDIT = Invoice.Kind.INVOICE, Invoice.Kind.CREDIT_NOTE


def numbers(kind: str = INVOICE) -> list[int]:
    issued = Invoice.objects.filter(kind=kind).order_by("number")
    return list(issued.values_list("number", flat=True))


def issue_and_die(order: Order) -> None:
    """Issue an invoice in a job that dies before its end."""
    with transaction.atomic():
        issue_invoice(order)
        raise RuntimeError


def test_a_paid_order_gets_one_invoice_that_holds_its_sums(
    variant: Variant, account: Shopper
) -> None:
    order = buy(variant, account)
    assert not Invoice.objects.exists()
    outbox.relay()
    invoice = Invoice.objects.get()
    assert issue_invoice(order) == invoice
    assert (invoice.total, invoice.tax_minor) == (order.total, order.tax_minor)
    assert invoice.name.endswith("-000001")
    assert [part["total_minor"] for part in invoice.facts["parts"]] == [7500, 395]
    assert invoice.facts["rates"] == [
        {"tax_bps": 2000, "net_minor": 6579, "tax_minor": 1316}
    ]
    assert find_invoice_faults() == []


def test_each_seller_counts_alone() -> None:
    first, second = make_variant(), make_variant()
    for variant in (first, second, first):
        issue_invoice(make_paid_order(variant))
    assert numbers() == [1, 1, 2]


def test_a_number_that_was_drawn_for_nothing_is_given_back(variant: Variant) -> None:
    order = make_paid_order(variant)
    with pytest.raises(RuntimeError):
        issue_and_die(order)
    assert issue_invoice(make_paid_order(variant)).number == 1
    assert issue_invoice(order).number == 2
    assert find_invoice_faults() == []


def test_a_document_never_changes(variant: Variant) -> None:
    invoice = issue_invoice(make_paid_order(variant))
    for change in (
        lambda: Invoice.objects.update(total_minor=1),
        invoice.delete,
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()


def test_credit_notes_of_a_line_hold_exactly_its_tax(
    account: Shopper, staff: User
) -> None:
    variant = make_variant(price=333)
    make_delivery_option(brand=variant.product.brand, price_minor=101)
    order = buy(variant, account, 7)
    send(order, None, staff)
    line = order.lines.get()
    for count in (1, 2, 3):
        refund_order(
            order,
            {line.public_id: count},
            by=staff,
            reason="As agreed",
            key=new_public_id(),
        )
    refund_order(
        order,
        {line.public_id: 1},
        delivery_minor=101,
        by=staff,
        reason="The rest",
        key=new_public_id(),
    )
    outbox.relay()
    credits = Invoice.objects.filter(kind=CREDIT)
    assert numbers(CREDIT) == [1, 2, 3, 4]
    assert sum(one.total_minor for one in credits) == order.total.minor
    assert sum(one.tax_minor for one in credits) == order.tax_minor
    assert {one.facts["corrects"] for one in credits} == {issue_invoice(order).name}
    for refund in Refund.objects.all():
        assert issue_credit_note(refund) == refund.credit_note
    assert find_invoice_faults() == []


def test_a_cancelled_order_gets_invoice_and_credit_note(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account)
    cancel_pieces(order, by=staff, reason="Changed my mind", key=new_public_id())
    outbox.relay()
    invoice, credit = Invoice.objects.order_by("kind").reverse()
    assert (invoice.kind, credit.kind) == (INVOICE, CREDIT)
    assert credit.total == invoice.total


def test_money_that_bought_nothing_needs_no_credit_note() -> None:
    assert issue_credit_note(Refund(order=None, amount_minor=5)) is None
    order = Order(public_id="x")
    assert issue_credit_note(Refund(order=order, amount_minor=0)) is None


def test_a_gap_and_a_wrong_sum_are_found(variant: Variant) -> None:
    order = make_paid_order(variant)
    issue_invoice(order)
    InvoiceSeries.objects.update(last_number=2)
    Order.objects.update(tax_minor=1)
    found = find_invoice_faults()
    assert len(found) == 2
    assert "missing" in found[0]
    assert "order's sum" in found[1]


def test_documents_open_for_their_shopper_and_by_the_link_alone(
    variant: Variant, shopper: User, stranger: User, client: Client
) -> None:
    order = make_paid_order(variant, user=shopper)
    other = issue_invoice(make_paid_order(variant, user=stranger))
    token = make_order_token(order)
    with pytest.raises(InvoiceMissing):
        get_invoice_of(order)
    invoice = issue_invoice(order)
    path = f"/orders/{order.public_id}/documents/{invoice.public_id}/"
    assert client.get(path).status_code == 404
    with pytest.raises(InvoiceMissing):
        get_invoice_of(order, other.public_id)
    answer = client.get(f"/orders/{order.public_id}/invoice/", {"token": token})
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert invoice.name in answer["Content-Disposition"]
    page = client.get(order.get_absolute_url(), {"token": token}).content.decode()
    assert f"{path}?token=" in page
    client.force_login(stranger)
    assert client.get(path).status_code == 404
    client.force_login(shopper)
    assert client.get(path).status_code == 200
    assert f'"{path}"' in client.get(order.get_absolute_url()).content.decode()


@pytest.fixture
def paid_orders(transactional_db: None) -> list[Order]:
    variant = make_variant(stock=CROWD)
    return [make_paid_order(variant) for _ in range(CROWD)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_many_jobs_at_once_leave_no_gap_and_no_number_twice(
    paid_orders: list[Order],
) -> None:
    def issue(number: int) -> object:
        """Issue an invoice; every fourth job dies after drawing its number."""
        if number % 4 == 0:
            with pytest.raises(RuntimeError):
                issue_and_die(paid_orders[number])
            return None
        return issue_invoice(paid_orders[number // 2]).number

    at_once(issue)
    assert numbers() == list(range(1, len(numbers()) + 1))
    assert len(numbers()) == len({number // 2 for number in range(8) if number % 4})
    assert find_invoice_faults() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_without_the_locked_row_a_number_is_drawn_many_times(
    paid_orders: list[Order],
) -> None:
    """The negative control: the newest number and one more."""
    looked = threading.Barrier(CROWD)

    def draw(_number: int) -> object:
        last = Invoice.objects.filter(kind=INVOICE).order_by("-number").first()
        looked.wait(timeout=20)
        return (last.number if last is not None else 0) + 1

    assert at_once(draw) == [1] * CROWD


def test_a_refund_line_of_nothing_is_left_out(
    variant: Variant, account: Shopper, staff: User
) -> None:
    order = buy(variant, account)
    send(order, None, staff)
    refund = refund_order(
        order,
        {},
        reductions={order.lines.get().public_id: 500},
        by=staff,
        reason="A scratch",
        key=new_public_id(),
    )
    RefundLine.objects.create(refund=refund, amount_minor=0)
    credit = issue_credit_note(refund)
    assert credit is not None
    [part] = credit.facts["parts"]
    assert (part["quantity"], part["total_minor"], part["tax_minor"]) == (0, 500, 83)
