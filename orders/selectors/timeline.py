"""What happened to an order, moment by moment, as its page tells it (O1)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.errors import ChargeDisputed
from orders.models import Order, Refund, Return, Shipment
from orders.selectors.withdrawals import WithdrawnPieces, read_withdrawn
from shopfront.common.money import Money

HELD = ChargeDisputed.code


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, or `at` None for what is still under way."""

    at: dt.datetime | None
    icon: str
    title: str
    pieces: tuple[tuple[int, str], ...] = ()
    note: str = ""
    link: str = ""
    amount: Money | None = None


def list_moments(order: Order) -> list[Moment]:
    """Return what happened to an order, oldest first, in eight queries at most."""
    found = [Moment(order.created_at, "receipt", _("Ordered"))]
    if order.paid_at is None:
        return found
    found.append(Moment(order.paid_at, "circle-check", _("Paid"), amount=order.total))
    found += _tell_parcels(order)
    found += _tell_returns(order)
    refunds = list(Refund.objects.filter(order=order).prefetch_related("lines__line"))
    found += _tell_refunds(refunds)
    found += _tell_withdrawals(order, refunds)
    return sorted(found, key=lambda moment: moment.at or order.created_at)


def _tell_parcels(order: Order) -> Iterator[Moment]:
    for parcel in order.shipments.prefetch_related("lines__line"):
        pieces = tuple((part.quantity, part.line.title) for part in parcel.lines.all())
        note = " · ".join(filter(None, [parcel.carrier, parcel.tracking]))
        yield Moment(
            parcel.sent_at,
            "truck",
            _("On its way"),
            pieces,
            note=note,
            link=parcel.tracking_url,
        )
        if parcel.delivered_at:
            yield Moment(
                parcel.delivered_at,
                "package-check",
                _("Delivered"),
                pieces,
                note=_name_parcel(parcel),
            )


def _name_parcel(parcel: Shipment) -> str:
    return _("by %(carrier)s") % {"carrier": parcel.carrier}


def _tell_returns(order: Order) -> Iterator[Moment]:
    returns = Return.objects.filter(order=order).prefetch_related("lines__line")
    for parcel in returns:
        pieces = tuple((part.quantity, part.line.title) for part in parcel.lines.all())
        yield Moment(
            parcel.received_at,
            "undo-2",
            _("Your return has arrived"),
            pieces,
            note=parcel.get_reason_display(),
        )


def _tell_refunds(refunds: list[Refund]) -> Iterator[Moment]:
    for refund in refunds:
        title = _("Cancelled") if refund.reason == "cancelled" else _("Paid back")
        yield Moment(
            refund.created_at,
            "circle-x" if refund.reason == "cancelled" else "banknote",
            title,
            tuple(
                (part.quantity, part.line.title if part.line else _("Delivery"))
                for part in refund.lines.all()
            ),
            note=_say_refund(refund),
            amount=Money(refund.amount_minor, refund.currency),
        )


def _say_refund(refund: Refund) -> str:
    if refund.state == Refund.State.DONE:
        return _("The money went back to your means of payment.")
    if refund.state == Refund.State.TAKEN:
        return _("Your bank has given you this money back already.")
    if refund.state == Refund.State.FAILED and refund.failure_code == HELD:
        return _("Your bank took a part of your payment back. We pay this another way.")
    if refund.state == Refund.State.FAILED:
        return _("Your bank sent the money back to us. We pay it in another way.")
    return _("The money is being sent back.")


def _tell_withdrawals(order: Order, refunds: list[Refund]) -> Iterator[Moment]:
    for withdrawal in order.withdrawals.prefetch_related("lines__line"):
        parts = withdrawal.lines.all()
        pieces = tuple((part.quantity, part.line.title) for part in parts)
        yield Moment(
            withdrawal.stated_at,
            "undo-2",
            _("You withdrew"),
            pieces,
            note=_say_withdrawn(read_withdrawn(withdrawal, refunds)),
        )


def _say_withdrawn(parts: WithdrawnPieces) -> str:
    if not parts.away:
        return _("There is nothing to send back.")
    words = _("Please send back within 14 days: %(pieces)s.")
    return words % {"pieces": parts.away_words}
