"""Reversals: what a refund takes back of a posted line, capped at the line (E5)."""

from django.db import transaction
from django.db.models import Sum

from creators.errors import SaleMissing
from creators.models import Account, Commission, Entry, LedgerTransaction
from creators.services import ledger
from creators.services.guarantee_offsets import take_back_offset
from creators.services.sales import DELIVERY, LINE, ORDER, SALE
from creators.services.shares import REVERSAL_RULE, share_back

REVERSAL, REFUND = "reversal", "refund"
State = Commission.State


def post_reversal(
    line_ref: str, *, refund_ref: str, amount_minor: int
) -> LedgerTransaction:
    """Post what a refund takes back of a line, in the open transaction.

    Args:
        line_ref: the order line's public id.
        refund_ref: the refund's public id; one refund may touch several lines.
        amount_minor: what the shopper gets back of this line, with tax. All refunds
            of a line together are capped at its total.

    Each side gives back its part by rule `reversal-1`. Of a commission that has
    settled no more is taken than the creator's balance holds; the operator's fee
    bears the rest, so that no balance goes below zero (E5).

    Raises:
        SaleMissing: the line was never posted.
        TransactionManagementError: no transaction is open.

    Locks: the line's posting, then its commissions, then the guarantee of its show,
    then the creator's account.
    Safe to repeat: yes, once per refund and line.
    """
    ledger.require_transaction()
    sale = _lock_posting(SALE, LINE, line_ref)
    return _reverse(sale, f"{refund_ref}:{line_ref}", amount_minor)


def reverse_line(
    line_ref: str, *, refund_ref: str, amount_minor: int
) -> LedgerTransaction:
    """Reverse a line for a refund in a transaction of its own; see `post_reversal`.

    Raises:
        SaleMissing: the line was never posted.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        return post_reversal(line_ref, refund_ref=refund_ref, amount_minor=amount_minor)


def reverse_delivery(
    order_ref: str, *, refund_ref: str, amount_minor: int
) -> LedgerTransaction:
    """Reverse what a refund takes back of an order's delivery, capped at it.

    Raises:
        SaleMissing: the delivery was never posted.

    Locks: the delivery's posting.
    Safe to repeat: yes, once per refund.
    """
    with transaction.atomic():
        delivery = _lock_posting(DELIVERY, ORDER, order_ref)
        return _reverse(delivery, f"{refund_ref}:{order_ref}", amount_minor)


def _reverse(
    sale: LedgerTransaction, cause_ref: str, amount_minor: int
) -> LedgerTransaction:
    known = sale.reversals.filter(cause_ref=cause_ref).first()
    if known is not None:
        return known
    sold = _read_sides(sale)
    before = _count_refunded(sale)
    whole = _find_whole(sold)
    after = min(whole, before + max(0, amount_minor))
    earlier, later = _cut(sold, before), _cut(sold, after)
    back = {account: earlier[account] - later[account] for account in sold}
    for commission in _lock_commissions(sale):
        _take_commission(commission, back, is_whole=after == whole)
    posting, _ = ledger.post_transaction(
        REVERSAL,
        cause_kind=REFUND,
        cause_ref=cause_ref,
        rule_version=REVERSAL_RULE,
        currency=next((account.currency for account in sold), ""),
        sides=back.items(),
        reverses=sale,
    )
    return posting


def _lock_posting(kind: str, cause_kind: str, cause_ref: str) -> LedgerTransaction:
    sale = (
        LedgerTransaction.objects.select_for_update()
        .filter(kind=kind, cause_kind=cause_kind, cause_ref=cause_ref)
        .first()
    )
    if sale is None:
        raise SaleMissing
    return sale


def _lock_commissions(sale: LedgerTransaction) -> list[Commission]:
    return list(
        Commission.objects.select_for_update(of=("self",), no_key=True)
        .select_related("creator")
        .filter(posting=sale)
        .order_by("pk")
    )


def _read_sides(sale: LedgerTransaction) -> dict[Account, int]:
    """Return the sale's sides in the order in which they are cut.

    The shopper's first, so that it is exact; the creator's next, so that what it gives
    back is rounded down.
    """
    entries = Entry.objects.filter(transaction=sale).select_related("account")
    ranks = {Account.Kind.SHOPPER_CLEARING: 0, Account.Kind.CREATOR_PENDING: 1}
    rows = sorted(
        entries,
        key=lambda row: (ranks.get(Account.Kind(row.account.kind), 2), row.pk),
    )
    return {row.account: row.amount_minor for row in rows}


def _find_whole(sold: dict[Account, int]) -> int:
    return next(
        (
            amount
            for account, amount in sold.items()
            if account.kind == Account.Kind.SHOPPER_CLEARING
        ),
        0,
    )


def _count_refunded(sale: LedgerTransaction) -> int:
    total = Entry.objects.filter(
        transaction__reverses=sale, account__kind=Account.Kind.SHOPPER_CLEARING
    ).aggregate(total=Sum("amount_minor"))["total"]
    return -int(total or 0)


def _cut(sold: dict[Account, int], refunded: int) -> dict[Account, int]:
    """Return the signed part of each side that is undone by so much refunded.

    Debits may exceed the shopper's side by what another payer bears, so both halves
    are cut at the same height, the least that undoes the shopper's side exactly.
    """
    whole = _find_whole(sold)
    height = sum(amount for amount in sold.values() if amount > 0)
    level = -(-refunded * height // whole) if whole else 0
    undone: dict[Account, int] = {}
    for sign in (1, -1):
        half = {a: amount * sign for a, amount in sold.items() if amount * sign > 0}
        parts = share_back(list(half.values()), level)
        undone |= {
            account: part * sign for account, part in zip(half, parts, strict=True)
        }
    return undone


def _take_commission(
    commission: Commission, back: dict[Account, int], *, is_whole: bool
) -> None:
    """Move the commission's part of a reversal to where the money is now."""
    pending = ledger.ensure_creator_account(
        commission.creator, Account.Kind.CREATOR_PENDING, commission.currency
    )
    wanted = taken = back.get(pending, 0)
    if commission.state == State.SETTLED and wanted:
        take_back_offset(commission, wanted)
        available = ledger.ensure_creator_account(
            commission.creator, Account.Kind.CREATOR_AVAILABLE, commission.currency
        )
        taken = min(wanted, _lock_balance(available))
        fee = ledger.ensure_operator_account(
            Account.Kind.PLATFORM_FEE, commission.currency
        )
        del back[pending]
        back[available] = taken
        back[fee] = back.get(fee, 0) + wanted - taken
    state = State.REVERSED if is_whole else commission.state
    Commission.objects.filter(pk=commission.pk).update(
        reversed_minor=commission.reversed_minor + taken, state=state
    )


def _lock_balance(account: Account) -> int:
    """Return what an owner has; whoever takes from it holds the same lock."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    total = Entry.objects.filter(account=account).aggregate(t=Sum("amount_minor"))["t"]
    return max(0, -int(total or 0))
