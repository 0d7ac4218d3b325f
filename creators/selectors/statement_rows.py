"""Statements line by line, as pages, files and documents show them (E8)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creators.models import Commission, Entry, Payout, PayoutLine
from creators.selectors.guarantees import GUARANTEE_RULE
from creators.selectors.pay import WHOLE
from creators.selectors.payable import list_statement_lines
from shopfront.common.money import Money

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One line of a statement; the fields are the columns of its file, in order.

    Rule `sale-1`: base times rate, half up, is the commission; it pays that, less what
    was reversed and what was paid before. What has no commission counts whole.
    """

    line: str
    title: str
    sold_at: dt.datetime
    base_minor: int
    rate_bps: int
    commission_minor: int
    reversed_minor: int
    paid_before_minor: int
    amount_minor: int
    currency: str
    rule_version: str

    @property
    def amount(self) -> Money:
        """What the line pays."""
        return Money(self.amount_minor, self.currency)

    @property
    def base(self) -> Money:
        """What the rate is of."""
        return Money(self.base_minor, self.currency)

    @property
    def commission(self) -> Money:
        """Base times rate."""
        return Money(self.commission_minor, self.currency)

    @property
    def taken_back(self) -> Money:
        """What refunds took of the commission."""
        return Money(self.reversed_minor, self.currency)

    @property
    def paid_before(self) -> Money:
        """What earlier payouts had of it."""
        return Money(self.paid_before_minor, self.currency)

    @property
    def is_whole(self) -> bool:
        """Whether the line counts whole, without a rate."""
        return self.rate_bps == WHOLE


def list_rows(payout: Payout) -> Iterator[StatementRow]:
    """Return a payout's lines, read in chunks."""
    for line in list_statement_lines(payout).iterator(chunk_size=CHUNK):
        yield read_row(line)


def read_row(line: PayoutLine) -> StatementRow:
    """Return a line of a payout as a row; its commission or entry was read with it."""
    if line.commission is None:
        assert line.entry is not None
        return row_of_entry(line.entry, title=line.title, amount=line.amount_minor)
    return row_of_commission(
        line.commission,
        reversed_minor=line.reversed_minor,
        paid_before=line.paid_minor,
        amount=line.amount_minor,
    )


def row_of_commission(
    made: Commission, *, reversed_minor: int, paid_before: int, amount: int
) -> StatementRow:
    """Return what a commission pays in a statement."""
    return StatementRow(
        line=made.line_ref,
        title=made.title,
        sold_at=made.sold_at,
        base_minor=made.base_minor,
        rate_bps=made.rate_bps,
        commission_minor=made.amount_minor,
        reversed_minor=reversed_minor,
        paid_before_minor=paid_before,
        amount_minor=amount,
        currency=made.currency,
        rule_version=made.rule_version,
    )


def row_of_entry(entry: Entry, *, title: str, amount: int) -> StatementRow:
    """Return a guarantee, or another entry that counts whole (rule `guarantee-1`)."""
    made = entry.transaction
    return StatementRow(
        line=made.cause_ref,
        title=title,
        sold_at=made.at,
        base_minor=amount,
        rate_bps=WHOLE,
        commission_minor=amount,
        reversed_minor=0,
        paid_before_minor=0,
        amount_minor=amount,
        currency=entry.currency,
        rule_version=made.rule_version,
    )


def are_whole(rows: Sequence[StatementRow]) -> bool:
    """Whether there are lines and all count whole: a helper's premiums, for example."""
    return bool(rows) and all(row.is_whole for row in rows)


def explain_rows(rows: Sequence[StatementRow]) -> list[str]:
    """Return how the amounts were reckoned, for the kinds of lines that there are."""
    notes = []
    if not all(row.is_whole for row in rows):
        notes.append(
            _(
                "Base is what the shopper paid, less discount and tax, before "
                "delivery. Base times rate, half a penny up, is the commission; a "
                "line pays that, less what refunds took back and what was counted "
                "before."
            )
        )
    rules_of_whole = {row.rule_version for row in rows if row.is_whole}
    if GUARANTEE_RULE in rules_of_whole:
        notes.append(
            _(
                "A guarantee is paid whole. Where it or the commission counts, "
                "whichever is greater, the commission that lies within it stands here "
                "with a minus."
            )
        )
    premiums = rules_of_whole - {GUARANTEE_RULE}
    if premiums:
        notes.append(
            _(
                "A premium is paid whole: the overtime, times what an hour counts, "
                "times what its rule pays on top, a part of a penny up."
            )
        )
    if any(row.amount_minor < 0 for row in rows if row.rule_version in premiums):
        notes.append(
            _(
                "Overtime of helpers in shows without a guarantee is yours to pay: it "
                "stands here with a minus and was paid to them."
            )
        )
    return notes
