"""Offers on the way to an order: the price of the hold is kept, pieces are counted."""

import datetime as dt

import pytest
from django.test import Client

from catalog.errors import OfferShort
from catalog.models import Offer, OfferUse, Reservation, Variant
from catalog.selectors.offers import count_left
from catalog.services import offers
from orders.access import Shopper
from orders.errors import PriceRaised
from orders.models import Cart, Checkout, Order
from orders.services.checkout import start_checkout
from orders.services.lapses import lapse_checkout
from orders.services.payments import start_payment
from orders.services.placing import place_order
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import make_market, make_offer_limit, make_user
from tests.integration.orders.conftest import ready, tap
from tests.integration.orders.test_carts import add

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Close = Offer.Close


def open_offer(variant: Variant, amount: int = 1900, most: int | None = None) -> Offer:
    product = variant.product
    if not product.offer_limits.exists():
        make_offer_limit(product=product)
    return offers.open_offer(
        product,
        make_market(),
        amount_minor=amount,
        length=dt.timedelta(minutes=5),
        most_pieces=most,
        by=make_user(),
    )


def test_an_offer_closed_between_tap_and_payment_keeps_the_price_that_was_held(
    variant: Variant, account: Shopper, client: Client, shopper: User
) -> None:
    offer = open_offer(variant)
    checkout = ready(variant, account)
    offers.close_offer(offer, reason=Close.HOST)
    [order] = place_order(checkout, shopper=account, shown_total=checkout.total.minor)
    checkout.refresh_from_db()
    paid = start_payment(
        checkout,
        shopper=account,
        method="approve",
        key=new_public_id(),
        return_url="https://shop.example/back/",
    )
    assert (order.goods_minor, paid.payment.state) == (1900, "paid")
    evidence = order.lines.get().price_version
    assert evidence.offer == offer
    assert evidence.prior_minor == 2500
    client.force_login(shopper)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Offer price" in page
    assert "lowest price of the 30 days before: £25.00" in page


def test_a_tap_on_an_offer_that_is_over_names_the_price_of_now(
    variant: Variant, guest: Shopper
) -> None:
    offer = open_offer(variant)
    add(variant, guest, 1)
    offers.close_offer(offer, reason=Close.HOST)
    [cart] = Cart.objects.all()
    with pytest.raises(PriceRaised) as refusal:
        start_checkout(cart, shopper=guest, key=new_public_id())
    assert refusal.value.extra["amount_minor"] == 2500
    assert not Reservation.objects.exists()


def test_a_cart_is_held_at_the_offer_that_opened_meanwhile(
    variant: Variant, guest: Shopper
) -> None:
    add(variant, guest, 2)
    offer = open_offer(variant, most=2)
    checkout = start_checkout(Cart.objects.get(), shopper=guest, key=new_public_id())
    assert checkout.goods_minor == 3800
    offer.refresh_from_db()
    assert offer.close_reason == Close.SOLD


def test_an_offer_that_opens_after_the_tap_lowers_the_order_while_it_lasts(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    first, second = ready(variant, guest), ready(variant, account)
    offer = open_offer(variant, most=1)
    [cheap] = place_order(first, shopper=guest, shown_total=first.total.minor)
    [dear] = place_order(second, shopper=account, shown_total=second.total.minor)
    assert (cheap.goods_minor, dear.goods_minor) == (1900, 2500)
    assert count_left(offer) == 0


def test_a_hold_of_an_offer_before_counts_against_the_one_that_lowers_its_price(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    before = open_offer(variant, most=5)
    first, second = ready(variant, guest), ready(variant, account)
    assert count_left(before) == 3
    offers.close_offer(before, reason=Close.HOST)
    offer = open_offer(variant, 1500, most=1)
    [cheap] = place_order(first, shopper=guest, shown_total=first.total.minor)
    [kept] = place_order(second, shopper=account, shown_total=second.total.minor)
    assert (cheap.goods_minor, kept.goods_minor) == (1500, 1900)
    offer.refresh_from_db()
    assert (count_left(offer), offer.close_reason) == (0, Close.SOLD)
    assert OfferUse.objects.get(offer=before).reservation == held_by(kept)


def held_by(order: Order) -> Reservation:
    return order.lines.get().reservation


def test_pieces_of_an_offer_that_nobody_pays_for_are_left_again(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    offer = open_offer(variant, most=3)
    first = tap(variant, guest, 2)
    with pytest.raises(OfferShort) as refusal:
        tap(variant, account, 2)
    assert "Only 1 piece is left at this price" in refusal.value.message
    assert Reservation.objects.filter(state=Reservation.State.HELD).count() == 1
    assert Checkout.objects.count() == 1
    lapse_checkout(first)
    assert count_left(offer) == 3
    assert tap(variant, account, 2).goods_minor == 3800
