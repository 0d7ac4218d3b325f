"""The demo's sales: real ones, made once, that its creators earn from."""

import pytest

from catalog.models import Stock
from catalog.selectors import find_stock_faults
from creators.models import Account, Commission, LineHold, Payout
from creators.selectors.books import find_book_faults
from creators.selectors.months import list_months, sum_month
from orders.models import Case, Order, Payment, Refund, Return, Shipment
from orders.selectors.books import find_payment_faults
from orders.selectors.cash import find_cash_faults
from shopfront.management.demo import aftercare, earlier, sales
from shopfront.models import Market, User
from shopfront.services import outbox

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_every_sale_is_paid_and_holds_its_pieces(seeded: None) -> None:
    orders = Order.objects.all()

    assert all(order.paid_at for order in orders)
    assert orders.count() == len(sales.SALES) + 1
    assert Payment.objects.filter(state=Payment.State.PAID).count() == len(orders)
    assert find_stock_faults() == []
    stool = Stock.objects.get(variant__product__title="Workshop stool", allocated=1)
    assert stool.available == stool.on_hand - 1


def test_creators_earn_and_the_first_is_paid_but_for_a_held_line(seeded: None) -> None:
    while outbox.relay():
        pass

    earned = Commission.objects.values_list("creator__handle", flat=True)
    made = (*sales.SALES, earlier.SALE)
    assert sorted(earned) == sorted(sale.handle for sale in made)
    payout = Payout.objects.get(account__owner_kind=Account.Owner.CREATOR)
    assert payout.state == Payout.State.SENT
    assert payout.self_billed_invoices.get().name == payout.invoice_number
    assert LineHold.objects.get().is_open
    assert find_book_faults() == []
    assert find_cash_faults() == []


def test_a_brand_and_a_helper_are_paid_too_for_months_of_their_own(
    seeded: None,
) -> None:
    paid = Payout.objects.exclude(account__owner_kind=Account.Owner.CREATOR)
    found = {payout.account.owner_kind: payout for payout in paid}
    assert sorted(found) == [Account.Owner.BRAND, Account.Owner.PERSON]
    market = Market.objects.get(code="GB")
    for payout in paid:
        months = list_months(payout.account, market)
        assert sum_month(months[0]).paid == payout.amount
    assert len(list_months(found[Account.Owner.BRAND].account, market)) > 1
    assert find_stock_faults() == []


def test_nothing_is_bought_twice(seeded: None) -> None:
    assert sales.ensure_sales() == 0
    earlier.ensure_earlier(User.objects.get(email="staff@demo.example"))
    assert Order.objects.count() == len(sales.SALES) + 1


def test_orders_are_under_way_and_one_came_back(seeded: None) -> None:
    aftercare.ensure_lives(User.objects.get(email="staff@demo.example"))
    outbox.relay()

    assert Shipment.objects.count() == 3
    assert Return.objects.get().order.state == Order.State.DELIVERED
    assert Refund.objects.get(order__isnull=False).state == Refund.State.DONE
    assert Case.objects.get().line is not None
    assert find_payment_faults() == []
