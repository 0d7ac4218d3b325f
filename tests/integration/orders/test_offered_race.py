"""Carts with the same offers in other orders meet: none stands in another's way."""

import pytest
from django.db import OperationalError, transaction

from catalog.models import Offer, PriceVersion, Variant
from catalog.selectors.offers import count_left
from catalog.services.offers import take_pieces
from orders.access import Shopper
from orders.models import Cart, Checkout, Order
from orders.services import placing
from orders.services.checkout import start_checkout
from orders.services.placing import place_order
from shopfront.common.ids import new_public_id
from tests.factories import make_variant
from tests.integration.orders.conftest import fill_in
from tests.integration.orders.test_carts import add
from tests.integration.orders.test_offered import open_offer
from tests.meeting import meet

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]
FIRST, SECOND = Shopper(None, "browser-1"), Shopper(None, "browser-2")
Scene = tuple[list[Offer], Checkout, Checkout]


def hold(shopper: Shopper, street: str, *variants: Variant) -> Checkout:
    """Hold one of each, put in the cart in this order."""
    for variant in variants:
        add(variant, shopper, 1)
    cart = Cart.objects.get(browser_key=shopper.browser_key, state=Cart.State.OPEN)
    checkout = start_checkout(cart, shopper=shopper, key=new_public_id())
    fill_in(checkout, shopper, street=street)
    return checkout


@pytest.fixture
def scene(db: None) -> Scene:
    """Hold two pieces in either order; then both get an offer."""
    one, two = make_variant(stock=9), make_variant(stock=9)
    first = hold(FIRST, "1 High Street", one, two)
    second = hold(SECOND, "2 High Street", two, one)
    return [open_offer(one, most=5), open_offer(two, most=5)], first, second


def place(checkout: Checkout, shopper: Shopper) -> None:
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)


def test_the_same_offers_in_other_orders_are_both_taken(scene: Scene) -> None:
    offers, first, second = scene
    faults = meet(
        lambda: place(first, FIRST),
        lambda: place(second, SECOND),
        after=(placing, "take_pieces"),
    )
    assert faults == []
    assert [count_left(offer) for offer in offers] == [3, 3]
    assert {order.goods_minor for order in Order.objects.all()} == {1900}


def test_offers_taken_in_the_order_of_lines_would_stand_still(scene: Scene) -> None:
    """Negative control: the later offer first, and PostgreSQL ends one."""
    offers, first, second = scene

    def take_crosswise() -> None:
        with transaction.atomic():
            for line in second.cart.lines.order_by("pk").select_related("reservation"):
                assert line.reservation is not None
                price = PriceVersion.objects.in_force().get(variant=line.variant_id)
                take_pieces(price, line.reservation)

    faults = meet(
        lambda: place(first, FIRST), take_crosswise, after=(placing, "take_pieces")
    )
    assert [type(fault) for fault in faults] == [OperationalError]
    assert {count_left(offer) for offer in offers} == {4}
