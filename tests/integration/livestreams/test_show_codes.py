"""Codes of a show or a creator: they count what was tapped there, and nothing else."""

import datetime as dt

import pytest
import time_machine

from catalog.models import Variant
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream
from orders.access import Shopper
from orders.errors.coupons import CouponNotShown
from orders.models import Cart, Checkout
from orders.selectors.carts import get_cart_page, get_checkout_totals
from orders.services.checkout import set_details, start_checkout
from orders.services.coupons import put_coupon
from orders.services.placing import place_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.factories import (
    make_coupon,
    make_creator,
    make_livestream,
    make_product,
    make_variant,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.orders.conftest import ADDRESS
from tests.integration.orders.test_carts import add

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def stall() -> Stall:
    """Make a show that sells a product of 30 pounds."""
    return make_stall(make_creator())


@pytest.fixture
def guest() -> Shopper:
    """Be a guest in a browser."""
    return Shopper(None, "browser-of-a-guest")


def tapped(variant: Variant, show: Livestream) -> str:
    """Mint what the shelf of a show carries for a product."""
    product = variant.product.public_id
    return mint_source_ref(Surface.SHELF, livestream=show.public_id, product=product)


def cart_of(guest: Shopper, variant: Variant, source: str) -> Cart:
    """Put a piece into the cart that was tapped somewhere."""
    add(variant, guest, source=source)
    return Cart.objects.get(state=Cart.State.OPEN)


def test_a_code_of_a_show_takes_off_what_was_tapped_in_it(
    stall: Stall, guest: Shopper
) -> None:
    make_coupon(code="SUNDAY", show_ref=stall.show.public_id)
    beside = make_variant(product=make_product(brand=stall.brand), price=1000)
    add(beside, guest)
    cart = cart_of(guest, stall.variant, tapped(stall.variant, stall.show))
    put_coupon(cart, "SUNDAY")
    totals = get_cart_page(cart).totals
    assert totals is not None
    assert totals.discount.minor == 300


def test_a_code_of_a_creator_counts_in_each_of_their_shows(
    stall: Stall, guest: Shopper
) -> None:
    make_coupon(code="MIA10", creator=stall.creator)
    other = make_livestream(creator=stall.creator)
    cart = cart_of(guest, stall.variant, tapped(stall.variant, other))
    put_coupon(cart, "MIA10")
    totals = get_cart_page(cart).totals
    assert totals is not None
    assert totals.discount.minor == 300


@pytest.mark.parametrize("kind", ["none", "forged", "product", "show", "rehearsal"])
def test_what_was_not_tapped_there_is_refused(
    stall: Stall, guest: Shopper, kind: str
) -> None:
    foreign = make_livestream()
    rehearsal = make_livestream(
        creator=stall.creator, rehearsal_of=stall.show, audience="invited"
    )
    other = make_variant()
    ref = {
        "none": "",
        "forged": f"{tapped(stall.variant, stall.show)[:-2]}xx",
        "product": tapped(other, stall.show),
        "show": tapped(stall.variant, foreign),
        "rehearsal": tapped(stall.variant, rehearsal),
    }[kind]
    make_coupon(code="MIA10", creator=stall.creator)
    cart = cart_of(guest, stall.variant, ref)
    with pytest.raises(CouponNotShown):
        put_coupon(cart, "MIA10")


def test_a_tap_counts_for_seven_days_and_what_was_ordered_stays(
    stall: Stall, guest: Shopper
) -> None:
    make_coupon(code="SUNDAY", show_ref=stall.show.public_id)
    cart = cart_of(guest, stall.variant, tapped(stall.variant, stall.show))
    put_coupon(cart, "SUNDAY")
    late = clock.now() + dt.timedelta(days=8)
    with time_machine.travel(late, tick=False):
        page = get_cart_page(cart)
        assert page.coupon is not None
        assert page.coupon.refusal == str(CouponNotShown.default_message)
    checkout = start_checkout(cart, shopper=guest, key=new_public_id())
    set_details(
        checkout,
        shopper=guest,
        email="sam@people.example",
        address=ADDRESS,
        is_adult_stated=True,
    )
    totals = get_checkout_totals(checkout)
    assert totals.discount.minor == 300
    place_order(checkout, shopper=guest, shown_total=totals.total.minor)
    with time_machine.travel(late, tick=False):
        ordered = Checkout.objects.get(pk=checkout.pk)
        assert get_checkout_totals(ordered).total == totals.total
