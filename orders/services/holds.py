"""Holds of a checkout: all its lines or none, kept while a payment is undecided."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.errors import StockShort
from catalog.models import Reservation, Variant
from catalog.services.stock import (
    extend_holds,
    hold_stock,
    holder_of,
    release_stock,
    retake_holds,
)
from orders.access import Shopper
from orders.errors import LineShort
from orders.models import CartLine, Checkout

GONE = {Reservation.State.LAPSED, Reservation.State.RELEASED}
GRACE = dt.timedelta(minutes=10)
"""How long a hold outlives its checkout's clock, so that no sweep frees it
before the gateway has said that the payment is cancelled."""


@dataclass(frozen=True, slots=True)
class Wish:
    """So many pieces of a variant."""

    variant: Variant
    quantity: int


def hold_all(
    wishes: Sequence[Wish], shopper: Shopper, *, cause_kind: str, cause_ref: str
) -> dict[int, Reservation]:
    """Hold every line, one statement each in key order; return holds by variant.

    Raises:
        LineShort: the first line that is short; what this call held is released.
        DomainError: a refusal of the stock's own, after the same release.
    """
    holder = holder_of(shopper.user, shopper.browser_key)
    held: dict[int, Reservation] = {}
    for wish in sorted(wishes, key=lambda wish: wish.variant.pk):
        try:
            held[wish.variant.pk] = hold_stock(
                wish.variant.pk,
                quantity=wish.quantity,
                holder=holder,
                seconds=settings.HOLD_SECONDS + int(GRACE.total_seconds()),
                cause_kind=cause_kind,
                cause_ref=cause_ref,
                user=shopper.user,
            )
        except BaseException as error:
            release_stock([hold.pk for hold in held.values()])
            if isinstance(error, StockShort):
                raise line_short(wish.variant, error.extra.get("available")) from error
            raise
    return held


def line_short(variant: Variant, available: object) -> LineShort:
    """Return the refusal that names the line and what is left of it."""
    facts = {"title": variant.product.title, "count": available}
    if available:
        message = _("Only %(count)s of %(title)s left. Nothing was charged.") % facts
    else:
        message = _("%(title)s is sold out. Nothing was charged.") % facts
    extra = {"variant": variant.public_id, "available": available}
    return LineShort(message, extra=extra)


def list_hold_ids(checkout: Checkout) -> list[int]:
    """List the keys of a checkout's holds, in order."""
    return list(
        CartLine.objects.filter(cart=checkout.cart_id, reservation__isnull=False)
        .order_by("reservation_id")
        .values_list("reservation_id", flat=True)
    )


def ensure_holds(checkout: Checkout) -> None:
    """Make sure that every piece is held before money moves; take lost holds anew.

    Raises:
        LineShort: a piece has gone to somebody else; nothing was charged.
    """
    lines = CartLine.objects.filter(cart=checkout.cart_id).select_related(
        "reservation", "variant__product"
    )
    lost = {
        line.reservation.pk: line
        for line in lines
        if line.reservation is not None and line.reservation.state in GONE
    }
    retaken = retake_holds(sorted(lost)) if lost else set()
    for key, line in lost.items():
        if key not in retaken:
            raise line_short(line.variant, 0)


def keep_holds(checkout: Checkout, until: dt.datetime) -> None:
    """Keep a checkout's holds past a moment, whatever the sweep does.

    Safe to repeat: yes.
    """
    extend_holds(list_hold_ids(checkout), until + GRACE)


def free_holds(checkout: Checkout) -> None:
    """Give a checkout's held pieces back to the stock.

    Safe to repeat: yes, what is not held stays as it is.
    """
    release_stock(list_hold_ids(checkout))
