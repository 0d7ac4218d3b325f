"""Invoices written in creators' names for what they are paid (K9).

Rule `self-billing-1`: what is paid is the whole price, VAT included. Of a creator who
is registered in the market, the tax at its standard rate is cut out of it; registered
abroad, the customer accounts for it (reverse charge); not registered, there is none.
"""

from typing import Any

from django.db.models import Count, Sum

from creators.models import Account, Creator, Payout, PayoutDetails, PayoutRun
from creators.models import SelfBilledInvoice as Invoice
from creators.services import ledger
from shopfront.common.money import tax_within
from shopfront.markets.tax import get_tax_bps
from shopfront.models import TaxRate

SELF_BILLING_RULE = "self-billing-1"
Kind = Invoice.Kind
Facts = dict[str, Any]


def issue_invoices(run: PayoutRun) -> int:
    """Write the invoices of a run's creators who agreed, in the open transaction.

    Returns how many there are.

    Raises:
        TransactionManagementError: no transaction is open.
        TaxRateMissing: the market has no standard rate of tax.

    Locks: each creator, in key order. Safe to repeat: yes, a payout has one.
    """
    ledger.require_transaction()
    agreed = run.payouts.filter(
        account__owner_kind=Account.Owner.CREATOR,
        details__agreed_self_billing_at__isnull=False,
    ).select_related("account", "details", "run__rule__market")
    payouts = {row.account.owner_ref: row for row in agreed}
    creators = Creator.objects.filter(public_id__in=payouts).order_by("pk")
    for creator in creators:
        _issue_invoice(payouts[creator.public_id], creator)
    return len(payouts)


def issue_credit_note(payout: Payout) -> Invoice | None:
    """Undo the invoice of a payout that failed, in the open transaction.

    None where no invoice was written. Its lines are charged with the next payout.

    Locks: the creator. Safe to repeat: yes, a payout has one.
    """
    ledger.require_transaction()
    written = Invoice.objects.select_related("creator").filter(payout=payout)
    invoice = written.filter(kind=Kind.INVOICE).first()
    if invoice is None:
        return None
    facts = invoice.facts | {"corrects": invoice.name}
    return _write(payout, invoice.creator, Kind.CREDIT_NOTE, facts, invoice.tax_minor)


def _issue_invoice(payout: Payout, creator: Creator) -> None:
    facts = _describe(payout)
    rate = facts["tax_bps"]
    tax = tax_within(payout.amount_minor, rate) if rate else 0
    invoice = _write(payout, creator, Kind.INVOICE, facts, tax)
    payout.invoice_number = invoice.name
    payout.save(update_fields=["invoice_number"])


def _write(
    payout: Payout, creator: Creator, kind: Kind, facts: Facts, tax_minor: int
) -> Invoice:
    """Draw the creator's next number of the kind and write the document.

    Documents are never deleted and the lock is held until the commit, so that no
    number is missing or given twice.
    """
    Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
    own = Invoice.objects.filter(creator=creator, kind=kind)
    known = own.filter(payout=payout).first()
    if known is not None:
        return known
    number = own.count() + 1
    letter = "C" if kind == Kind.CREDIT_NOTE else ""
    return Invoice.objects.create(
        kind=kind,
        creator=creator,
        number=number,
        name=f"SB-{creator.public_id}-{letter}{number:04}",
        payout=payout,
        facts=facts,
        total_minor=payout.amount_minor,
        tax_minor=tax_minor,
        currency=payout.currency,
    )


def _describe(payout: Payout) -> Facts:
    """Return what the document says, as it is known now."""
    details, rule = payout.details, payout.run.rule
    agreed_at = details.agreed_self_billing_at
    assert agreed_at is not None
    is_here = details.vat_status == PayoutDetails.Vat.HERE
    standard = TaxRate.Category.STANDARD
    due_on = payout.run.due_on
    return {
        "rule": SELF_BILLING_RULE,
        "seller": {
            "name": details.legal_name,
            "address": details.address,
            "country": details.country,
            "tax_number": details.tax_number,
            "vat_number": details.vat_number,
        },
        "buyer": {
            "name": rule.payer_name,
            "address": rule.payer_address,
            "vat_number": rule.payer_vat_number,
        },
        "statement": payout.public_id,
        "paid_on": due_on.isoformat(),
        "agreed_on": agreed_at.date().isoformat(),
        "market": rule.market.code,
        "zone": rule.market.time_zone,
        "vat": details.vat_status,
        "tax_bps": get_tax_bps(rule.market, standard, on=due_on) if is_here else 0,
        "parts": _sum_parts(payout),
        "corrects": "",
    }


def _sum_parts(payout: Payout) -> list[Facts]:
    """Return commission earned, taken back, and guarantees; they sum to the payout."""
    lines = payout.lines.all()
    parts = {
        "commission": lines.filter(commission__isnull=False, amount_minor__gt=0),
        "back": lines.filter(commission__isnull=False, amount_minor__lt=0),
        "guarantee": lines.filter(commission__isnull=True),
    }
    sums = {
        name: rows.aggregate(count=Count("id"), amount=Sum("amount_minor"))
        for name, rows in parts.items()
    }
    return [
        {"kind": name, "count": found["count"], "amount_minor": found["amount"]}
        for name, found in sums.items()
        if found["count"]
    ]
