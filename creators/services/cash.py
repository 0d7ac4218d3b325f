"""Cash in the books: what gateways took in, paid back and lost for shoppers.

A payment comes in on the gateway's account against shopper clearing; the lines it paid
for go out of there (`sales`), so that clearing comes to nothing once all is told, and
money is followed from the payment to the payout.
"""

from django.db.models import QuerySet

from creators.errors import SaleMissing
from creators.models import Account, LedgerTransaction
from creators.services import ledger

Kind = Account.Kind
CHARGE, CASH_BACK, CHARGEBACK = "charge", "cash_back", "chargeback"
TRANSFER, BANK_PAID = "refund_transfer", "bank_paid"
CASH_RULE = "cash-1"


def post_charge(
    payment_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post money that a gateway took in for a payment, in the open transaction.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a payment comes in once.
    """
    ledger.require_transaction()
    gateway = ledger.ensure_operator_account(Kind.GATEWAY, currency)
    clearing = ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency)
    posting, _ = ledger.post_transaction(
        CHARGE,
        cause_kind="payment",
        cause_ref=payment_ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[(gateway, amount_minor), (clearing, -amount_minor)],
    )
    return posting


def post_cash_back(
    refund_ref: str, *, amount_minor: int, currency: str, parts: int | None = None
) -> LedgerTransaction:
    """Post money that a gateway paid back for a refund, in the open transaction.

    Args:
        refund_ref: the refund's public id.
        amount_minor: what went back.
        currency: of it.
        parts: how many lines and deliveries it is of, where a lost dispute may have
            taken some of them back before. Then clearing gets what the refund itself
            took back, and the operator's fee bears the rest.

    Raises:
        SaleMissing: not all parts are taken back yet.
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a refund goes out once.
    """
    ledger.require_transaction()
    clearing = ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency)
    cleared = amount_minor
    if parts is not None:
        if _find_reversals(refund_ref).count() < parts:
            raise SaleMissing
        cleared = _sum_reversed(clearing, refund_ref)
    posting, _ = ledger.post_transaction(
        CASH_BACK,
        cause_kind="refund",
        cause_ref=refund_ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[
            (ledger.ensure_operator_account(Kind.GATEWAY, currency), -amount_minor),
            (clearing, cleared),
            (
                ledger.ensure_operator_account(Kind.PLATFORM_FEE, currency),
                amount_minor - cleared,
            ),
        ],
    )
    return posting


def post_transfer(
    refund_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post that a refund which came back was paid from the bank, not the gateway.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a refund is transferred once.
    """
    return _come_again(
        TRANSFER, "transfer", refund_ref, Kind.BANK, amount_minor, currency
    )


def post_bank_paid(
    refund_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post that a lost dispute's money paid a refund, in the open transaction.

    The gateway paid it once, not twice: the fee bears no more what it bore of the
    dispute for this refund.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a refund is paid by the bank once.
    """
    fee = Kind.PLATFORM_FEE
    return _come_again(BANK_PAID, BANK_PAID, refund_ref, fee, amount_minor, currency)


def post_chargeback(
    dispute_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post money that a shopper's bank took back, in the open transaction.

    What no reversal of this dispute has taken back from those who got it before is
    borne by the operator's fee.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a dispute is lost once.
    """
    ledger.require_transaction()
    clearing = ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency)
    reversed_minor = _sum_reversed(clearing, dispute_ref)
    fee = ledger.ensure_operator_account(Kind.PLATFORM_FEE, currency)
    gateway = ledger.ensure_operator_account(Kind.GATEWAY, currency)
    posting, _ = ledger.post_transaction(
        CHARGEBACK,
        cause_kind="dispute",
        cause_ref=dispute_ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[
            (gateway, -amount_minor),
            (clearing, reversed_minor),
            (fee, amount_minor - reversed_minor),
        ],
    )
    return posting


def _find_reversals(cause_ref: str) -> QuerySet[LedgerTransaction]:
    return LedgerTransaction.objects.filter(
        kind="reversal", cause_ref__startswith=f"{cause_ref}:"
    )


def _sum_reversed(clearing: Account, cause_ref: str) -> int:
    """Return what the reversals of a refund or dispute took back."""
    entries = clearing.entries.filter(transaction__in=_find_reversals(cause_ref))
    return -sum(entries.values_list("amount_minor", flat=True))


def _come_again(
    kind: str, cause_kind: str, ref: str, payer: str, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post that the gateway has a refund's money, and that another account paid it."""
    ledger.require_transaction()
    gateway = ledger.ensure_operator_account(Kind.GATEWAY, currency)
    other = ledger.ensure_operator_account(Kind(payer), currency)
    posting, _ = ledger.post_transaction(
        kind,
        cause_kind=cause_kind,
        cause_ref=ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[(gateway, amount_minor), (other, -amount_minor)],
    )
    return posting
