"""Sales in the books: one balanced posting per order line (section "A euro")."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from creators.models import (
    Account,
    Agreement,
    Commission,
    Creator,
    LedgerTransaction,
)
from creators.services import ledger
from creators.services.shares import SALE_RULE, Shares, share_among
from shopfront.models import Market

Kind = Account.Kind
Due = tuple[Creator, int, int]
"""Who gets a commission, its rate in basis points, its amount."""
SALE, DELIVERY = "sale", "delivery"
LINE, ORDER = "order_line", "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """A paid order line as the books need it; amounts in minor units, with tax."""

    line_ref: str
    title: str
    market: Market
    payable: Account
    total_minor: int
    tax_minor: int
    currency: str
    sold_at: dt.datetime
    agreement: Agreement | None = None
    show_ref: str = ""
    parts: tuple[tuple[Creator, int], ...] = ()
    """Who shares the commission, and each one's part of the agreement's rate in basis
    points; empty where it is the agreement's creator's alone."""


def post_sale(line: SoldLine) -> LedgerTransaction:
    """Post a paid line in the open transaction, and its commission if one is due.

    Shopper clearing is debited the total; credited are tax, platform fee, the
    pending account of each creator who shares the commission (where an agreement
    applies) and the brand's payable account with the rest. The commission is borne by
    the agreement's payer. A line that belongs to nobody is posted too, without a
    commission.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a line is posted once.
    """
    ledger.require_transaction()
    rates = _list_rates(line)
    shares, amounts = share_among(
        line.total_minor,
        line.tax_minor,
        rates_bps=[rate for _creator, rate in rates],
        fee_bps=line.market.platform_fee_bps,
    )
    due = [
        (creator, rate, amount)
        for (creator, rate), amount in zip(rates, amounts, strict=True)
    ]
    posting, is_new = ledger.post_transaction(
        SALE,
        cause_kind=LINE,
        cause_ref=line.line_ref,
        rule_version=SALE_RULE,
        currency=line.currency,
        sides=_sides(line, shares, due),
    )
    if is_new and line.agreement is not None:
        _write_commissions(line, line.agreement, due, posting)
    return posting


def post_delivery(
    order_ref: str, *, payable: Account, total_minor: int, tax_minor: int, currency: str
) -> LedgerTransaction:
    """Post an order's delivery in the open transaction: the brand's, less its tax.

    Safe to repeat: yes, an order's delivery is posted once.
    """
    clearing = ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency)
    tax = ledger.ensure_operator_account(Kind.TAX, currency)
    brand = ledger.ensure_same_owner(payable, currency)
    posting, _ = ledger.post_transaction(
        DELIVERY,
        cause_kind=ORDER,
        cause_ref=order_ref,
        rule_version=SALE_RULE,
        currency=currency,
        sides=[
            (clearing, total_minor),
            (tax, -tax_minor),
            (brand, tax_minor - total_minor),
        ],
    )
    return posting


def _list_rates(line: SoldLine) -> Sequence[tuple[Creator, int]]:
    if line.agreement is None:
        return ()
    return line.parts or ((line.agreement.creator, line.agreement.commission_bps),)


def _sides(
    line: SoldLine, shares: Shares, due: Sequence[Due]
) -> list[tuple[Account, int]]:
    currency = line.currency
    brand = ledger.ensure_same_owner(line.payable, currency)
    sides = [
        (ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency), shares.total),
        (ledger.ensure_operator_account(Kind.TAX, currency), -shares.tax),
        (ledger.ensure_operator_account(Kind.PLATFORM_FEE, currency), -shares.fee),
        (brand, -shares.brand),
    ]
    if line.agreement is not None:
        payer = ledger.ensure_same_owner(line.agreement.payer, currency)
        sides += [(brand, -shares.commission), (payer, shares.commission)]
        for creator, _rate, amount in due:
            pending = ledger.ensure_creator_account(
                creator, Kind.CREATOR_PENDING, currency
            )
            sides.append((pending, -amount))
    return sides


def _write_commissions(
    line: SoldLine,
    agreement: Agreement,
    due: Sequence[Due],
    posting: LedgerTransaction,
) -> None:
    Commission.objects.bulk_create(
        Commission(
            creator=creator,
            agreement=agreement,
            line_ref=line.line_ref,
            show_ref=line.show_ref,
            title=line.title[:200],
            base_minor=line.total_minor - line.tax_minor,
            rate_bps=rate,
            amount_minor=amount,
            currency=line.currency,
            rule_version=SALE_RULE,
            posting=posting,
            sold_at=line.sold_at,
            settles_at=line.sold_at + dt.timedelta(days=line.market.settle_days),
        )
        for creator, rate, amount in due
    )
