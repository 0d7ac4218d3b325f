"""How parcels go: what a shopper chose, noted on the checkout with its new sums."""

from collections.abc import Mapping

from django.db import transaction

from catalog.selectors.delivery import list_delivery_ways
from orders.errors import CheckoutLapsed, DeliveryUnknown
from orders.models import Cart, Checkout
from orders.selectors.terms import sum_lines
from orders.services.placing import lines_of


def choose_deliveries(checkout: Checkout, chosen: Mapping[str, str]) -> None:
    """Note how the parcels of an open checkout should go, and what it then costs.

    Args:
        checkout: whose sums are worked out anew, with its address.
        chosen: public id of a way by that of its brand; brands left out keep theirs.

    Raises:
        DeliveryUnknown: a seller does not send so, or is none of this checkout.
        CheckoutLapsed: its time has ended.

    Locks: the checkout's row.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if locked.state != Checkout.State.OPEN:
            raise CheckoutLapsed
        cart = locked.cart
        lines = lines_of(cart)
        brands = {
            line.variant.product.brand.public_id: line.variant.product.brand_id
            for line in lines
        }
        offered = list_delivery_ways(cart.market, set(brands.values()))
        for brand, way in chosen.items():
            known = {one.id for one in offered.get(brands.get(brand, 0), ())}
            if way not in known:
                raise DeliveryUnknown
        cart.deliveries = cart.deliveries | dict(chosen)
        Cart.objects.filter(pk=cart.pk).update(deliveries=cart.deliveries)
        totals = sum_lines(lines, cart, address=locked.address)
        locked.goods_minor = totals.goods.minor
        locked.shipping_minor = totals.shipping.minor
        locked.save(update_fields=["goods_minor", "shipping_minor"])
    checkout.refresh_from_db()
