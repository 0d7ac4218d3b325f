"""What the shop can show a bank about a payment that the bank disputes."""

import datetime as dt

from orders.gateways.base import Evidence
from orders.models import Dispute, Order
from shopfront.common.money import Money

MOST_STORY = 15_000
MOMENT = "%Y-%m-%d %H:%M UTC"


def gather_evidence(dispute: Dispute, note: str = "") -> Evidence:
    """Return the evidence of a dispute, in English, the banks' language.

    It tells who ordered what to where, which price was shown beside the button, what
    became of each order, and what staff add to it.
    """
    checkout = dispute.payment.checkout
    orders = list(
        checkout.orders.exclude(state=Order.State.PENDING)
        .select_related("brand")
        .prefetch_related("lines", "shipments", "returns")
        .order_by("pk")
    )
    address = checkout.address
    names = ("name", "street", "postcode", "city", "region")
    told = [_tell_payment(dispute), *map(_tell_order, orders)]
    return Evidence(
        customer_name=str(address.get("name", "")),
        customer_email=checkout.email,
        address=", ".join(str(address[name]) for name in names if address.get(name)),
        product="; ".join(
            f"{line.quantity} x {line.title}"
            for order in orders
            for line in order.lines.all()
        ),
        story="\n\n".join(filter(None, [*told, note.strip()]))[:MOST_STORY],
    )


def _tell_payment(dispute: Dispute) -> str:
    payment = dispute.payment
    refunded = Money.zero(payment.currency)
    for refund in payment.refunds.filter(state="done"):
        refunded += Money(refund.amount_minor, refund.currency)
    paid_at = payment.paid_at.strftime(MOMENT) if payment.paid_at else ""
    return (
        f"Payment {payment.public_id} of {payment.amount.format()}, paid {paid_at}; "
        f"refunded since: {refunded.format()}. The total stood beside the button that "
        "ordered, and the confirmation with the withdrawal terms went to the "
        "customer's e-mail address."
    )


def _tell_order(order: Order) -> str:
    lines = [
        f"- {line.quantity} x {line.title} ({line.sku}) at {line.unit.format()}, "
        f"price shown {line.shown_at.strftime(MOMENT)}"
        for line in order.lines.all()
    ]
    head = (
        f"Order {order.number}, sold by {order.brand.trader_name}, placed "
        f"{order.created_at.strftime(MOMENT)}, now: {order.state}."
    )
    parcels = [
        f"- sent {parcel.sent_at.strftime(MOMENT)} by {parcel} {parcel.tracking_url}"
        f"{_tell_moment(', delivered', parcel.delivered_at)}"
        for parcel in order.shipments.all()
    ]
    returns = [
        f"- came back {back.received_at.strftime(MOMENT)}: {back.reason}"
        for back in order.returns.all()
    ]
    return "\n".join([head, *lines, *parcels, *returns])


def _tell_moment(words: str, moment: dt.datetime | None) -> str:
    return f"{words} {moment.strftime(MOMENT)}" if moment else ""
