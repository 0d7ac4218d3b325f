"""Goods that are withdrawn while they are on screen leave it in every room."""

from django.db import transaction

from catalog.models import Product
from livestreams.models import Livestream, Pin
from livestreams.services.pins import remove_pin
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "livestreams.product_withdrawn"
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)


def post_product_withdrawn(product: Product) -> None:
    """Write into the open transaction that a product leaves the screens."""
    outbox.post(TOPIC, new_public_id(), {"product": product.public_id})


def carry_product_withdrawn(message: Outbox) -> None:
    """Take a withdrawn product off every screen, by itself or in a bundle.

    One that is on sale again by now stays.

    Locks: each show on air in turn, as a pin does: who looked at the product before
    it was withdrawn and pins it at this moment is waited for.
    Safe to repeat: yes.
    """
    product = Product.objects.filter(
        public_id=message.payload["product"], state=Product.State.WITHDRAWN
    ).first()
    if product is None:
        return
    shows = Livestream.objects.filter(state__in=ON_AIR).order_by("pk")
    for key in list(shows.values_list("pk", flat=True)):
        with transaction.atomic():
            show = Livestream.objects.select_for_update(no_key=True).get(pk=key)
            for pin in Pin.objects.showing(product.pk).filter(livestream=show):
                remove_pin(pin)
