"""Invoices as they are written: frozen facts in the words of the shopper's language."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_percent
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from catalog.models import DeliveryOption
from catalog.models.delivery import describe_days
from orders.models import Invoice, InvoiceSeries, Order
from shopfront.common.documents import render_pdf
from shopfront.common.money import Money

TEMPLATE = "orders/invoice.typ"


def list_invoices(order: Order) -> list[Invoice]:
    """List an order's invoice and credit notes, oldest first."""
    return list(order.invoices.defer("facts").order_by("issued_at", "id"))


def render_invoice(invoice: Invoice) -> bytes:
    """Return a document as accessible PDF; the same one gives the same bytes."""
    with translation.override(invoice.language):
        return render_pdf(TEMPLATE, _describe(invoice))


def find_invoice_faults() -> list[str]:
    """Find gaps in numbers and orders whose sum their invoice does not hold."""
    found = [
        f"a number of {series} is missing or given twice"
        for series in InvoiceSeries.objects.select_related("brand")
        if _numbers_of(series) != list(range(1, series.last_number + 1))
    ]
    issued = Invoice.objects.filter(kind=Invoice.Kind.INVOICE).select_related("order")
    return found + [
        f"invoice {one.name} is not its order's sum"
        for one in issued.defer("facts").iterator()
        if (one.total, one.tax_minor) != (one.order.total, one.order.tax_minor)
    ]


def _numbers_of(series: InvoiceSeries) -> list[int]:
    issued = Invoice.objects.filter(brand=series.brand_id, kind=series.kind)
    return list(issued.order_by("number").values_list("number", flat=True))


def _describe(invoice: Invoice) -> dict[str, Any]:
    """Return what the template shows: words and amounts in the language in use."""
    facts = invoice.facts
    title = f"{invoice.get_kind_display()} {invoice.name}"
    return {
        "title": title,
        "name": invoice.name,
        "language": invoice.language.partition("-")[0],
        "seller": {
            "name": facts["seller"]["name"],
            "lines": _lines_of_seller(facts["seller"]),
        },
        "buyer": {"lines": _lines_of_buyer(facts["buyer"])},
        "dates": _lines_of_document(invoice),
        "words": {
            "seller": _("Seller"),
            "buyer": _("Buyer"),
            "document": _("Document"),
            "columns": [_("What"), _("Pieces"), _("Each"), _("Tax rate"), _("Amount")],
            "rate_columns": [_("Tax rate"), _("Net"), _("Tax")],
            "total": _("Given back") if _is_credit(invoice) else _("Total, paid"),
        },
        "parts": [_show_part(invoice, part) for part in facts["parts"]],
        "rates": [_show_rate(invoice, rate) for rate in facts["rates"]],
        "total": _money(invoice, invoice.total_minor),
        "notes": _list_notes(invoice),
    }


def _is_credit(invoice: Invoice) -> bool:
    return invoice.kind == Invoice.Kind.CREDIT_NOTE


def _lines_of_seller(seller: dict[str, str]) -> list[str]:
    number = seller["vat_number"]
    vat = [_("VAT number: %(number)s") % {"number": number}] if number else []
    return [seller["name"], *seller["address"].splitlines(), *vat]


def _lines_of_buyer(buyer: dict[str, str]) -> list[str]:
    city = f"{buyer.get('postcode', '')} {buyer.get('city', '')}".strip()
    lines = [buyer.get("name", ""), buyer.get("street", ""), city]
    lines += [buyer.get("region", ""), buyer.get("country", "")]
    return [line for line in lines if line]


def _lines_of_document(invoice: Invoice) -> list[str]:
    facts = invoice.facts
    ordered = _date(invoice, dt.datetime.fromisoformat(facts["ordered_at"]))
    lines = [
        _("Number: %(number)s") % {"number": invoice.name},
        _("Date: %(date)s") % {"date": _date(invoice, invoice.issued_at)},
        _("Order %(number)s of %(date)s") % {"number": facts["order"], "date": ordered},
    ]
    if facts["corrects"]:
        corrected = {"number": facts["corrects"]}
        lines.append(_("Corrects invoice %(number)s") % corrected)
    return lines


def _list_notes(invoice: Invoice) -> list[str]:
    if _is_credit(invoice):
        return [_("This amount went back to the means of payment.")]
    days = describe_days(*invoice.facts["days"])
    return [
        _("Paid in full when it was ordered."),
        _("Supplied on dispatch, %(days)s after the order.") % {"days": days},
    ]


def _show_part(invoice: Invoice, part: dict[str, Any]) -> list[str]:
    amount = _money(invoice, part["total_minor"])
    rate = _percent(part["tax_bps"])
    if "delivery" in part:
        name = str(DeliveryOption.Kind(part["delivery"]).label)
        return [name, "", "", rate, amount]
    title = f"{part['title']} ({part['sku']})"
    if part["discount_minor"]:
        off = _money(invoice, part["discount_minor"])
        title = _("%(title)s, less %(amount)s") % {"title": title, "amount": off}
    pieces = str(part["quantity"]) if part["quantity"] else ""
    each = _money(invoice, part["unit_minor"]) if part["unit_minor"] else ""
    return [title, pieces, each, rate, amount]


def _show_rate(invoice: Invoice, rate: dict[str, int]) -> list[str]:
    net, tax = rate["net_minor"], rate["tax_minor"]
    return [_percent(rate["tax_bps"]), _money(invoice, net), _money(invoice, tax)]


def _locale() -> str:
    return to_locale(translation.get_language() or "en-gb")


def _money(invoice: Invoice, minor: int) -> str:
    return Money(minor, invoice.currency).format(_locale())


def _percent(basis_points: int) -> str:
    return str(format_percent(basis_points / 10_000, "#,##0.##%", locale=_locale()))


def _date(invoice: Invoice, moment: dt.datetime) -> str:
    local = moment.astimezone(ZoneInfo(invoice.facts["zone"])).date()
    return str(format_date(local, "long", locale=_locale()))
