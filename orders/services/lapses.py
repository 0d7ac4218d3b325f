"""The end of checkouts that nobody paid: orders cancelled, holds freed."""

from django.db import transaction
from django.db.models import Q, QuerySet

from catalog.models import Bundle, Variant
from orders.access import Shopper
from orders.models import Cart, Checkout, Order, Payment
from orders.services.holds import free_holds, list_hold_ids
from orders.signals import order_cancelled
from shopfront.common import clock

LIVE = [Payment.State.PENDING, Payment.State.AUTHENTICATING, Payment.State.PAID]
UNPAID = [Checkout.State.OPEN, Checkout.State.ORDERED]


def lapse_checkout(checkout: Checkout, *, frees_holds: bool = True) -> bool:
    """End a checkout that has no live payment and free its holds.

    Args:
        checkout: whose end has come.
        frees_holds: False where the caller hands the pieces on to the same shopper.

    Returns:
        Whether this call ended it.

    Locks: the checkout's row.
    Safe to repeat: yes.
    """
    with transaction.atomic(durable=True):
        locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if locked.state not in UNPAID:
            return False
        if locked.payments.filter(state__in=LIVE).exists():
            return False
        Checkout.objects.filter(pk=locked.pk).update(state=Checkout.State.LAPSED)
        for order in locked.orders.select_for_update().filter(
            state=Order.State.PENDING
        ):
            cancel_order(order, reason="lapsed")
    if frees_holds:
        free_holds(checkout)
    return True


def cancel_order(order: Order, *, reason: str) -> bool:
    """Cancel an unpaid order in the open transaction and tell the other apps.

    Safe to repeat: yes.
    """
    changed = Order.objects.filter(pk=order.pk, state=Order.State.PENDING).update(
        state=Order.State.CANCELLED, cancelled_at=clock.now()
    )
    if changed:
        order.refresh_from_db()
        order_cancelled.send(sender=Order, order=order, reason=reason)
    return bool(changed)


def give_up_checkouts_of(cart: Cart) -> list[int]:
    """End the unpaid checkouts that were made from an open cart before.

    Returns:
        The keys of their holds, to be handed on or released by the caller.

    Safe to repeat: yes.
    """
    return _give_up(Checkout.objects.filter(source_cart=cart, state__in=UNPAID))


def give_up_taps_of(shopper: Shopper, variant: Variant) -> list[int]:
    """End the shopper's earlier unpaid "Buy now" of the same variant.

    Somebody who closed the sheet and taps again must not find the last piece
    held against them by themselves, nor lose it to the next in a waiting list.

    Returns:
        The keys of their holds, to be handed on or released by the caller.

    Safe to repeat: yes.
    """
    taps = Checkout.objects.filter(
        source_cart=None,
        state__in=UNPAID,
        cart__lines__variant=variant,
        cart__lines__bundle_price=None,
    )
    return _give_up(_own(taps, shopper))


def give_up_taps_of_bundle(shopper: Shopper, bundle: Bundle) -> list[int]:
    """End the shopper's earlier unpaid "Buy now" of the same bundle.

    Returns:
        The keys of their holds, to be handed on or released by the caller.

    Safe to repeat: yes.
    """
    taps = Checkout.objects.filter(
        source_cart=None,
        state__in=UNPAID,
        cart__lines__bundle_price__bundle=bundle,
    )
    return _give_up(_own(taps.distinct(), shopper))


def _own(checkouts: QuerySet[Checkout], shopper: Shopper) -> QuerySet[Checkout]:
    """Return the shopper's own, those from before this browser signed in too."""
    own = Q(user=shopper.user) if shopper.user is not None else Q(pk__in=[])
    if shopper.browser_key:
        own |= Q(user=None, browser_key=shopper.browser_key)
    return checkouts.filter(own)


def _give_up(checkouts: QuerySet[Checkout]) -> list[int]:
    return [
        hold
        for checkout in checkouts
        if lapse_checkout(checkout, frees_holds=False)
        for hold in list_hold_ids(checkout)
    ]
