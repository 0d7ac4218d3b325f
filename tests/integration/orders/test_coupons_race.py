"""The last use of a coupon has one owner, however many press at once."""

import threading

import pytest

from orders.access import Shopper
from orders.models import Checkout, Coupon, CouponUse
from orders.selectors.coupons import count_uses
from orders.services.coupons import put_coupon
from orders.services.placing import place_order
from tests.factories import make_coupon, make_variant
from tests.integration.orders.conftest import ready
from tests.integration.orders.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]
CROWD = 6


def prepare() -> list[tuple[Shopper, Checkout]]:
    """Let a crowd come to its button with the code of which two may be used."""
    variant = make_variant(stock=20)
    make_coupon(code="LAST", most_uses=2, most_per_shopper=CROWD)
    prepared = []
    for number in range(CROWD):
        shopper = Shopper(None, f"browser-{number}")
        checkout = ready(variant, shopper)
        put_coupon(checkout.cart, "LAST", checkout=checkout)
        checkout.refresh_from_db()
        prepared.append((shopper, checkout))
    return prepared


def test_two_uses_and_a_crowd_give_two_discounts() -> None:
    crowd = prepare()

    def order(number: int) -> object:
        shopper, checkout = crowd[number]
        shown = checkout.total.minor
        return len(place_order(checkout, shopper=shopper, shown_total=shown))

    results = at_once(order, CROWD)
    assert results.count(1) == 2
    assert results.count("orders.coupon_used_up") == CROWD - 2
    assert CouponUse.objects.count() == 2


def test_negative_control_counting_first_gives_one_to_everybody() -> None:
    crowd = prepare()
    coupon = Coupon.objects.get()
    counted = threading.Barrier(CROWD)

    def order(number: int) -> object:
        is_left = count_uses(coupon).count() < 2
        counted.wait(timeout=20)
        if is_left:
            CouponUse.objects.create(
                coupon=coupon, checkout=crowd[number][1], keys=[], discount_minor=250
            )
        return is_left

    assert at_once(order, CROWD).count(True) == CROWD
    assert CouponUse.objects.count() == CROWD > 2
