"""Parcels: sent in parts or whole, delivered, each told to the shopper once (O1)."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from catalog.services.movements import dispatch_stock
from creators.services.settlement import prolong_return_window, start_return_window
from orders.errors import NothingChosen, PiecesGone
from orders.models import Order, OrderLine, Shipment, ShipmentLine
from orders.selectors.withdrawals import end_term
from orders.services.pieces import Wanted, choose_pieces, lock_paid_order
from orders.services.rules import read_key
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

SENT_TOPIC = "orders.shipment_sent"
DELIVERED_TOPIC = "orders.shipment_delivered"
WINDOW_TOPIC = "orders.return_window"


def dispatch_order(
    order: Order,
    wanted: Wanted | None = None,
    *,
    carrier: str,
    tracking: str = "",
    tracking_url: str = "",
    by: User,
    key: str,
) -> Shipment:
    """Send pieces of a paid order in one parcel and tell the shopper.

    Args:
        order: whose pieces go.
        wanted: pieces per line; all that are still to be sent when None.
        carrier: who carries the parcel.
        tracking: its number there.
        tracking_url: its page there.
        by: who sends it.
        key: of this attempt.

    Raises:
        OrderNotPaid: its money is not there.
        PiecesWrong, NothingChosen, PiecesGone: these pieces cannot be sent.

    Locks: the order's row, then promises and stock rows in their order.
    Safe to repeat: yes, once per key.
    """
    with transaction.atomic():
        locked = lock_paid_order(order)
        known = locked.shipments.filter(key=read_key(key)).first()
        if known is not None:
            return known
        chosen = choose_pieces(
            locked, wanted, left=lambda line: line.unsent_count, refusal=PiecesGone
        )
        parcel = Shipment.objects.create(
            order=locked,
            carrier=carrier,
            tracking=tracking,
            tracking_url=tracking_url,
            sent_by=by,
            key=key,
        )
        for line, count in chosen:
            cause = ("shipment", parcel.public_id)
            if not dispatch_stock(
                line.reservation, quantity=count, cause=cause, actor=by
            ):
                raise PiecesGone(extra={"line": line.public_id, "left": 0})
            ShipmentLine.objects.create(shipment=parcel, line=line, quantity=count)
            OrderLine.objects.filter(pk=line.pk).update(
                dispatched_count=F("dispatched_count") + count
            )
        settle_state(locked)
        _tell(parcel, "orders.dispatch", by, SENT_TOPIC)
    order.refresh_from_db()
    return parcel


def deliver_shipment(
    shipment: Shipment, *, by: User, at: dt.datetime | None = None
) -> bool:
    """Note that a parcel reached its shopper; False if that was noted before.

    The return windows of all lines start once the last piece of the order is there.

    Locks: the order's row.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        order = lock_paid_order(shipment.order)
        moment = min(max(at or clock.now(), shipment.sent_at), clock.now())
        changed = Shipment.objects.filter(pk=shipment.pk, delivered_at=None).update(
            delivered_at=moment
        )
        shipment.refresh_from_db()
        if changed:
            settle_state(order)
            _tell(shipment, "orders.deliver", by, DELIVERED_TOPIC)
            if order.state != Order.State.DELIVERED:
                _post_window(shipment, shipment.public_id)
    return bool(changed)


def deliver_order(order: Order, *, by: User) -> int:
    """Note that all parcels of an order reached their shopper; return how many.

    Raises:
        NothingChosen: no parcel is on its way.

    Safe to repeat: yes.
    """
    parcels = order.shipments.filter(delivered_at=None).select_related("order")
    done = sum(deliver_shipment(parcel, by=by) for parcel in parcels)
    if not done:
        raise NothingChosen
    order.refresh_from_db()
    return done


def settle_state(order: Order) -> None:
    """Set a paid order's state by where its pieces are, in the open transaction.

    With nothing left to send it is dispatched, or cancelled where nothing went; with
    every parcel at its place it is delivered, and the return windows start.
    """
    lines = list(order.lines.all())
    if any(line.unsent_count for line in lines):
        return
    state = Order.State
    if not any(line.dispatched_count for line in lines):
        order.state = state.CANCELLED
        order.cancelled_at = order.cancelled_at or clock.now()
    else:
        order.dispatched_at = order.dispatched_at or clock.now()
        open_parcels = order.shipments.filter(delivered_at=None)
        order.state = state.DISPATCHED
        if not open_parcels.exists():
            order.state = state.DELIVERED
            latest = order.shipments.latest("delivered_at")
            order.delivered_at = order.delivered_at or latest.delivered_at
            _post_window(latest, order.public_id)
    Order.objects.filter(pk=order.pk).update(
        state=order.state,
        cancelled_at=order.cancelled_at,
        dispatched_at=order.dispatched_at,
        delivered_at=order.delivered_at,
    )


def open_return_windows(message: Outbox) -> None:
    """Let the commissions of an order settle after the term to withdraw from it (E5).

    The term is one for all lines and begins with the last piece; while some are still
    on their way, no line settles before the term that the latest would begin.

    Raises:
        creators.errors.SaleMissing: a line is not posted yet; the outbox tries again.

    Safe to repeat: yes.
    """
    parcel = Shipment.objects.select_related("order__market").get(
        public_id=message.payload["shipment"]
    )
    order = parcel.order
    there = order.shipments.filter(delivered_at__isnull=False)
    arrived = order.delivered_at or there.latest("delivered_at").delivered_at
    assert arrived is not None
    ends_at = end_term(order.market, arrived)
    keep = start_return_window if order.delivered_at else prolong_return_window
    for line in order.lines.filter(dispatched_count__gt=0):
        keep(line.public_id, ends_at=ends_at)


def _post_window(parcel: Shipment, cause: str) -> None:
    outbox.post(WINDOW_TOPIC, f"window:{cause}", {"shipment": parcel.public_id})


def _tell(parcel: Shipment, action: str, by: User, topic: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="order",
        subject_ref=parcel.order.public_id,
        facts={"shipment": parcel.public_id},
    )
    outbox.post(topic, f"{topic}:{parcel.public_id}", {"shipment": parcel.public_id})
