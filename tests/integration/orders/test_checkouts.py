"""Checkouts: all holds or none, details, ages, orders per brand."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from catalog.errors import LimitReached
from catalog.models import Product, Reservation, Stock, Variant
from catalog.services.limits import set_buying_limit
from orders.access import Shopper, get_checkout_for, get_order_for, make_order_token
from orders.errors import (
    AgeNotStated,
    BadAddress,
    CartEmpty,
    CheckoutLapsed,
    CheckoutMissing,
    DetailsMissing,
    LineShort,
    NotForSale,
    OrderMissing,
    PriceRaised,
    TotalChanged,
    UnderAge,
)
from orders.models import Address, CartLine, Checkout, Order
from orders.selectors.carts import get_checkout_totals
from orders.selectors.orders import list_orders
from orders.services.carts import (
    ensure_open_cart,
    find_open_cart,
    merge_guest_cart,
)
from orders.services.checkout import (
    set_details,
    start_again,
    start_checkout,
)
from orders.services.coupons import put_coupon
from orders.services.deliveries import choose_deliveries
from orders.services.payments import start_payment
from orders.services.placing import place_order
from orders.services.reconciling import lapse_checkouts
from orders.signals import order_cancelled
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import (
    make_brand,
    make_coupon,
    make_delivery_option,
    make_market,
    make_product,
    make_variant,
)
from tests.integration.orders.conftest import ADDRESS, ordered, ready, tap
from tests.integration.orders.test_carts import add, change_price

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def start(shopper: Shopper, key: str = "") -> Checkout:
    cart = ensure_open_cart(shopper, make_market())
    return start_checkout(cart, shopper=shopper, key=key or new_public_id())


def tell(checkout: Checkout, shopper: Shopper, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "email": "sam@people.example",
        "address": ADDRESS,
        "is_adult_stated": True,
    }
    set_details(checkout, shopper=shopper, **(facts | changes))


def test_buy_now_holds_at_the_tap(variant: Variant, guest: Shopper) -> None:
    checkout = tap(variant, guest, 2, key="one-attempt")
    assert tap(variant, guest, 2, key="one-attempt") == checkout
    assert Stock.objects.get().allocated == 2
    assert checkout.total.minor == 2 * 2500 + 395
    hold = Reservation.objects.get()
    assert hold.holder == "browser:browser-of-a-guest"
    assert hold.expires_at > checkout.expires_at
    assert CartLine.objects.get().source_ref == "signed"


def test_tapping_again_never_competes_with_oneself(guest: Shopper) -> None:
    last = make_variant(stock=1)
    first = tap(last, guest)
    second = tap(last, guest)
    first.refresh_from_db()
    assert first.state == Checkout.State.LAPSED
    assert second.state == Checkout.State.OPEN
    assert Stock.objects.get().allocated == 1


def test_tapping_again_after_an_unpaid_order_can_be_ordered(guest: Shopper) -> None:
    last = make_variant(stock=1)
    first = ordered(last, guest)
    second = ordered(last, guest)
    first.refresh_from_db()
    assert (first.state, second.state) == ("lapsed", "ordered")
    assert Stock.objects.get().allocated == 1


def test_the_last_piece_goes_to_one(guest: Shopper, account: Shopper) -> None:
    last = make_variant(stock=1)
    tap(last, guest)
    with pytest.raises(LineShort) as refusal:
        tap(last, account)
    assert refusal.value.extra == {"variant": last.public_id, "available": 0}


def test_a_cart_is_held_whole_or_not_at_all(variant: Variant, guest: Shopper) -> None:
    short = make_variant(stock=1, product=make_product(title="Oak bench"))
    add(variant, guest, 2)
    add(short, guest, 2)
    with pytest.raises(LineShort, match="Only 1 of Oak bench left"):
        start(guest)
    assert set(Stock.objects.values_list("allocated", flat=True)) == {0}
    Stock.objects.filter(variant=short).update(on_hand=2)
    first = start(guest)
    second = start(guest)
    first.refresh_from_db()
    assert first.state == Checkout.State.LAPSED
    assert dict(Stock.objects.values_list("variant", "allocated")) == {
        variant.pk: 2,
        short.pk: 2,
    }
    assert second.source_cart == find_open_cart(guest)


def test_an_empty_cart_has_no_checkout(guest: Shopper) -> None:
    with pytest.raises(CartEmpty):
        start(guest)


def test_one_order_per_brand_and_the_sums_add_up(guest: Shopper) -> None:
    brands = [make_brand(name="North"), make_brand(name="South")]
    variants = [
        make_variant(price=price, product=make_product(brand=brand))
        for brand, price in zip([*brands, brands[0]], (999, 1250, 333), strict=True)
    ]
    for variant in variants:
        add(variant, guest, 3)
    checkout = start(guest)
    tell(checkout, guest)
    orders = place_order(checkout, shopper=guest, shown_total=checkout.total.minor)
    assert [order.brand for order in orders] == brands
    assert [order.goods_minor for order in orders] == [3 * 999 + 3 * 333, 3 * 1250]
    assert [order.tax_minor for order in orders] == [500 + 167 + 66, 625 + 66]
    assert sum(order.total.minor for order in orders) == checkout.total.minor
    assert len({order.number for order in orders}) == 2
    again = place_order(checkout, shopper=guest, shown_total=checkout.total.minor)
    assert {order.pk for order in again} == {order.pk for order in orders}
    start_payment(
        checkout, shopper=guest, method="approve", key="first-key", return_url="/"
    )
    assert not CartLine.objects.filter(cart=find_open_cart(guest)).exists()


def test_ages_are_asked_where_they_are_unknown(
    variant: Variant, guest: Shopper, account: Shopper, teen: User
) -> None:
    with pytest.raises(UnderAge):
        tap(variant, Shopper(teen, ""))
    checkout = tap(variant, guest)
    with pytest.raises(AgeNotStated):
        tell(checkout, guest, is_adult_stated=False)
    tell(checkout, guest)
    assert checkout.adult_stated_at is not None
    with pytest.raises(UnderAge):
        tell(checkout, Shopper(teen, guest.browser_key))
    with pytest.raises(UnderAge):
        place_order(
            checkout, shopper=Shopper(teen, guest.browser_key), shown_total=9999
        )
    own = tap(variant, account)
    tell(own, account, is_adult_stated=False)
    assert own.adult_stated_at is None
    assert place_order(own, shopper=account, shown_total=own.total.minor)


def test_under_18_cannot_check_a_cart_out_or_pay(
    variant: Variant, guest: Shopper, teen: User
) -> None:
    add(variant, guest)
    young = Shopper(teen, guest.browser_key)
    with pytest.raises(UnderAge):
        start(young)
    checkout = ordered(variant, guest)
    with pytest.raises(UnderAge):
        start_payment(
            checkout, shopper=young, method="approve", key="first-key", return_url="/"
        )


def test_bad_addresses_name_their_fields(variant: Variant, guest: Shopper) -> None:
    checkout = tap(variant, guest)
    bad = ADDRESS | {"city": " ", "postcode": "75001", "name": "x" * 121}
    with pytest.raises(BadAddress) as refusal:
        tell(checkout, guest, address=bad)
    fields = refusal.value.extra["fields"]
    assert isinstance(fields, dict)
    assert set(fields) == {"city", "postcode", "name"}
    with pytest.raises(BadAddress):
        tell(checkout, guest, email="sam")
    with pytest.raises(DetailsMissing):
        place_order(checkout, shopper=guest, shown_total=9999)


def test_accounts_keep_their_address_once(variant: Variant, account: Shopper) -> None:
    for _ in range(2):
        tell(tap(variant, account), account, address=ADDRESS | {"postcode": "ls1 1aa"})
    assert Address.objects.get().postcode == "LS1 1AA"


def test_nothing_dearer_than_shown_is_ordered(variant: Variant, guest: Shopper) -> None:
    checkout = ready(variant, guest)
    shown = checkout.total.minor
    with pytest.raises(TotalChanged):
        place_order(checkout, shopper=guest, shown_total=shown - 1)
    change_price(variant, 2400)
    [order] = place_order(checkout, shopper=guest, shown_total=shown)
    assert order.goods_minor == 2400


def test_what_was_held_keeps_its_price_for_its_time_and_no_longer(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    kept, late = ready(variant, guest), ready(variant, account)
    change_price(variant, 2600)
    [order] = place_order(kept, shopper=guest, shown_total=kept.total.minor)
    assert order.goods_minor == 2500
    Checkout.objects.filter(pk=late.pk).update(expires_at=clock.now())
    with pytest.raises(PriceRaised):
        place_order(late, shopper=account, shown_total=late.total.minor)


def test_a_product_withdrawn_meanwhile_is_not_ordered(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ready(variant, guest)
    Product.objects.update(state=Product.State.WITHDRAWN)
    with pytest.raises(NotForSale, match="no longer on sale"):
        place_order(checkout, shopper=guest, shown_total=checkout.total.minor)


def test_a_lapsed_checkout_frees_its_hold_and_can_start_again(
    variant: Variant, guest: Shopper
) -> None:
    told: list[Order] = []

    def hear(sender: object, order: Order, **_facts: Any) -> None:
        told.append(order)

    order_cancelled.connect(hear)
    checkout = ordered(variant, guest)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=11), tick=False):
        assert lapse_checkouts() == 1
    order_cancelled.disconnect(hear)
    checkout.refresh_from_db()
    assert [order.state for order in told] == [Order.State.CANCELLED]
    assert Stock.objects.get().allocated == 0
    with pytest.raises(CheckoutLapsed):
        place_order(checkout, shopper=guest, shown_total=9999)
    with pytest.raises(CheckoutLapsed):
        tell(checkout, guest)
    fresh = start_again(checkout, shopper=guest, key="one-attempt")
    assert fresh.email == "sam@people.example"
    assert fresh.adult_stated_at is not None
    assert Stock.objects.get().allocated == 1
    assert start_again(fresh, shopper=guest, key="two-attempt") == fresh


def lapse(*checkouts: Checkout) -> None:
    with time_machine.travel(clock.now() + dt.timedelta(minutes=11), tick=False):
        assert lapse_checkouts() == len(checkouts)
    for checkout in checkouts:
        checkout.refresh_from_db()


def test_starting_again_keeps_the_code_and_the_way_of_delivery(
    variant: Variant, guest: Shopper
) -> None:
    brand = variant.product.brand
    express = make_delivery_option(
        brand=brand, kind="express", price_minor=995, position=1
    )
    checkout = ready(variant, guest)
    make_coupon(code="SPRING10")
    put_coupon(checkout.cart, "SPRING10", checkout=checkout)
    choose_deliveries(checkout, {brand.public_id: express.public_id})
    lapse(checkout)
    old = Checkout.objects.get(pk=checkout.pk)
    fresh = start_again(old, shopper=guest, key=new_public_id())
    totals = get_checkout_totals(fresh)
    assert totals.discount.minor == 250
    assert totals.shipping.minor == 995
    assert fresh.total == totals.total == checkout.total


def test_starting_again_is_no_way_round_a_households_limit(
    variant: Variant, guest: Shopper
) -> None:
    set_buying_limit(variant.product, 1)
    late, kim = ready(variant, guest), Shopper(None, "browser-of-kim")
    lapse(late)
    ready(variant, kim)
    with pytest.raises(LimitReached):
        start_again(late, shopper=guest, key=new_public_id())
    assert Stock.objects.get().allocated == 1


def test_checkouts_and_orders_of_others_are_not_found(
    variant: Variant, guest: Shopper, account: Shopper, stranger: User
) -> None:
    for owner in (guest, account):
        checkout = ordered(variant, owner)
        order = checkout.orders.get()
        own = (owner.user, owner.browser_key)
        assert get_checkout_for(*own, checkout.public_id) == checkout
        assert get_order_for(*own, order.public_id) == order
        assert list(list_orders(owner)) == [order]
        for user, key in ((stranger, ""), (None, "another"), (None, None)):
            with pytest.raises(CheckoutMissing):
                get_checkout_for(user, key, checkout.public_id)
            with pytest.raises(OrderMissing):
                get_order_for(user, key, order.public_id)
        token = make_order_token(order)
        assert get_order_for(None, None, order.public_id, token) == order
        with pytest.raises(OrderMissing):
            get_order_for(None, None, order.public_id, token[:-2] + "xx")
    assert list(list_orders(Shopper(stranger, guest.browser_key))) == []


def test_a_guest_who_signs_in_on_the_way_owns_what_they_buy(
    variant: Variant, guest: Shopper, shopper: User
) -> None:
    add(variant, guest, 2)
    checkout = start(guest)
    tell(checkout, guest)
    merge_guest_cart(shopper, guest.browser_key)
    signed_in = Shopper(shopper, guest.browser_key)
    [order] = place_order(checkout, shopper=signed_in, shown_total=checkout.total.minor)
    assert order.user == shopper
    start_payment(
        checkout, shopper=signed_in, method="approve", key="first-key", return_url="/"
    )
    assert list(list_orders(signed_in)) == [order]
    assert not CartLine.objects.filter(cart=find_open_cart(signed_in)).exists()
