"""A brand's statement line by line: what shoppers paid, and who got which part (E9).

Rule `sale-1`: of what a shopper paid, tax, platform fee and the commission that the
brand bears go off; the rest is the brand's. A reversal takes each part back. Money of
guarantees counts whole.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from creators.models import Account, Entry, Payout, PayoutLine
from creators.selectors.payable import list_statement_lines
from shopfront.common.money import Money

CHUNK = 500
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

    @property
    def amounts(self) -> list[Money]:
        """What the shopper paid, tax, fee, commission, and what is the brand's."""
        minors = (
            self.total_minor,
            self.tax_minor,
            self.fee_minor,
            self.commission_minor,
            self.amount_minor,
        )
        return [Money(minor, self.currency) for minor in minors]


def list_brand_rows(payout: Payout) -> Iterator[BrandRow]:
    """Return a payout's lines with the parts of their postings, read in chunks."""
    lines = list_statement_lines(payout).iterator(chunk_size=CHUNK)
    while chunk := tuple(islice(lines, CHUNK)):
        sides = _read_sides(chunk)
        for line in chunk:
            yield _describe(line, sides)


def _read_sides(lines: tuple[PayoutLine, ...]) -> dict[int, Counter[str]]:
    """Return by posting what each kind of account got; one query."""
    keys = [line.entry.transaction_id for line in lines if line.entry is not None]
    rows = Entry.objects.filter(transaction__in=keys).values_list(
        "transaction_id", "account_id", "account__kind", "amount_minor"
    )
    own = {line.entry.account_id for line in lines if line.entry is not None}
    sides: dict[int, Counter[str]] = {}
    for key, account, kind, minor in rows:
        name = "own" if account in own else kind
        sides.setdefault(key, Counter())[name] += minor
    return sides


def _describe(line: PayoutLine, sides: dict[int, Counter[str]]) -> BrandRow:
    entry = line.entry
    assert entry is not None
    made = entry.transaction
    parts = sides[made.pk]
    is_sold = made.kind in {"sale", "delivery", "reversal"}
    total = parts[Kind.SHOPPER_CLEARING] if is_sold else line.amount_minor
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
        amount_minor=line.amount_minor,
        currency=entry.currency,
        rule_version=made.rule_version,
    )
