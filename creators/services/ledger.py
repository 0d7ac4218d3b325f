"""The ledger's pen: balanced postings, written once per cause, never changed.

A debit is positive, a credit negative. What an owner is owed stands as a credit, so
a balance shown to its owner is the sum of the account's entries with the sign turned.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from creators.errors import SaleUnbalanced
from creators.models import Account, Creator, Entry, LedgerTransaction
from shopfront.models import User


def post_transaction(
    kind: str,
    *,
    cause_kind: str,
    cause_ref: str,
    rule_version: str,
    currency: str,
    sides: Iterable[tuple[Account, int]],
    reverses: LedgerTransaction | None = None,
) -> tuple[LedgerTransaction, bool]:
    """Write a posting whose sides sum to zero; return it, and whether it is new.

    Sides of one account are joined, and a side of nothing is left out.

    Raises:
        SaleUnbalanced: the sides do not sum to zero, or mix currencies.
        TransactionManagementError: no transaction is open.

    Locks: the unique index on (kind, cause). Safe to repeat: yes, a cause is posted
    once and its first posting is returned again.
    """
    require_transaction()
    amounts = _join(sides, currency)
    row = LedgerTransaction(
        kind=kind,
        cause_kind=cause_kind,
        cause_ref=cause_ref,
        rule_version=rule_version,
        reverses=reverses,
    )
    LedgerTransaction.objects.bulk_create([row], ignore_conflicts=True)
    posted = LedgerTransaction.objects.get(
        kind=kind, cause_kind=cause_kind, cause_ref=cause_ref
    )
    if posted.public_id != row.public_id:
        return posted, False
    _write_entries(posted, amounts, currency)
    return posted, True


def post_entries(
    posting: LedgerTransaction, *, currency: str, sides: Iterable[tuple[Account, int]]
) -> None:
    """Write the sides of a posting that this open transaction has begun.

    Raises:
        SaleUnbalanced: the sides do not sum to zero, or mix currencies.
        TransactionManagementError: no transaction is open.
    """
    require_transaction()
    _write_entries(posting, _join(sides, currency), currency)


def ensure_operator_account(kind: Account.Kind, currency: str) -> Account:
    """Return the operator's account of a kind, made when missing."""
    return _ensure(kind, Account.Owner.OPERATOR, "", currency)


def ensure_creator_account(
    creator: Creator, kind: Account.Kind, currency: str
) -> Account:
    """Return a creator's account of a kind, made when missing."""
    return _ensure(kind, Account.Owner.CREATOR, creator.public_id, currency)


def ensure_helper_account(person: User, currency: str) -> Account:
    """Return where a person without a creator's account is owed, made when missing."""
    return _ensure(
        Account.Kind.HELPER_PAYABLE, Account.Owner.PERSON, person.public_id, currency
    )


def ensure_creator_accounts(
    owners: Sequence[str], kinds: Sequence[Account.Kind], currency: str
) -> None:
    """Make the accounts that creators lack, by their public ids; one query, or two.

    Safe to repeat: yes, and side by side.
    """
    known = set(
        Account.objects.filter(
            kind__in=kinds,
            owner_kind=Account.Owner.CREATOR,
            owner_ref__in=owners,
            currency=currency,
        ).values_list("kind", "owner_ref")
    )
    Account.objects.bulk_create(
        (
            Account(
                kind=kind,
                owner_kind=Account.Owner.CREATOR,
                owner_ref=owner,
                currency=currency,
            )
            for owner in owners
            for kind in kinds
            if (kind, owner) not in known
        ),
        ignore_conflicts=True,
    )


def ensure_paid_out(account: Account) -> Account:
    """Return the account that says what the owner of another was paid."""
    return _ensure(
        Account.Kind.PAID_OUT, account.owner_kind, account.owner_ref, account.currency
    )


def ensure_escrow(account: Account, currency: str) -> Account:
    """Return the account on which guarantees of an account's owner wait."""
    return _ensure(Account.Kind.ESCROW, account.owner_kind, account.owner_ref, currency)


def ensure_same_owner(account: Account, currency: str) -> Account:
    """Return the owner's account of the same kind in another currency."""
    if account.currency == currency:
        return account
    return _ensure(account.kind, account.owner_kind, account.owner_ref, currency)


def require_transaction() -> None:
    """Refuse to write outside the caller's transaction.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    if not connection.in_atomic_block:
        message = "A posting belongs into the caller's open transaction."
        raise transaction.TransactionManagementError(message)


def _write_entries(
    posting: LedgerTransaction, amounts: Mapping[int, int], currency: str
) -> None:
    Entry.objects.bulk_create(
        Entry(
            transaction=posting, account_id=key, amount_minor=amount, currency=currency
        )
        for key, amount in amounts.items()
        if amount
    )


def _ensure(kind: str, owner_kind: str, owner_ref: str, currency: str) -> Account:
    facts = {
        "kind": kind,
        "owner_kind": owner_kind,
        "owner_ref": owner_ref,
        "currency": currency,
    }
    account = Account.objects.filter(**facts).first()
    if account is None:
        Account.objects.bulk_create([Account(**facts)], ignore_conflicts=True)
        account = Account.objects.get(**facts)
    return account


def _join(sides: Iterable[tuple[Account, int]], currency: str) -> Mapping[int, int]:
    amounts: dict[int, int] = {}
    for account, amount in sides:
        if account.currency != currency:
            raise SaleUnbalanced(extra={"currency": account.currency})
        amounts[account.pk] = amounts.get(account.pk, 0) + amount
    if sum(amounts.values()):
        raise SaleUnbalanced(extra={"off_by": sum(amounts.values())})
    return amounts
