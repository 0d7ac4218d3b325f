"""E-mails of an order's life: sent, delivered, came back, paid back (O1)."""

from collections.abc import Iterable, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from orders.models import (
    Order,
    OrderLine,
    Refund,
    RefundLine,
    Return,
    Shipment,
    ShipmentLine,
)
from orders.services.mails import link_of, send_mail
from shopfront.common.money import Money
from shopfront.models import Outbox

CANCELLED = "cancelled"
Pieces = Sequence[tuple[int, str]]


def send_shipment_sent(message: Outbox) -> None:
    """Tell the shopper what is on its way, and where to follow it.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    parcel = _get_parcel(message)
    order = parcel.order
    with translation.override(order.checkout.language):
        words = [_("%(carrier)s brings it to you.") % {"carrier": parcel.carrier}]
        if parcel.tracking:
            words.append(_("Tracking number: %(number)s") % {"number": parcel.tracking})
        if parcel.tracking_url:
            words.append(parcel.tracking_url)
        if any(line.unsent_count for line in order.lines.all()):
            words.append(_("The rest of your order follows in a parcel of its own."))
        _tell(
            order,
            key=f"sent-{parcel.public_id}",
            heading=_("Your parcel is on its way"),
            words=words,
            pieces=_count(parcel.lines.all()),
        )


def send_shipment_delivered(message: Outbox) -> None:
    """Tell the shopper that a parcel has arrived, and until when they may withdraw.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    parcel = _get_parcel(message)
    order = parcel.order
    with translation.override(order.checkout.language):
        _tell(
            order,
            key=f"delivered-{parcel.public_id}",
            heading=_("Your parcel has arrived"),
            words=[
                _(
                    "You may withdraw within %(days)s days after you received the last "
                    "of it, without a reason. If something is wrong, open a case on "
                    "the page of your order."
                )
                % {"days": order.market.withdrawal_days}
            ],
            pieces=_count(parcel.lines.all()),
        )


def send_return_received(message: Outbox) -> None:
    """Tell the shopper that goods came back.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    parcel = (
        Return.objects.select_related("order__checkout")
        .prefetch_related("lines__line")
        .get(public_id=message.payload["return"])
    )
    with translation.override(parcel.order.checkout.language):
        _tell(
            parcel.order,
            key=f"returned-{parcel.public_id}",
            heading=_("Your return has arrived"),
            words=[_("We look at it and write again when your money is on its way.")],
            pieces=[(part.quantity, part.line.title) for part in parcel.lines.all()],
        )


def send_refunded(message: Outbox) -> None:
    """Tell the shopper what goes back to their means of payment, and for what.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    refund = (
        Refund.objects.select_related("order__checkout")
        .prefetch_related("lines__line")
        .get(public_id=message.payload.get("refund", message.key))
    )
    order = refund.order
    assert order is not None
    with translation.override(order.checkout.language):
        amount = Money(refund.amount_minor, refund.currency).format(
            translation.to_locale(translation.get_language() or "en-gb")
        )
        is_cancelled = refund.reason == CANCELLED
        _tell(
            order,
            key=f"refunded-{refund.message_key}",
            heading=_("Cancelled, and your money is on its way back")
            if is_cancelled
            else _("Your money is on its way back"),
            words=[
                _(
                    "%(amount)s went back to your means of payment. Banks take up to "
                    "five working days to show it. You need not do anything."
                )
                % {"amount": amount}
            ],
            pieces=_name_parts(refund.lines.all()),
        )


def _get_parcel(message: Outbox) -> Shipment:
    return (
        Shipment.objects.select_related("order__checkout", "order__market")
        .prefetch_related("lines__line", "order__lines")
        .get(public_id=message.payload["shipment"])
    )


def _count(parts: Iterable[ShipmentLine]) -> Pieces:
    return [(part.quantity, part.line.title) for part in parts]


def _name_parts(parts: Iterable[RefundLine]) -> Pieces:
    named: list[tuple[int, str]] = []
    for part in parts:
        line: OrderLine | None = part.line
        named.append((part.quantity, line.title if line else _("Delivery")))
    return named


def _tell(
    order: Order, *, key: str, heading: str, words: Sequence[str], pieces: Pieces
) -> None:
    send_mail(
        "news",
        to=order.email,
        key=key,
        subject=f"{heading}: {order.number}",
        facts={
            "heading": heading,
            "words": words,
            "pieces": pieces,
            "order": order,
            "link": link_of(order),
        },
    )
