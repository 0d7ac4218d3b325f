"""A sale weeks ago, past its return window: its brand is paid for it now."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from livestreams.services.attribution import attribute_order
from orders.models import Order
from orders.services.dispatching import deliver_order, dispatch_order
from shopfront.management.demo.reports import FIRST, FIRST_WEEKS
from shopfront.management.demo.sales import Sale, ensure_sale
from shopfront.models import User

SALE = Sale("jonas", "ines-makes-rooms", "Canteen chair", 4, show=FIRST)
UNDER_WAY = dt.timedelta(days=2)


def ensure_earlier(staff: User) -> None:
    """Let somebody have bought in a host's first show, and have it all."""
    sold = dt.timedelta(weeks=FIRST_WEEKS)
    with clock_back(sold):
        if not ensure_sale(SALE):
            return
        order = Order.objects.get(
            user__email=f"{SALE.mailbox}@demo.example",
            lines__variant__product__title=SALE.product,
        )
        attribute_order(order.public_id)
        dispatch_order(order, carrier="Red Vans", by=staff, key="demo-earlier")
    with clock_back(sold - UNDER_WAY):
        deliver_order(order, by=staff)


@contextmanager
def clock_back(span: dt.timedelta) -> Iterator[None]:
    """Let this process live some time ago: what it writes meanwhile is that old."""
    kept = settings.CLOCK_SHIFT
    settings.CLOCK_SHIFT = kept - span
    try:
        yield
    finally:
        settings.CLOCK_SHIFT = kept
