"""The demo's shows while nobody hosts them: pins take turns, dates stay ahead."""

import datetime as dt

from django.conf import settings
from django.db.models import F

from catalog.models import Bundle, Product
from catalog.selectors.bundles import list_bundles
from livestreams.models import Livestream, Pin
from livestreams.selectors.pins import has_price
from livestreams.services.pins import pin_bundle, place_pin, remove_pin
from shopfront.common import clock

TURN = dt.timedelta(minutes=3)
MOST_AT_ONCE = 2
DAY = dt.timedelta(days=1)

State = Livestream.State


def tend_demo_shows() -> int:
    """Show the next product where a turn is over; return how many were pinned.

    A show whose host has signed in is theirs and left alone, whatever its age.
    Does nothing outside the demo.

    Safe to repeat: yes.
    """
    if not settings.DEMO:
        return 0
    _move_ahead()
    shows = Livestream.objects.filter(
        is_demo=True, state=State.LIVE, creator__user__last_login=None
    ).select_related("creator__user")
    return sum(_take_turn(show) for show in shows)


def _move_ahead() -> None:
    """Move shows that should have begun to the same hour of the next day."""
    now = clock.now()
    late = Livestream.objects.filter(
        is_demo=True, state=State.SCHEDULED, starts_at__lte=now
    )
    for show in late:
        days = (now - show.starts_at).days + 1
        Livestream.objects.filter(pk=show.pk, starts_at=show.starts_at).update(
            starts_at=show.starts_at + days * DAY,
            calendar_sequence=F("calendar_sequence") + 1,
        )


def _take_turn(show: Livestream) -> bool:
    pins = list(Pin.objects.filter(livestream=show, removed_at=None).order_by("id"))
    if pins and pins[-1].placed_at > clock.now() - TURN:
        return False
    goods = _find_next(show)
    if goods is None:
        return False
    for pin in pins[: len(pins) - MOST_AT_ONCE + 1]:
        remove_pin(pin)
    if isinstance(goods, Bundle):
        pin_bundle(show, goods, by=show.creator.user)
    else:
        place_pin(show, goods, by=show.creator.user)
    return True


def _find_next(show: Livestream) -> Product | Bundle | None:
    """Return the product or bundle of the shelf that was on screen least lately."""
    shelf = Product.objects.visible().filter(livestreamproduct__livestream=show)
    names = list(shelf.values_list("public_id", flat=True))
    views = list_bundles(show.market, products=names) if names else []
    goods: list[Product | Bundle] = [
        *(view.bundle for view in views if not view.rests),
        *(
            product
            for product in shelf.order_by("livestreamproduct__position")
            if has_price(product, show)
        ),
    ]
    shown = Pin.objects.filter(livestream=show).order_by("id")
    shown = shown.select_related("bundle", "product")
    last = {pin.bundle or pin.product: place for place, pin in enumerate(shown)}
    open_now = {pin.bundle or pin.product for pin in shown if pin.removed_at is None}
    waiting = [one for one in goods if one not in open_now]
    return min(waiting, key=lambda one: last.get(one, -1), default=None)
