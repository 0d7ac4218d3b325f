"""Invoices and credit notes, issued by jobs that draw the next number (K6).

The number is drawn on one locked row per seller, in the transaction that writes the
document: a fault takes both back, so no number is ever missing.
"""

from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from catalog.models import Brand
from orders.models import (
    Invoice,
    InvoiceSeries,
    Order,
    OrderLine,
    Refund,
    RefundLine,
)
from orders.services.refunds import CREDIT_TOPIC
from shopfront.common.money import round_share
from shopfront.models import Outbox
from shopfront.services import outbox

INVOICE_TOPIC = "orders.invoice"
Kind = Invoice.Kind
Facts = dict[str, Any]

__all__ = ["CREDIT_TOPIC", "INVOICE_TOPIC"]


def post_invoice(order: Order) -> None:
    """Note in the open transaction that a paid order needs its invoice."""
    outbox.post(INVOICE_TOPIC, f"invoice:{order.public_id}", {"order": order.public_id})


def carry_invoice(message: Outbox) -> None:
    """Issue the invoice that an outbox message asks for. Safe to repeat: yes."""
    issue_invoice(Order.objects.get(public_id=message.payload["order"]))


def carry_credit_note(message: Outbox) -> None:
    """Issue the credit note that an outbox message asks for. Safe to repeat: yes."""
    issue_credit_note(Refund.objects.get(public_id=message.payload["refund"]))


def issue_invoice(order: Order) -> Invoice:
    """Write the invoice of a paid order with the seller's next number.

    Locks: the seller's series.
    Safe to repeat: yes, an order has one invoice; also side by side.
    """
    found = Invoice.objects.filter(order=order, kind=Kind.INVOICE).first()
    if found is not None:
        return found
    with transaction.atomic():
        series = lock_series(order.brand, Kind.INVOICE)
        found = Invoice.objects.filter(order=order, kind=Kind.INVOICE).first()
        if found is not None:
            return found
        parts = [_charge(line) for line in order.lines.all()]
        if order.shipping_minor or order.joins_id is None:
            parts.append(_charge_delivery(order))
        return _write(order, Kind.INVOICE, series, parts)


def issue_credit_note(refund: Refund) -> Invoice | None:
    """Write the credit note of what a refund gave back of an order.

    The tax given back is cut from the line's, so that all credit notes of a line
    together hold exactly its tax. None for a refund of money that bought nothing.

    Locks: the seller's series.
    Safe to repeat: yes, a refund has one credit note; also side by side.
    """
    order = refund.order
    if order is None or not refund.amount_minor:
        return None
    invoice = issue_invoice(order)
    with transaction.atomic():
        series = lock_series(order.brand, Kind.CREDIT_NOTE)
        found = Invoice.objects.filter(refund=refund).first()
        if found is not None:
            return found
        parts = [
            _give_back(order, part)
            for part in refund.lines.select_related("line").order_by("id")
            if part.amount_minor
        ]
        return _write(
            order, Kind.CREDIT_NOTE, series, parts, refund=refund, corrects=invoice
        )


def lock_series(brand: Brand, kind: str) -> InvoiceSeries:
    """Return a seller's series, locked until the open transaction ends."""
    InvoiceSeries.objects.get_or_create(brand=brand, kind=kind)
    return InvoiceSeries.objects.select_for_update().get(brand=brand, kind=kind)


def _write(
    order: Order,
    kind: str,
    series: InvoiceSeries,
    parts: list[Facts],
    *,
    refund: Refund | None = None,
    corrects: Invoice | None = None,
) -> Invoice:
    InvoiceSeries.objects.filter(pk=series.pk).update(last_number=F("last_number") + 1)
    number = series.last_number + 1
    letter = "C" if kind == Kind.CREDIT_NOTE else ""
    return Invoice.objects.create(
        kind=kind,
        brand=order.brand,
        number=number,
        name=f"{order.brand.slug[:24].upper()}-{letter}{number:06}",
        order=order,
        refund=refund,
        language=order.checkout.language,
        facts=_describe(order, parts)
        | {"corrects": corrects.name if corrects is not None else ""},
        total_minor=sum(part["total_minor"] for part in parts),
        tax_minor=sum(part["tax_minor"] for part in parts),
        currency=order.currency,
    )


def _describe(order: Order, parts: list[Facts]) -> Facts:
    """Return what the document says, as it is known now."""
    brand = order.brand
    return {
        "seller": {
            "name": brand.trader_name,
            "address": brand.trader_address,
            "vat_number": brand.vat_number,
        },
        "buyer": order.address,
        "order": order.number,
        "ordered_at": order.created_at.isoformat(),
        "paid_at": order.paid_at.isoformat() if order.paid_at else "",
        "zone": order.market.time_zone,
        "days": [order.days_least, order.days_most],
        "parts": parts,
        "rates": _sum_rates(parts),
    }


def _sum_rates(parts: list[Facts]) -> list[Facts]:
    """Return net, tax and gross by rate, the highest rate first."""
    rates = sorted({part["tax_bps"] for part in parts}, reverse=True)
    found = []
    for rate in rates:
        own = [part for part in parts if part["tax_bps"] == rate]
        total = sum(part["total_minor"] for part in own)
        tax = sum(part["tax_minor"] for part in own)
        found.append({"tax_bps": rate, "net_minor": total - tax, "tax_minor": tax})
    return found


def _charge(line: OrderLine) -> Facts:
    return {
        "title": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit_minor": line.unit_minor,
        "discount_minor": line.discount_minor,
        "tax_bps": line.tax_bps,
        "tax_minor": line.tax_minor,
        "total_minor": line.total_minor,
    }


def _charge_delivery(order: Order) -> Facts:
    return {
        "delivery": order.delivery_kind,
        "tax_bps": order.shipping_tax_bps,
        "tax_minor": order.shipping_tax_minor,
        "total_minor": order.shipping_minor,
    }


def _give_back(order: Order, part: RefundLine) -> Facts:
    """Return what one line of a refund gives back, with its share of the tax."""
    credited = RefundLine.objects.filter(
        refund__order=order, refund__credit_note__isnull=False, line=part.line
    ).aggregate(total=Sum("amount_minor"))
    before = credited["total"] or 0
    whole = _charge_delivery(order) if part.line is None else _charge(part.line)
    tax, total = whole["tax_minor"], whole["total_minor"]
    after = before + part.amount_minor
    given = round_share(tax, after, total) - round_share(tax, before, total)
    return whole | {
        "quantity": part.quantity,
        "unit_minor": 0,
        "discount_minor": 0,
        "tax_minor": given,
        "total_minor": part.amount_minor,
    }
