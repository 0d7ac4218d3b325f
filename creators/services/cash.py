"""Cash in the books: what gateways took in, paid back and lost for shoppers.

A payment comes in on the gateway's account against shopper clearing; the lines it paid
for go out of there (`sales`), so that clearing comes to nothing once all is told, and
money is followed from the payment to the payout.
"""

from creators.models import Account, LedgerTransaction
from creators.services import ledger

Kind = Account.Kind
CHARGE, CASH_BACK, CHARGEBACK = "charge", "cash_back", "chargeback"
TRANSFER = "refund_transfer"
CASH_RULE = "cash-1"


def post_charge(
    payment_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post money that a gateway took in for a payment, in the open transaction.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a payment comes in once.
    """
    return _move(CHARGE, "payment", payment_ref, amount_minor, currency)


def post_cash_back(
    refund_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post money that a gateway paid back for a refund, in the open transaction.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a refund goes out once.
    """
    return _move(CASH_BACK, "refund", refund_ref, -amount_minor, currency)


def post_transfer(
    refund_ref: str, *, amount_minor: int, currency: str
) -> LedgerTransaction:
    """Post that a refund which came back was paid from the bank, not the gateway.

    Raises:
        TransactionManagementError: no transaction is open.

    Safe to repeat: yes, a refund is transferred once.
    """
    ledger.require_transaction()
    gateway = ledger.ensure_operator_account(Kind.GATEWAY, currency)
    bank = ledger.ensure_operator_account(Kind.BANK, currency)
    posting, _ = ledger.post_transaction(
        TRANSFER,
        cause_kind="transfer",
        cause_ref=refund_ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[(gateway, amount_minor), (bank, -amount_minor)],
    )
    return posting


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
    reversed_minor = -sum(
        clearing.entries.filter(
            transaction__kind="reversal",
            transaction__cause_ref__startswith=f"{dispute_ref}:",
        ).values_list("amount_minor", flat=True)
    )
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


def _move(
    kind: str, cause_kind: str, cause_ref: str, amount_minor: int, currency: str
) -> LedgerTransaction:
    ledger.require_transaction()
    posting, _ = ledger.post_transaction(
        kind,
        cause_kind=cause_kind,
        cause_ref=cause_ref,
        rule_version=CASH_RULE,
        currency=currency,
        sides=[
            (ledger.ensure_operator_account(Kind.GATEWAY, currency), amount_minor),
            (
                ledger.ensure_operator_account(Kind.SHOPPER_CLEARING, currency),
                -amount_minor,
            ),
        ],
    )
    return posting
