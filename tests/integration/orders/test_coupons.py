"""Coupons: what they take off, for whom, how often, and when they come back."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import CheckoutLapsed
from orders.errors import coupons as errors
from orders.models import Cart, Checkout, Coupon, CouponUse, Order
from orders.selectors.carts import get_cart_page, get_checkout_totals
from orders.selectors.coupons import count_uses, get_coupon
from orders.services.checkout import start_checkout
from orders.services.coupons import put_coupon, remove_coupon
from orders.services.lapses import lapse_checkout
from orders.services.payments import start_payment
from orders.services.placing import place_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Market, User
from tests.factories import (
    make_brand,
    make_coupon,
    make_creator,
    make_market,
    make_variant,
)
from tests.integration.orders.conftest import ADDRESS, ready, tap
from tests.integration.orders.test_carts import add
from tests.integration.orders.test_offered import open_offer

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def cart_with(variant: Variant, shopper: Shopper, quantity: int = 1) -> Cart:
    add(variant, shopper, quantity)
    return Cart.objects.get(state=Cart.State.OPEN)


def use(variant: Variant, shopper: Shopper, code: str) -> tuple[Checkout, Order]:
    """Tap, put the code on, and order."""
    checkout = ready(variant, shopper)
    put_coupon(checkout.cart, code, checkout=checkout)
    [order] = place_order(
        checkout,
        shopper=shopper,
        shown_total=get_checkout_totals(checkout).total.minor,
    )
    checkout.refresh_from_db()
    return checkout, order


def test_a_percentage_comes_off_every_line_and_stands_on_the_order(
    variant: Variant, guest: Shopper
) -> None:
    make_coupon(code="SPRING10", percent_bps=1000)
    other = make_variant(product=variant.product, price=1999)
    cart = cart_with(variant, guest, 2)
    add(other, guest, 1)
    put_coupon(cart, " spring10 ")
    totals = get_cart_page(cart).totals
    assert totals is not None
    assert totals.discount.minor == 700
    assert totals.goods.minor == 5000 + 1999 - 700
    checkout = start_checkout(cart, shopper=guest, key=new_public_id())
    Checkout.objects.filter(pk=checkout.pk).update(
        email="sam@people.example", address=ADDRESS, adult_stated_at=clock.now()
    )
    checkout.refresh_from_db()
    [order] = place_order(checkout, shopper=guest, shown_total=totals.total.minor)
    assert sum(line.discount_minor for line in order.lines.all()) == 700
    assert order.goods_minor == 6299
    assert CouponUse.objects.get().discount_minor == 700


def test_an_amount_leaves_something_to_pay(variant: Variant, guest: Shopper) -> None:
    facts = {"code": "GIFT", "percent_bps": None, "amount_minor": 2400}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_coupon(**facts, minimum_minor=2400)
    make_coupon(**facts, minimum_minor=2500)
    _checkout, order = use(variant, guest, "GIFT")
    assert order.goods_minor == 100


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"valid_from": dt.timedelta(days=1)}, errors.CouponNotYet),
        ({"valid_until": dt.timedelta(0)}, errors.CouponExpired),
        ({"minimum_minor": 2501}, errors.CouponMinimum),
        ({"most_uses": 0}, errors.CouponUsedUp),
        ({"most_per_shopper": 0}, errors.CouponUsed),
        ({"brand": "another"}, errors.CouponNotForThis),
        ({"market": "another"}, errors.CouponOtherMarket),
        ({"code": "OTHER"}, errors.CouponUnknown),
    ],
)
def test_a_coupon_that_does_not_fit_is_refused_by_its_own_code(
    variant: Variant,
    account: Shopper,
    changes: dict[str, Any],
    refusal: type[Exception],
) -> None:
    facts = {
        name: clock.now() + value if isinstance(value, dt.timedelta) else value
        for name, value in changes.items()
    }
    if "brand" in facts:
        facts["brand"] = make_brand()
    if "market" in facts:
        facts["market"] = Market.objects.create(
            code="DE", name="Germany", currency="EUR", time_zone="Europe/Berlin"
        )
    make_coupon(**({"code": "SPRING10"} | facts))
    cart = cart_with(variant, account)
    with pytest.raises(refusal):
        put_coupon(cart, "SPRING10")
    assert get_cart_page(cart).coupon is None


def test_a_cart_that_moved_to_another_country_leaves_its_code_behind(
    variant: Variant, guest: Shopper
) -> None:
    cart = cart_with(variant, guest)
    elsewhere = Market.objects.create(
        code="DE", name="Germany", currency="EUR", time_zone="Europe/Berlin"
    )
    cart.coupon = make_coupon(market=elsewhere)
    page = get_cart_page(cart)
    assert page.coupon is not None
    assert page.coupon.refusal == "This code is for another country."
    assert page.totals is not None
    assert not page.totals.discount


@pytest.mark.parametrize("code", ["", "x" * 31, "a\x00b", "'; --", "\u017fpring"])
def test_a_code_that_is_none_is_unknown(db: None, code: str) -> None:
    with pytest.raises(errors.CouponUnknown):
        get_coupon(make_market(), code)


def test_no_coupon_goes_below_the_price_of_an_offer(
    variant: Variant, guest: Shopper
) -> None:
    make_coupon(code="SPRING10")
    open_offer(variant)
    checkout = ready(variant, guest)
    with pytest.raises(errors.CouponNotForThis):
        put_coupon(checkout.cart, "SPRING10", checkout=checkout)


def test_each_shopper_uses_it_once_whichever_name_they_give(
    variant: Variant, guest: Shopper, account: Shopper, shopper: User
) -> None:
    make_coupon(code="SPRING10")
    use(variant, guest, "SPRING10")
    again = ready(variant, Shopper(None, "another-browser"))
    with pytest.raises(errors.CouponUsed):
        put_coupon(again.cart, "SPRING10", checkout=again)
    User.objects.filter(pk=shopper.pk).update(email="sam@people.example")
    shopper.refresh_from_db()
    with pytest.raises(errors.CouponUsed):
        put_coupon(cart_with(variant, account), "SPRING10")


def test_a_code_for_first_orders_knows_who_ordered_before(
    variant: Variant, guest: Shopper, account: Shopper, shopper: User
) -> None:
    make_coupon(code="FIRST", is_first_order=True, most_per_shopper=9)
    first, _order = use(variant, guest, "FIRST")
    first.orders.update(email="SAM@People.example")
    again = ready(variant, Shopper(None, "another-browser"))
    with pytest.raises(errors.CouponFirstOrder):
        put_coupon(again.cart, "FIRST", checkout=again)
    put_coupon(cart_with(variant, Shopper(None, "nobody-known")), "FIRST")
    lapse_checkout(first)
    put_coupon(again.cart, "FIRST", checkout=again)
    mine, _order = use(variant, account, "FIRST")
    mine.orders.update(email="other@people.example")
    add(variant, account)
    with pytest.raises(errors.CouponFirstOrder):
        put_coupon(Cart.objects.get(state=Cart.State.OPEN, user=shopper), "FIRST")


def test_a_code_for_first_orders_is_asked_again_when_the_order_is_placed(
    variant: Variant, guest: Shopper
) -> None:
    make_coupon(code="FIRST", is_first_order=True, most_per_shopper=9)
    checkout, other = (
        ready(variant, one) for one in (guest, Shopper(None, "another-browser"))
    )
    for one in (checkout, other):
        put_coupon(one.cart, "FIRST", checkout=one)
    shown = get_checkout_totals(checkout).total.minor
    place_order(checkout, shopper=guest, shown_total=shown)
    with pytest.raises(errors.CouponFirstOrder):
        place_order(other, shopper=Shopper(None, "another-browser"), shown_total=shown)


def test_a_use_comes_back_when_the_order_lapses_or_is_paid_back_whole(
    variant: Variant, guest: Shopper
) -> None:
    coupon = make_coupon(code="SPRING10", most_uses=1)
    lapsed, _order = use(variant, guest, "SPRING10")
    assert count_uses(coupon).count() == 1
    lapse_checkout(lapsed)
    assert count_uses(coupon).count() == 0
    paid, order = use(variant, guest, "SPRING10")
    start_payment(
        paid,
        shopper=guest,
        method="approve",
        key=new_public_id(),
        return_url="https://shop.example/back/",
    )
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert count_uses(coupon).count() == 1
    Order.objects.filter(pk=order.pk).update(state=Order.State.CANCELLED)
    assert count_uses(coupon).count() == 0


def test_a_coupon_that_expires_before_the_order_stops_it_and_says_so(
    variant: Variant, guest: Shopper
) -> None:
    make_coupon(code="SPRING10", valid_until=clock.now() + dt.timedelta(minutes=5))
    checkout = ready(variant, guest)
    put_coupon(checkout.cart, "SPRING10", checkout=checkout)
    shown = get_checkout_totals(checkout).total.minor
    with time_machine.travel(clock.now() + dt.timedelta(minutes=5), tick=False):
        with pytest.raises(errors.CouponExpired):
            place_order(checkout, shopper=guest, shown_total=shown)
        assert get_checkout_totals(checkout).total.minor > shown
        remove_coupon(checkout.cart, checkout=checkout)
        dear = get_checkout_totals(checkout).total.minor
        [order] = place_order(checkout, shopper=guest, shown_total=dear)
    assert order.goods_minor == 2500
    with pytest.raises(CheckoutLapsed):
        put_coupon(checkout.cart, "SPRING10", checkout=checkout)


def test_the_cart_and_the_checkout_show_it_with_and_without_script(
    client: Client, variant: Variant, shopper: User, account: Shopper
) -> None:
    make_coupon(code="SPRING10")
    client.force_login(shopper)
    cart = cart_with(variant, account)
    address = reverse("orders:cart-coupon")
    page = client.post(address, {"code": "nothing"}).content.decode()
    assert "We do not know this code" in page
    page = client.post(address, {"code": "spring10"}, follow=True).content.decode()
    assert "\N{MINUS SIGN}£2.50" in page
    part = client.post(address, {"code": ""}, headers={"HX-Request": "true"})
    assert "Do you have a code?" in part.content.decode()
    put_coupon(cart, "SPRING10")
    checkout = start_checkout(cart, shopper=account, key=new_public_id())
    page = client.get(
        reverse("orders:checkout-detail", args=[checkout.public_id])
    ).content.decode()
    assert "\N{MINUS SIGN}£2.50" in page
    own = reverse("orders:checkout-coupon", args=[checkout.public_id])
    assert (
        "\N{MINUS SIGN}£2.50"
        not in client.post(own, {"code": ""}, follow=True).content.decode()
    )
    assert client.post(own, {"code": "old"}).status_code == 404
    stranger = tap(variant, Shopper(None, "browser-of-another"))
    foreign = reverse("orders:checkout-coupon", args=[stranger.public_id])
    assert client.post(foreign, {"code": "SPRING10"}).status_code == 404


def test_a_coupon_is_a_percentage_or_an_amount(db: None) -> None:
    market = make_market()
    with pytest.raises(ValidationError):
        Coupon(code="X", market=market, percent_bps=100, amount_minor=100).clean()
    with pytest.raises(ValidationError):
        Coupon(code="X", market=market).clean()
    with pytest.raises(ValidationError):
        Coupon(code="X", market=market, amount_minor=100).clean()


def test_a_code_open_to_all_is_for_no_show_creator_or_first_order_alone(
    db: None,
) -> None:
    limits: tuple[dict[str, Any], ...] = (
        {"show_ref": "a-show"},
        {"creator": make_creator()},
        {"is_first_order": True},
    )
    for limit in limits:
        facts = {"is_public": True, "code": "ALL"} | limit
        with pytest.raises(ValidationError):
            Coupon(market=make_market(), percent_bps=100, **facts).clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            make_coupon(**facts)
