"""A brand's statement line by line: what shoppers paid, and who got which part (E9).

Rule `sale-1`: of what a shopper paid, tax, platform fee and the commission that the
brand bears go off; the rest is the brand's. A reversal takes each part back. Money of
guarantees counts whole.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import Account, Commission, Entry, Guarantee, Payout
from creators.selectors.guarantees import (
    FUNDING_BACK,
    FUNDING_TAKEN,
    GUARANTEE,
    GUARANTEE_FUNDING,
    GUARANTEE_OFFSET,
    GUARANTEE_RETURN,
    OVERTIME,
)
from creators.selectors.payable import list_statement_lines
from shopfront.common.money import Money

CHUNK = 500
SOLD = {
    "sale": gettext_lazy("Sale"),
    "delivery": gettext_lazy("Delivery"),
    "reversal": gettext_lazy("Refund"),
}
"""Postings of what shoppers paid or got back; all others count whole."""
WORDS = SOLD | {
    GUARANTEE: gettext_lazy("Guarantee"),
    GUARANTEE_FUNDING: gettext_lazy("Guarantee paid in"),
    GUARANTEE_RETURN: gettext_lazy("Guarantee given back"),
    GUARANTEE_OFFSET: gettext_lazy("Commission within the guarantee"),
    FUNDING_TAKEN: gettext_lazy("Guarantee taken back by the bank"),
    FUNDING_BACK: gettext_lazy("Guarantee paid in again"),
    OVERTIME: gettext_lazy("Overtime premium"),
}
Kind = Account.Kind
CREATORS = (Kind.CREATOR_PENDING, Kind.CREATOR_AVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRow:
    """One line of a brand's statement; the fields are the columns of its file."""

    line: str
    kind: str
    at: dt.datetime
    total_minor: int
    tax_minor: int
    fee_minor: int
    commission_minor: int
    amount_minor: int
    currency: str
    rule_version: str
    title: str
    """What was sold where somebody earned commission of it, or the guarantee's show."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing goes off it: money of guarantees and premiums."""
        return self.kind not in SOLD

    @property
    def name(self) -> str:
        """Say what it is, by its title or else by the order line or order."""
        words = WORDS.get(self.kind, self.kind)
        return f"{words}: {self.title or self.line.rpartition(':')[2]}"

    @property
    def amount(self) -> Money:
        """What is the brand's."""
        return Money(self.amount_minor, self.currency)

    @property
    def parts(self) -> list[Money]:
        """What the shopper paid, and what goes off it: tax, fee, commission."""
        minors = (
            self.total_minor,
            self.tax_minor,
            self.fee_minor,
            self.commission_minor,
        )
        return [Money(minor, self.currency) for minor in minors]


def list_brand_rows(payout: Payout) -> Iterator[BrandRow]:
    """Return a payout's lines with the parts of their postings, read in chunks."""
    lines = list_statement_lines(payout).iterator(chunk_size=CHUNK)
    return read_brand_rows(line.entry for line in lines if line.entry is not None)


def read_brand_rows(entries: Iterable[Entry]) -> Iterator[BrandRow]:
    """Return entries of a brand's account with the parts of their postings.

    Three queries for each `CHUNK`; the postings were read with the entries.
    """
    rest = iter(entries)
    while chunk := tuple(islice(rest, CHUNK)):
        sides, titles = _read_sides(chunk), _read_titles(chunk)
        for entry in chunk:
            key = entry.transaction_id
            yield _describe(entry, sides[key], titles.get(key, ""))


def explain_brand_rows(rows: Sequence[BrandRow]) -> list[str]:
    """Return how the amounts were reckoned, for the kinds of lines that there are."""
    notes = []
    if not all(row.is_whole for row in rows):
        notes.append(
            _(
                "Yours is what the shopper paid, less tax, the platform's fee and the "
                "commission that you bear. What came back stands with a minus."
            )
        )
    if any(row.is_whole for row in rows):
        notes.append(
            _(
                "Money of guarantees and overtime premiums counts whole: with a minus "
                "you owe it, else it is yours again."
            )
        )
    return notes


def _read_sides(entries: Sequence[Entry]) -> dict[int, Counter[str]]:
    """Return by posting what each kind of account got; one query."""
    keys = [entry.transaction_id for entry in entries]
    rows = Entry.objects.filter(transaction__in=keys).values_list(
        "transaction_id", "account_id", "account__kind", "amount_minor"
    )
    own = {entry.account_id for entry in entries}
    sides: dict[int, Counter[str]] = {}
    for key, account, kind, minor in rows:
        name = "own" if account in own else kind
        sides.setdefault(key, Counter())[name] += minor
    return sides


def _read_titles(entries: Sequence[Entry]) -> dict[int, str]:
    """Return by posting what was sold, or which show it is of; two queries."""
    sales = {
        made.pk: made.reverses_id or made.pk
        for made in (entry.transaction for entry in entries)
        if made.kind in SOLD
    }
    shows = {
        made.pk: made.cause_ref.partition(":")[0]
        for made in (entry.transaction for entry in entries)
        if made.cause_kind == GUARANTEE
    }
    earned = Commission.objects.filter(posting__in=set(sales.values()))
    sold = dict(earned.values_list("posting", "title"))
    known = Guarantee.objects.filter(public_id__in=set(shows.values()))
    named = dict(known.values_list("public_id", "title"))
    titles = {key: sold.get(sale, "") for key, sale in sales.items()}
    return titles | {key: named.get(ref, "") for key, ref in shows.items()}


def _describe(entry: Entry, parts: Counter[str], title: str) -> BrandRow:
    made, amount = entry.transaction, -entry.amount_minor
    is_sold = made.kind in SOLD
    total = parts[Kind.SHOPPER_CLEARING] if is_sold else amount
    tax, fee = -parts[Kind.TAX], -parts[Kind.PLATFORM_FEE]
    borne = -sum(parts[kind] for kind in (*CREATORS, Kind.BRAND_PAYABLE))
    return BrandRow(
        line=made.cause_ref,
        kind=made.kind,
        at=made.at,
        total_minor=total,
        tax_minor=tax if is_sold else 0,
        fee_minor=fee if is_sold else 0,
        commission_minor=borne if is_sold else 0,
        amount_minor=amount,
        currency=entry.currency,
        rule_version=made.rule_version,
        title=title,
    )
