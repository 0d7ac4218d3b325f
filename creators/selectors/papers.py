"""Statements and self-billed invoices as accessible PDF, in their reader's language."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_percent
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from creators.models import Account, Payout, PayoutDetails, PayoutRule
from creators.models import SelfBilledInvoice as Invoice
from creators.selectors.brand_rows import (
    BrandRow,
    explain_brand_rows,
    list_brand_rows,
)
from creators.selectors.month_rows import list_month_rows
from creators.selectors.months import Month, name_sums, sum_month
from creators.selectors.statement_rows import (
    StatementRow,
    are_whole,
    explain_rows,
    list_rows,
)
from shopfront.common.documents import render_pdf
from shopfront.common.money import Money

TEMPLATE = "creators/paper.typ"
MOST_LINES = 2000
NOTHING = "\u2013"
"""Stands in a cell that has no amount, on paper as on pages."""
Facts = dict[str, Any]
Vat = PayoutDetails.Vat


def render_statement(payout: Payout, language: str) -> bytes:
    """Return a payout's statement with every line; the same one gives the same bytes.

    Args:
        payout: of a creator or a brand, read with its run, rule, market and details.
        language: of the reader.
    """
    with translation.override(language):
        return render_pdf(TEMPLATE, _describe_statement(payout))


def render_month(month: Month, owner: Sequence[str], language: str) -> bytes:
    """Return a monthly statement with every line.

    Args:
        month: of a creator, a brand or a helper.
        owner: who they are: the name, then lines such as an address.
        language: of the reader.
    """
    with translation.override(language):
        return render_pdf(TEMPLATE, _describe_month(month, owner))


def render_invoice(invoice: Invoice, language: str) -> bytes:
    """Return an invoice or credit note that was written in a creator's name."""
    with translation.override(language):
        return render_pdf(TEMPLATE, describe_invoice(invoice))


def _describe_statement(payout: Payout) -> Facts:
    rule, details = payout.run.rule, payout.details
    title = _("Statement of %(day)s") % {"day": _day(payout.run.due_on)}
    facts = [
        _("Statement: %(name)s") % {"name": payout.public_id},
        _("Run of %(day)s") % {"day": _day(payout.run.due_on)},
        payout.state_words,
        _name_target(payout),
        _("Rule: %(version)s") % {"version": rule.version},
        _("Lines: %(count)s") % {"count": payout.lines.count()},
    ]
    if payout.invoice_number:
        facts.append(_("Invoice: %(number)s") % {"number": payout.invoice_number})
    parties = [_name_payer(rule), _name_owner(details), _name_document(facts)]
    name = payout.public_id
    if payout.account.owner_kind == Account.Owner.BRAND:
        paper = _brand_paper(title, name, parties, list_brand_rows(payout))
    else:
        paper = _paper(title, name, parties, list_rows(payout))
    return paper | {
        "sums": [],
        "total": [_("Paid out"), payout.amount.format(_locale())],
    }


def _name_target(payout: Payout) -> str:
    """Return where a payout went, as its owner knows it."""
    if payout.connected is not None:
        last = payout.connected.last_four
        return _("To the Stripe account ending in %(last)s") % {"last": last}
    return _("To the account ending in %(last)s") % {"last": payout.details.last_four}


def _describe_month(month: Month, owner: Sequence[str]) -> Facts:
    locale = _locale()
    when = str(format_date(month.first, "LLLL y", locale=locale))
    title = _("Monthly statement, %(month)s") % {"month": when}
    facts = [when, month.market.name, month.currency]
    if not month.is_over:
        facts.append(_("So far; the month is not over."))
    parties = [{"title": _("For"), "lines": list(owner)}, _name_document(facts)]
    rows: Any = list_month_rows(month)
    paper = _brand_paper if month.is_brands else partial(_paper, is_month=True)
    sums = [
        [words, money.format(locale)]
        for words, money in name_sums(month, sum_month(month))
    ]
    return paper(title, month.name, parties, rows) | {
        "sums": sums[:-1],
        "total": sums[-1],
    }


def describe_invoice(invoice: Invoice) -> Facts:
    """Return what an invoice says, in the language in use."""
    facts, locale = invoice.facts, _locale()
    title = f"{invoice.get_kind_display()} {invoice.name}"
    issued = invoice.issued_at.astimezone(ZoneInfo(facts["zone"])).date()
    paid_on = dt.date.fromisoformat(facts["paid_on"])
    lines = [
        _("Number: %(number)s") % {"number": invoice.name},
        _("Date: %(date)s") % {"date": _day(issued)},
        _("Statement %(name)s of %(day)s")
        % {"name": facts["statement"], "day": _day(paid_on)},
    ]
    if facts["corrects"]:
        lines.append(_("Corrects invoice %(number)s") % {"number": facts["corrects"]})
    net = invoice.total - invoice.tax
    rate = format_percent(facts["tax_bps"] / 10_000, "#,##0.##%", locale=locale)
    return {
        "title": title,
        "name": invoice.name,
        "author": facts["seller"]["name"],
        "language": _language(),
        "parties": [
            _name_party(_("Supplier"), facts["seller"]),
            _name_party(_("Customer, who writes this invoice"), facts["buyer"]),
            _name_document(lines),
        ],
        "columns": [_("What"), _("Lines"), _("Amount")],
        "rows": [_show_part(part, invoice.currency) for part in facts["parts"]],
        "has_rule": False,
        "sums_columns": ["", _("Amount")],
        "sums": [
            [_("Net"), net.format(locale)],
            [_("VAT, %(rate)s") % {"rate": rate}, invoice.tax.format(locale)],
        ],
        "total": [_total_of(invoice), invoice.total.format(locale)],
        "notes": _list_invoice_notes(invoice),
    }


def _total_of(invoice: Invoice) -> str:
    return _("Taken back") if invoice.kind == Invoice.Kind.CREDIT_NOTE else _("Total")


def _list_invoice_notes(invoice: Invoice) -> list[str]:
    """Return the sentences that the supplier's tax status asks for (K9)."""
    facts, locale = invoice.facts, _locale()
    agreed = _day(dt.date.fromisoformat(facts["agreed_on"]))
    notes = [
        _("Self-billed by agreement of %(day)s. Please write no invoice of your own.")
        % {"day": agreed}
    ]
    if facts["vat"] == Vat.NONE:
        notes.append(_("The supplier is not registered for VAT; none is charged."))
    elif facts["vat"] == Vat.ABROAD:
        notes.append(_("Reverse charge: the customer accounts for the VAT."))
    else:
        notes.append(
            _("The VAT shown is the supplier's output tax, due to the tax office.")
        )
    owed = Money(facts.get("owed_minor", 0), invoice.currency)
    if owed.minor:
        said = _("Of it %(owed)s went to helpers whose overtime the supplier owes.")
        notes.append(said % {"owed": owed.format(locale)})
    return notes


def _show_part(part: Facts, currency: str) -> list[str]:
    names = {
        "commission": _("Commission on lines sold"),
        "back": _("Commission taken back after refunds"),
        "guarantee": _("Guarantees, and commission within them"),
    }
    amount = Money(part["amount_minor"], currency).format(_locale())
    return [names[part["kind"]], str(part["count"]), amount]


def _paper(
    title: str,
    name: str,
    parties: list[Facts],
    rows: Iterable[StatementRow],
    *,
    is_month: bool = False,
) -> Facts:
    """Return what all statements share: parties, and a table of lines.

    A paper of endless lines serves nobody: beyond `MOST_LINES` the file has them all.
    Where all lines count whole, nothing is shown of rates.
    """
    found = list(islice(rows, MOST_LINES + 1))
    columns = [
        _("What was sold"),
        _("Base"),
        _("Rate"),
        _("Commission"),
        _("Taken back"),
        _("Counted before") if is_month else _("Paid before"),
        _("Counts") if is_month else _("Amount"),
        _("Rule"),
    ]
    lines = [_show_row(row) for row in found[:MOST_LINES]]
    if are_whole(found):
        columns = [_("What"), *columns[-2:]]
        lines = [[line[0], *line[-2:]] for line in lines]
    return {
        "title": title,
        "name": name,
        "author": "Shopfront",
        "language": _language(),
        "parties": parties,
        "columns": columns,
        "rows": lines,
        "has_rule": True,
        "sums_columns": ["", _("Amount")],
        "notes": [*_note_rest(len(found)), *explain_rows(found)],
    }


def _brand_paper(
    title: str, name: str, parties: list[Facts], rows: Iterable[BrandRow]
) -> Facts:
    """Return a brand's statement: what shoppers paid, and who got which part."""
    found = list(islice(rows, MOST_LINES + 1))
    return _paper(title, name, parties, ()) | {
        "columns": [
            _("Posting"),
            _("Shopper paid"),
            _("Tax"),
            _("Fee"),
            _("Commission"),
            _("Yours"),
            _("Rule"),
        ],
        "rows": [_show_brand_row(row) for row in found[:MOST_LINES]],
        "notes": [*_note_rest(len(found)), *explain_brand_rows(found)],
    }


def _note_rest(count: int) -> list[str]:
    if count <= MOST_LINES:
        return []
    first = _("Only the first %(most)s lines stand here; the CSV file has all of them.")
    return [first % {"most": MOST_LINES}]


def _show_row(row: StatementRow) -> list[str]:
    locale, currency = _locale(), row.currency
    amount = row.amount.format(locale)
    if row.is_whole:
        return [row.title, *[NOTHING] * 5, amount, row.rule_version]
    rate = format_percent(row.rate_bps / 10_000, "#,##0.##%", locale=locale)
    less = [
        Money(-minor, currency).format(locale) if minor else NOTHING
        for minor in (row.reversed_minor, row.paid_before_minor)
    ]
    base, commission = row.base.format(locale), row.commission.format(locale)
    return [row.title, base, str(rate), commission, *less, amount, row.rule_version]


def _show_brand_row(row: BrandRow) -> list[str]:
    locale = _locale()
    parts = [NOTHING if row.is_whole else part.format(locale) for part in row.parts]
    return [row.name, *parts, row.amount.format(locale), row.rule_version]


def _name_payer(rule: PayoutRule) -> Facts:
    return _name_party(
        _("Paid by"),
        {
            "name": rule.payer_name,
            "address": rule.payer_address,
            "vat_number": rule.payer_vat_number,
        },
    )


def _name_owner(details: PayoutDetails) -> Facts:
    return _name_party(
        _("Paid to"),
        {
            "name": details.legal_name or details.holder,
            "address": details.address,
            "vat_number": details.vat_number,
            "tax_number": details.tax_number,
        },
    )


def _name_party(title: str, party: dict[str, str]) -> Facts:
    lines = [party["name"], *party["address"].splitlines()]
    if party.get("tax_number"):
        lines.append(_("Tax number: %(number)s") % {"number": party["tax_number"]})
    if party["vat_number"]:
        lines.append(_("VAT number: %(number)s") % {"number": party["vat_number"]})
    return {"title": title, "lines": lines}


def _name_document(lines: list[str]) -> Facts:
    return {"title": _("Document"), "lines": lines}


def _language() -> str:
    return (translation.get_language() or "en").partition("-")[0]


def _locale() -> str:
    return to_locale(translation.get_language() or "en-gb")


def _day(day: dt.date) -> str:
    return str(format_date(day, "long", locale=_locale()))
