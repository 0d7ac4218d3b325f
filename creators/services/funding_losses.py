"""Money for guarantees that the payer's bank took back, and brought again (E1).

What still waits on the escrow account is taken from there, and the guarantee is open
again; what was used, returned or never needed the payer owes. The creator gives
nothing back.
"""

from creators.models import Account, Guarantee, GuaranteeFunding, LedgerTransaction
from creators.selectors.guarantees import (
    FUNDING_BACK,
    FUNDING_TAKEN,
    GUARANTEE_RULE,
)
from creators.services import ledger
from creators.services.guarantees import escrow_of, payer_of
from creators.services.notices import post_funded
from shopfront.common import clock

LOSS = "funding_loss"
State = Guarantee.State


def take_back_funding(reference: str, *, loss_ref: str, amount_minor: int) -> int:
    """Post that a bank took money of a card payment back, in the open transaction.

    Returns what the guarantee now misses because of it, in minor units.

    Args:
        reference: the payment's public id, by which it funded a guarantee.
        loss_ref: public id of what took it back; a payment may be hit more than once.
        amount_minor: what is gone.

    What the payment brought beyond the guarantee's need goes first.

    Raises:
        TransactionManagementError: no transaction is open.

    Locks: the guarantee, then the funding. Safe to repeat: yes, once per loss.
    """
    ledger.require_transaction()
    funding, guarantee = _lock(reference)
    lost = funding.lost_minor + amount_minor
    kept = funding.kept_minor
    if guarantee.state in {State.OPEN, State.FUNDED}:
        kept = min(kept, max(0, funding.amount_minor - lost))
    taken = funding.kept_minor - kept
    is_new = _post(
        FUNDING_TAKEN,
        funding,
        guarantee,
        loss_ref=loss_ref,
        gateway_minor=-amount_minor,
        escrow_minor=taken,
    )
    if is_new:
        funding.lost_minor, funding.kept_minor = lost, kept
        funding.save(update_fields=["lost_minor", "kept_minor"])
        guarantee.funded_minor -= taken
        if taken:
            guarantee.state = State.OPEN
        guarantee.save(update_fields=["funded_minor", "state"])
    return taken if is_new else 0


def bring_back_funding(reference: str, *, loss_ref: str) -> None:
    """Post that money came again which a bank had taken back, in the open transaction.

    What the guarantee misses goes into it, the rest to the payer's balance.

    Raises:
        LedgerTransaction.DoesNotExist: it was never posted as taken.
        TransactionManagementError: no transaction is open.

    Locks: the guarantee, then the funding. Safe to repeat: yes, once per loss.
    """
    ledger.require_transaction()
    funding, guarantee = _lock(reference)
    taken = LedgerTransaction.objects.get(
        kind=FUNDING_TAKEN, cause_kind=LOSS, cause_ref=_name(funding, loss_ref)
    )
    gone = taken.entries.filter(account__kind=Account.Kind.GATEWAY)
    amount = -sum(gone.values_list("amount_minor", flat=True))
    is_open = guarantee.state == State.OPEN
    kept = min(amount, guarantee.missing.minor) if is_open else 0
    is_new = _post(
        FUNDING_BACK,
        funding,
        guarantee,
        loss_ref=loss_ref,
        gateway_minor=amount,
        escrow_minor=-kept,
    )
    if is_new:
        funding.lost_minor -= amount
        funding.kept_minor += kept
        funding.save(update_fields=["lost_minor", "kept_minor"])
        guarantee.funded_minor += kept
        if is_open and not guarantee.missing:
            guarantee.state, guarantee.funded_at = State.FUNDED, clock.now()
            post_funded(guarantee)
        guarantee.save(update_fields=["funded_minor", "state", "funded_at"])


def _lock(reference: str) -> tuple[GuaranteeFunding, Guarantee]:
    source = GuaranteeFunding.Source.PAYMENT
    rows = GuaranteeFunding.objects.filter(source=source, reference=reference)
    guarantee = (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market")
        .get(pk=rows.values_list("guarantee", flat=True).get())
    )
    return rows.select_for_update().get(), guarantee


def _post(
    kind: str,
    funding: GuaranteeFunding,
    guarantee: Guarantee,
    *,
    loss_ref: str,
    gateway_minor: int,
    escrow_minor: int,
) -> bool:
    """Post money that left the gateway or came again; return whether it is new."""
    gateway = ledger.ensure_operator_account(Account.Kind.GATEWAY, guarantee.currency)
    _posting, is_new = ledger.post_transaction(
        kind,
        cause_kind=LOSS,
        cause_ref=_name(funding, loss_ref),
        rule_version=GUARANTEE_RULE,
        currency=guarantee.currency,
        sides=[
            (gateway, gateway_minor),
            (escrow_of(guarantee), escrow_minor),
            (payer_of(guarantee), -gateway_minor - escrow_minor),
        ],
    )
    return is_new


def _name(funding: GuaranteeFunding, loss_ref: str) -> str:
    return f"{funding.public_id}:{loss_ref}"
