"""Bundles: one price, parts of their own, from the cart to money back for one part."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from catalog.errors import (
    AdmissionNeeded,
    BadPrice,
    BelowFloor,
    BundleNoSaving,
    BundleUnsound,
    DropNotOpen,
    LimitReached,
)
from catalog.models import Bundle, BundlePart, BundlePrice, Stock, Variant
from catalog.selectors.bundles import find_bundle_view, list_bundles
from catalog.services.bundles import end_bundle, make_bundle, set_bundle_price
from catalog.services.floors import approve_floor, set_floor
from catalog.services.limits import set_buying_limit
from catalog.services.prices import set_price
from orders.access import Shopper
from orders.errors import BadQuantity, LineShort, NotForSale, PriceUnknown
from orders.errors.bundles import BundleRaised, BundleRests
from orders.errors.coupons import CouponNotForThis
from orders.models import Cart, CartLine, Checkout, Invoice, Order
from orders.selectors.books import find_payment_faults
from orders.selectors.carts import get_cart_page
from orders.services.bundles import add_bundle, buy_bundle
from orders.services.carts import Source, merge_guest_cart
from orders.services.checkout import set_details, start_checkout
from orders.services.coupons import put_coupon
from orders.services.dispatching import dispatch_order
from orders.services.invoices import issue_invoice
from orders.services.payments import start_payment
from orders.services.placing import place_order
from orders.services.refunding import refund_order
from shopfront.common.ids import new_public_id
from shopfront.models import TaxRate, User
from tests.factories import (
    make_bundle as make_sold_bundle,
)
from tests.factories import (
    make_category,
    make_coupon,
    make_drop,
    make_market,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.orders.conftest import ADDRESS
from tests.integration.orders.test_carts import add
from tests.integration.orders.test_offered import open_offer

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def stool(variant: Variant) -> Variant:
    """Sell ten stools at 25 pounds."""
    return variant


@pytest.fixture
def book(stool: Variant) -> Variant:
    """Sell ten books of the same brand at 10 pounds, taxed at nothing."""
    TaxRate.objects.create(
        market=make_market(),
        category=TaxRate.Category.ZERO,
        basis_points=0,
        valid_from=dt.date(2020, 1, 1),
    )
    product = make_product(
        brand=stool.product.brand,
        category=make_category(tax_category="zero"),
        title="Long novel",
    )
    return make_variant(product=product, price=1000, stock=10)


@pytest.fixture
def bundle(stool: Variant, book: Variant) -> Bundle:
    """Sell a stool and two books, 45 pounds one by one, for 40."""
    return make_sold_bundle((stool, 1), (book, 2))


def shown(bundle: Bundle) -> str:
    return BundlePrice.objects.in_force().get(bundle=bundle).public_id


def put(bundle: Bundle, shopper: Shopper, count: int = 1, **changes: Any) -> None:
    facts: dict[str, Any] = {"price_shown": shown(bundle), "key": new_public_id()}
    add_bundle(
        shopper,
        bundle,
        market=make_market(),
        count=count,
        source=Source("show-1", "signed"),
        **(facts | changes),
    )


def tap(bundle: Bundle, shopper: Shopper, count: int = 1, key: str = "") -> Checkout:
    return buy_bundle(
        shopper,
        bundle,
        market=make_market(),
        count=count,
        price_shown=shown(bundle),
        source=Source("show-1", "signed"),
        key=key or new_public_id(),
    )


def pay(checkout: Checkout, shopper: Shopper) -> Order:
    set_details(
        checkout,
        shopper=shopper,
        email="sam@people.example",
        address=ADDRESS,
        is_adult_stated=True,
    )
    checkout.refresh_from_db()
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)
    start_payment(
        checkout,
        shopper=shopper,
        method="approve",
        key=new_public_id(),
        return_url="/",
    )
    return Order.objects.get(checkout=checkout)


def test_a_bundle_is_one_price_and_its_parts_are_taxed_sent_and_paid_back_apart(
    bundle: Bundle, stool: Variant, book: Variant, guest: Shopper, staff: User
) -> None:
    put(bundle, guest, 2)
    add(book, guest, 1)
    cart = Cart.objects.get()
    checkout = start_checkout(cart, shopper=guest, key=new_public_id())
    assert checkout.goods_minor == 2 * 4000 + 1000
    order = pay(checkout, guest)
    first, second, single = order.lines.order_by("id")
    assert first.title == "Reading corner: Walnut stool"
    assert (first.total_minor, second.total_minor) == (4444, 3556)
    assert (single.bundle_price, single.total_minor) == (None, 1000)
    assert first.tax_minor > 0 == second.tax_minor == single.tax_minor
    assert {line.source_id for line in (first, second)} == {"show-1"}
    assert (stool.stock.allocated, Stock.objects.get(variant=book).allocated) == (0, 5)
    assert not cart.lines.exists()
    assert issue_invoice(order).total == order.total
    parcel = {second.public_id: 4, single.public_id: 1}
    dispatch_order(order, parcel, carrier="Post", by=staff, key=new_public_id())
    refund = refund_order(
        order, {second.public_id: 1}, by=staff, reason="Torn", key=new_public_id()
    )
    assert refund.amount_minor == 3556 // 4
    assert Invoice.objects.count() == 1
    assert find_payment_faults() == []


def test_parts_are_held_together_or_not_at_all(
    bundle: Bundle, book: Variant, guest: Shopper
) -> None:
    Stock.objects.filter(variant=book).update(allocated=9)
    with pytest.raises(LineShort) as refusal:
        tap(bundle, guest)
    assert refusal.value.extra["variant"] == book.public_id
    assert Stock.objects.exclude(variant=book).get().allocated == 0
    view = find_bundle_view(bundle, make_market())
    assert view is not None
    assert view.available == 0
    Stock.objects.filter(variant=book).update(allocated=8)
    key = new_public_id()
    assert tap(bundle, guest, key=key) == tap(bundle, guest, key=key)
    fresh = tap(bundle, guest)
    assert Checkout.objects.exclude(pk=fresh.pk).get().state == Checkout.State.LAPSED
    assert Stock.objects.get(variant=book).allocated == 10


def test_a_household_limit_counts_the_parts(
    bundle: Bundle, book: Variant, account: Shopper
) -> None:
    set_buying_limit(book.product, 3)
    tap(bundle, account)
    with pytest.raises(LimitReached):
        tap(
            make_sold_bundle((book, 2), (make_variant(product=book.product), 1)),
            account,
        )


def test_a_gated_part_is_not_sold_by_a_bundle(
    bundle: Bundle, book: Variant, guest: Shopper
) -> None:
    make_drop(book.product)
    put(bundle, guest)
    ways: list[Callable[[], Checkout]] = [
        lambda: tap(bundle, guest),
        lambda: start_checkout(Cart.objects.get(), shopper=guest, key=new_public_id()),
    ]
    for act in ways:
        with pytest.raises((AdmissionNeeded, DropNotOpen)):
            act()


def test_one_reduction_at_a_time(
    bundle: Bundle, stool: Variant, guest: Shopper, client: Client
) -> None:
    put(bundle, guest)
    make_coupon(code="SPRING10")
    with pytest.raises(CouponNotForThis):
        put_coupon(Cart.objects.get(), "SPRING10")
    offer = open_offer(stool)
    view = find_bundle_view(bundle, make_market())
    assert view is not None
    assert view.rests
    with pytest.raises(BundleRests):
        tap(bundle, guest)
    with pytest.raises(BundleRests):
        start_checkout(Cart.objects.get(), shopper=guest, key=new_public_id())
    page = client.get(bundle.get_absolute_url()).content.decode()
    assert "One of its parts is on offer" in page
    assert "Buy now" not in page
    assert offer.is_running


def test_a_price_is_shown_kept_and_never_raised_unseen(
    bundle: Bundle, guest: Shopper, staff: User
) -> None:
    market = make_market()
    old = shown(bundle)
    put(bundle, guest)
    held = tap(bundle, guest)
    set_bundle_price(bundle, market, 4200, by=staff, reason="Dearer paper")
    with pytest.raises(BundleRaised):
        put(bundle, guest, price_shown=old)
    with pytest.raises(PriceUnknown):
        put(bundle, guest, price_shown="none")
    with pytest.raises(BundleRaised):
        start_checkout(Cart.objects.get(state="open"), shopper=guest, key="a-new-key")
    assert pay(held, guest).goods_minor == 4000
    assert BundlePrice.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        BundlePrice.objects.update(amount_minor=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        BundlePart.objects.update(quantity=3)


def test_a_saving_is_claimed_by_the_record_of_thirty_days_only(
    bundle: Bundle, stool: Variant, staff: User
) -> None:
    market = make_market()
    [view] = list_bundles(market)
    assert (view.apart.minor, view.saving and view.saving.minor) == (4500, 500)
    set_price(stool, market, 2100, by=staff, reason="A week of sale")
    set_price(stool, market, 2500, by=staff, reason="Back")
    [view] = list_bundles(market)
    assert (view.apart.minor, view.saving and view.saving.minor) == (4500, 100)
    fresh = make_variant(product=stool.product, price=None)
    set_price(fresh, market, 9000, by=staff, reason="New")
    young = make_sold_bundle((stool, 1), (fresh, 1), price=5000)
    found = find_bundle_view(young, market)
    assert found is not None
    assert (found.lowest_apart, found.saving) == (None, None)


def test_what_makes_no_sense_is_refused(
    bundle: Bundle, stool: Variant, book: Variant, staff: User
) -> None:
    market, brand = make_market(), stool.product.brand
    other = make_variant()
    wrong: list[tuple[str, list[tuple[Variant, int]]]] = [
        ("", [(stool, 1), (book, 1)]),
        ("One part", [(stool, 1)]),
        ("Twice", [(stool, 1), (stool, 1)]),
        ("None", [(stool, 0), (book, 1)]),
        ("Many", [(stool, 21), (book, 1)]),
        ("Of two brands", [(stool, 1), (other, 1)]),
    ]
    for title, pieces in wrong:
        with pytest.raises(BundleUnsound):
            make_bundle(brand, title=title, pieces=pieces, by=staff, reason="No")
    for amount, refusal in ((0, BadPrice), (4500, BundleNoSaving)):
        with pytest.raises(refusal):
            set_bundle_price(bundle, market, amount, by=staff, reason="No")
    floor = set_floor(market, stool.product.category, 2000, by=staff, counsel="Ours")
    approve_floor(floor, by=make_user(), reason="Read it")
    with pytest.raises(BelowFloor):
        set_bundle_price(bundle, market, 3500, by=staff, reason="Too low")
    assert end_bundle(bundle, by=staff, reason="Over")
    assert not end_bundle(bundle, by=staff, reason="Again")
    assert list_bundles(market) == []


def test_a_cart_changes_a_bundle_whole(
    bundle: Bundle, guest: Shopper, shopper: User, client: Client
) -> None:
    facts = {"bundle": bundle.public_id, "price_version": shown(bundle)}
    page = client.post(
        reverse("orders:bundle-add"), {**facts, "key": new_public_id()}, follow=True
    ).content.decode()
    assert "Reading corner is in your cart." in page
    assert "Long novel" in page
    assert "£40.00" in page
    line = CartLine.objects.order_by("-id")[0]
    address = reverse("orders:cart-line", args=[line.public_id])
    client.post(address, {"quantity": 3})
    assert sorted(CartLine.objects.values_list("quantity", flat=True)) == [3, 6]
    assert client.post(address, {"quantity": 11}).status_code == BadQuantity.status
    client.post(reverse("orders:bundle-add"), {**facts, "key": new_public_id()})
    assert set(CartLine.objects.values_list("bundle_count", flat=True)) == {4}
    gone = client.post(
        reverse("orders:cart-remove", args=[line.public_id]), follow=True
    )
    assert "Reading corner was removed." in gone.content.decode()
    assert not CartLine.objects.exists()
    undo = {**facts, "quantity": 4, "key": new_public_id()}
    client.post(reverse("orders:cart-restore"), undo)
    assert set(CartLine.objects.values_list("bundle_count", flat=True)) == {4}
    key = CartLine.objects.all()[0].cart.browser_key
    merge_guest_cart(shopper, key)
    cart = Cart.objects.get(user=shopper)
    totals = get_cart_page(cart).totals
    assert totals is not None
    assert totals.goods.minor == 16000


def test_a_bundle_is_found_and_bought_without_script(
    bundle: Bundle, book: Variant, client: Client
) -> None:
    for address in ("/shop/", book.product.get_absolute_url()):
        assert bundle.get_absolute_url() in client.get(address).content.decode()
    page = client.get(bundle.get_absolute_url()).content.decode()
    assert "each at its lowest price of the last 30 days: £45.00" in page
    assert "returned or cancelled by itself" in page
    answer = client.post(
        reverse("orders:bundle-buy"),
        {
            "bundle": bundle.public_id,
            "price_version": shown(bundle),
            "quantity": "1",
            "key": new_public_id(),
        },
        follow=True,
    )
    checkout = Checkout.objects.get()
    assert answer.request["PATH_INFO"].endswith(f"/checkout/{checkout.public_id}/")
    assert "£40.00" in answer.content.decode()
    end_bundle(bundle, by=make_user(), reason="Over")
    assert client.get(bundle.get_absolute_url()).status_code == 404
    with pytest.raises(NotForSale):
        put(bundle, Shopper(None, "browser-2"))


def test_a_bundle_that_is_short_says_so_and_leads_back(
    bundle: Bundle, book: Variant, client: Client
) -> None:
    Stock.objects.filter(variant=book).update(allocated=9)
    facts = {
        "bundle": bundle.public_id,
        "price_version": shown(bundle),
        "key": new_public_id(),
    }
    answer = client.post(reverse("orders:bundle-buy"), facts)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Only 1 of Long novel left" in page
    assert bundle.get_absolute_url() in page


def test_staff_look_at_the_figures_before_a_bundle_is_made(
    stool: Variant, book: Variant, client: Client, staff: User
) -> None:
    client.force_login(staff)
    brand = stool.product.brand
    facts = {
        "action": "make_bundle",
        "_selected_action": brand.pk,
        "decided": "1",
        "title": "Winter evening",
        "parts": f"{stool.sku} 1\n{book.sku} 2",
        "market": "GB",
        "amount_minor": "4000",
        "reason": "Winter",
    }
    address = reverse("admin:catalog_brand_changelist")
    page = client.post(address, facts).content.decode()
    assert "£22.22 instead of £25.00" in page
    assert "Enough for 5 bundles" in page
    assert not Bundle.objects.exists()
    client.post(address, facts | {"parts": "NONE 1"})
    client.post(address, facts | {"is_looked_at": "on"})
    made = Bundle.objects.get()
    assert [part.quantity for part in made.parts.all()] == [1, 2]
    assert made.prices.get().amount_minor == 4000
