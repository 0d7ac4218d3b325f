"""Invoices written in creators' names for what they are paid (K9).

Rule `self-billing-1`: what is paid is the whole price, VAT included. Of a creator who
is registered in the market, the tax at its standard rate is cut out of it; registered
abroad, the customer accounts for it (reverse charge); not registered, there is none.
What a creator owes helpers is set off against the price and lowers neither it nor tax.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from creators.models import Account, Creator, Payout, PayoutDetails, PayoutLine
from creators.models import PayoutRun as Run
from creators.models import SelfBilledInvoice as Invoice
from creators.selectors.guarantees import OVERTIME, OVERTIME_BACK
from creators.services import ledger
from shopfront.common.money import tax_within
from shopfront.markets.tax import get_tax_bps
from shopfront.models import TaxRate

SELF_BILLING_RULE = "self-billing-1"
PORTION = 500
"""Creators whose documents are written together: memory stays small."""
PARTS = ("commission", "back", "guarantee")
IS_OWED = Q(entry__transaction__kind=OVERTIME_BACK, entry__isnull=False) | Q(
    entry__transaction__kind=OVERTIME, amount_minor__lt=0, entry__isnull=False
)
Kind = Invoice.Kind
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that lacks nothing but its number."""

    creator: Creator
    payout: Payout
    facts: Facts
    total_minor: int
    tax_minor: int


def issue_invoices(run: Run) -> int:
    """Write the invoices of a run's creators who agreed, in the open transaction.

    Returns how many there are. As many queries for one creator as for a portion.

    Raises:
        TransactionManagementError: no transaction is open.
        TaxRateMissing: the market has no standard rate of tax.

    Locks: each creator, in key order. Safe to repeat: yes, a payout has one.
    """
    ledger.require_transaction()
    agreed = run.payouts.filter(
        account__owner_kind=Account.Owner.CREATOR,
        details__agreed_self_billing_at__isnull=False,
    ).select_related("account", "details")
    owners = Creator.objects.filter(public_id__in=agreed.values("account__owner_ref"))
    count = 0
    for creators in _lock(owners):
        rows = agreed.filter(account__owner_ref__in=creators)
        payouts = {row.account.owner_ref: row for row in rows}
        owned = {creator: payouts[ref] for ref, creator in creators.items()}
        drafts = _draft(run, owned)
        _write(Kind.INVOICE, drafts)
        count += len(drafts)
    return count


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
    total, tax = invoice.total_minor, invoice.tax_minor
    draft = Draft(invoice.creator, payout, facts, total, tax)
    for _ in _lock(Creator.objects.filter(pk=invoice.creator_id)):
        _write(Kind.CREDIT_NOTE, [draft])
    return written.get(kind=Kind.CREDIT_NOTE)


def _lock(creators: "QuerySet[Creator]") -> Iterator[dict[str, Creator]]:
    """Lock creators in key order, and yield them by public id in portions."""
    ordered = creators.select_for_update(no_key=True).order_by("pk")
    last = 0
    while rows := list(ordered.filter(pk__gt=last)[:PORTION]):
        last = rows[-1].pk
        yield {row.public_id: row for row in rows}


def _write(kind: Kind, drafts: Sequence[Draft]) -> None:
    """Draw each creator's next number of the kind and write the documents.

    The creators are locked. Documents are never deleted and the locks are held until
    the commit, so that no number is missing or given twice.
    """
    payouts = [draft.payout for draft in drafts]
    known = set(
        Invoice.objects.filter(kind=kind, payout__in=payouts).values_list(
            "payout", flat=True
        )
    )
    creators = [draft.creator for draft in drafts]
    own = Invoice.objects.filter(kind=kind, creator__in=creators)
    last = dict(own.values_list("creator").annotate(Count("id")))
    new = [draft for draft in drafts if draft.payout.pk not in known]
    Invoice.objects.bulk_create(
        _number(kind, draft, last.get(draft.creator.pk, 0) + 1) for draft in new
    )
    if kind == Kind.INVOICE:
        _name([draft.payout.pk for draft in new])


def _number(kind: Kind, draft: Draft, number: int) -> Invoice:
    letter = "C" if kind == Kind.CREDIT_NOTE else ""
    return Invoice(
        kind=kind,
        creator=draft.creator,
        number=number,
        name=f"SB-{draft.creator.public_id}-{letter}{number:04}",
        payout=draft.payout,
        facts=draft.facts,
        total_minor=draft.total_minor,
        tax_minor=draft.tax_minor,
        currency=draft.payout.currency,
    )


def _name(payouts: Collection[int]) -> None:
    """Note on payouts the numbers of their invoices."""
    written = Invoice.objects.filter(payout=OuterRef("pk"), kind=Kind.INVOICE)
    Payout.objects.filter(pk__in=payouts).update(
        invoice_number=Subquery(written.values("name"))
    )


def _draft(run: Run, payouts: Mapping[Creator, Payout]) -> list[Draft]:
    """Return what the invoices of some creators' payouts say; a query, or two."""
    parts = _sum_parts(payouts.values())
    owed = _sum_owed(payouts.values())
    here = PayoutDetails.Vat.HERE
    rate = 0
    if any(payout.details.vat_status == here for payout in payouts.values()):
        standard = TaxRate.Category.STANDARD
        rate = get_tax_bps(run.rule.market, standard, on=run.due_on)
    drafts = []
    for creator, payout in payouts.items():
        tax_bps = rate if payout.details.vat_status == here else 0
        facts = _describe(run, payout) | {
            "tax_bps": tax_bps,
            "parts": parts[payout.pk],
            "corrects": "",
            "owed_minor": owed.get(payout.pk, 0),
        }
        total = payout.amount_minor + owed.get(payout.pk, 0)
        tax = tax_within(total, tax_bps) if tax_bps else 0
        drafts.append(Draft(creator, payout, facts, total, tax))
    return drafts


def _describe(run: Run, payout: Payout) -> Facts:
    """Return whom the document names and what it is of, as they are known now."""
    details, rule = payout.details, run.rule
    agreed_at = details.agreed_self_billing_at
    assert agreed_at is not None
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
        "paid_on": run.due_on.isoformat(),
        "agreed_on": agreed_at.date().isoformat(),
        "market": rule.market.code,
        "zone": rule.market.time_zone,
        "vat": details.vat_status,
    }


def _sum_parts(payouts: Collection[Payout]) -> Mapping[int, list[Facts]]:
    """Return what each payout, by key, has of each part; they sum to the invoice."""
    commission, back, guarantee = map(Value, PARTS)
    found = (
        PayoutLine.objects.filter(payout__in=payouts)
        .exclude(IS_OWED)
        .values("payout")
        .annotate(
            part=Case(
                When(commission__isnull=True, then=guarantee),
                When(amount_minor__gt=0, then=commission),
                When(amount_minor__lt=0, then=back),
            )
        )
        .filter(part__isnull=False)
        .annotate(count=Count("id"), total=Sum("amount_minor"))
        .values_list("payout", "part", "count", "total")
    )
    parts: dict[int, list[Facts]] = defaultdict(list)
    for key, part, count, total in sorted(found, key=lambda row: PARTS.index(row[1])):
        parts[key].append({"kind": part, "count": count, "amount_minor": total})
    return parts


def _sum_owed(payouts: Collection[Payout]) -> dict[int, int]:
    """Return by payout what was taken of it for helpers, net of what came back."""
    lines = PayoutLine.objects.filter(IS_OWED, payout__in=payouts)
    sums = lines.values_list("payout").annotate(total=Sum("amount_minor"))
    return {key: -total for key, total in sums}
