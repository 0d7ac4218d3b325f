"""Holds of a checkout: all its lines or none, kept while a payment is undecided.

Where pieces go to who pays first they are noted, and held when the money has come.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.errors import OfferOver, StockShort
from catalog.models import Reservation, Variant
from catalog.services.first_paid import check_wanted, note_wanted, take_wanted
from catalog.services.limits import list_limits, recount_holds
from catalog.services.offers import take_pieces
from catalog.services.stock import (
    MOST_PIECES,
    extend_holds,
    hand_over_hold,
    hold_stock,
    holder_of,
    release_stock,
    retake_holds,
)
from catalog.services.waiting import WAITING, claim_offered_hold, list_offered_holds
from orders.access import Shopper
from orders.errors import LineShort
from orders.models import CartLine, Checkout, Payment
from orders.services.asking import UNDECIDED
from orders.services.households import list_limit_keys
from orders.services.rules import get_current_price, price_raised
from shopfront.common import clock

GONE = {Reservation.State.LAPSED, Reservation.State.RELEASED}
GRACE = dt.timedelta(minutes=10)
"""How long a hold outlives its checkout's clock, so that no sweep frees it
before the gateway has said that the payment is cancelled."""


@dataclass(frozen=True, slots=True)
class Wish:
    """So many pieces of a variant."""

    variant: Variant
    quantity: int
    slot: int = 0
    """Tells the pieces of a bundle from single ones of the same variant."""
    is_held: bool = True
    """False where the pieces go to who pays first."""

    @property
    def key(self) -> tuple[int, int]:
        """What its hold is found by."""
        return self.variant.pk, self.slot

    @property
    def order(self) -> int:
        """Where it comes among others: rows of stock are locked in key order."""
        return self.variant.pk


def hold_all(
    wishes: Sequence[Wish],
    shopper: Shopper,
    *,
    cause_kind: str,
    cause_ref: str,
    spare: Sequence[int] = (),
) -> dict[tuple[int, int], Reservation]:
    """Hold every line, one statement each in key order; return holds by wish's key.

    Pieces that are this shopper's already, from a checkout given up or kept for a
    place in a waiting list, are handed over and never free in between. What goes to
    who pays first is noted only.

    Args:
        wishes: what is wanted.
        shopper: by whom.
        cause_kind: what it is held for.
        cause_ref: public id of that.
        spare: keys of holds given up just now; those not handed over are released.

    Raises:
        LineShort: the first line that is short; what this call held is released.
        DomainError: a refusal of the stock's own, after the same release.
    """
    cause = (cause_kind, cause_ref)
    own = _find_own(wishes, shopper.names, spare)
    limits = list_limits([wish.variant.pk for wish in wishes])
    keys = list_limit_keys(shopper) if limits else []
    release_stock(sorted({*spare} - {hold.pk for hold in own.values()}))
    held: dict[tuple[int, int], Reservation] = {}
    try:
        # Those of one's own last: they are not lost where another line is short.
        for wish in sorted(wishes, key=lambda one: (one.key in own, one.order)):
            mine = own.get(wish.key)
            if mine is not None and _take_over(mine, cause):
                held[wish.key] = mine
                recount_holds([mine.pk], keys)
                continue
            limit = limits.get(wish.variant.pk)
            counted = (limit, keys) if limit is not None else None
            held[wish.key] = _hold(wish, shopper, cause, counted)
    except BaseException:
        release_stock([hold.pk for hold in held.values()])
        raise
    finally:
        release_stock(sorted({*spare} - {hold.pk for hold in held.values()}))
    return held


def _find_own(
    wishes: Sequence[Wish], names: Sequence[str], spare: Sequence[int]
) -> dict[tuple[int, int], Reservation]:
    """Find which wishes the shopper's own holds fulfil, each hold for one wish."""
    given_up = Reservation.objects.filter(pk__in=spare) if spare else ()
    single = [wish.variant.pk for wish in wishes if wish.quantity == 1]
    # What was given up just now is looked at first.
    holds = [*given_up, *list_offered_holds(single, names)]
    own: dict[tuple[int, int], Reservation] = {}
    for wish in wishes:
        wanted = (wish.variant.pk, wish.quantity)
        fits = (one for one in holds if (one.variant_id, one.quantity) == wanted)
        hold = next(fits, None)
        if hold is not None:
            own[wish.key] = hold
            holds.remove(hold)
    return own


def _take_over(hold: Reservation, cause: tuple[str, str]) -> bool:
    until = clock.now() + dt.timedelta(seconds=settings.HOLD_SECONDS) + GRACE
    if hold.cause_kind == WAITING:
        return claim_offered_hold(
            hold, until=until, cause_kind=cause[0], cause_ref=cause[1]
        )
    return hand_over_hold(hold, until=until, cause_kind=cause[0], cause_ref=cause[1])


def _hold(
    wish: Wish,
    shopper: Shopper,
    cause: tuple[str, str],
    counted: tuple[int, list[str]] | None,
) -> Reservation:
    limit, keys = counted or (MOST_PIECES, [])
    reserve = hold_stock if wish.is_held else note_wanted
    try:
        return reserve(
            wish.variant.pk,
            quantity=wish.quantity,
            holder=holder_of(shopper.user, shopper.browser_key),
            limit=limit,
            limit_keys=keys,
            seconds=settings.HOLD_SECONDS + int(GRACE.total_seconds()),
            user=shopper.user,
            cause_kind=cause[0],
            cause_ref=cause[1],
        )
    except StockShort as error:
        raise line_short(wish.variant, error.extra.get("available")) from error


def take_offered(lines: Sequence[CartLine]) -> None:
    """Count held lines against the offers of their prices, in the open transaction.

    Raises:
        OfferShort: fewer pieces are left at the price.
        PriceRaised: the offer ended before the hold; `extra` has the new price.

    Locks: the offers' rows, in key order.
    """
    for line in sorted(lines, key=lambda one: one.price_version.offer_id or 0):
        if line.reservation is None or line.bundle_price_id is not None:
            continue
        try:
            take_pieces(line.price_version, line.reservation)
        except OfferOver as error:
            current = get_current_price(line.variant, line.cart.market)
            raise price_raised(line.variant, current) from error


def line_short(variant: Variant, available: object) -> LineShort:
    """Return the refusal that names the line and what is left of it."""
    facts = {"title": variant.product.shown_title, "count": available}
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

    What goes to who pays first stays unheld, and must still be there.

    Raises:
        LineShort: a piece has gone to somebody else; nothing was charged.
        LimitReached: the household has paid for as many as one may by now.
    """
    lines = CartLine.objects.filter(cart=checkout.cart_id).select_related(
        "reservation", "variant__product"
    )
    for line in lines:
        if line.reservation is not None and line.is_unheld:
            _check_wanted(line.variant, line.reservation)
    lost = {
        line.reservation.pk: line
        for line in lines
        if line.reservation is not None and line.reservation.state in GONE
    }
    retaken = retake_holds(sorted(lost)) if lost else set()
    for key, line in lost.items():
        if key not in retaken:
            raise line_short(line.variant, 0)


def _check_wanted(variant: Variant, noted: Reservation) -> None:
    try:
        check_wanted(noted)
    except StockShort as error:
        raise line_short(variant, error.extra.get("available")) from error


def take_paid_pieces(payment: Payment) -> None:
    """Hold what goes to who pays first, now that an undecided payment's money is there.

    Each in a transaction of its own, so that the row that all of them want is locked
    for no longer. What is gone by now stays unheld (B5).

    Safe to repeat: yes.
    """
    noted = CartLine.objects.filter(
        cart__checkout__payments=payment.pk,
        cart__checkout__payments__state__in=UNDECIDED,
        reservation__state=Reservation.State.UNHELD,
    )
    for key in list(noted.order_by("variant").values_list("reservation", flat=True)):
        if key is not None:
            take_wanted(key)


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
