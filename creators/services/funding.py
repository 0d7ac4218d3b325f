"""Funding of guarantees: a card payment, a bank receipt of two persons, a balance."""

from django.db import IntegrityError, transaction

from creators.errors import (
    BalanceShort,
    GuaranteeNotOpen,
    ReceiptNotOpen,
    ReceiptSamePerson,
)
from creators.models import Account, Guarantee, GuaranteeFunding
from creators.selectors.guarantees import GUARANTEE_FUNDING, GUARANTEE_RULE
from creators.selectors.payable import sum_settled
from creators.services import ledger
from creators.services.guarantees import escrow_of, payer_of
from creators.services.notices import post_funded
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

Kind = Account.Kind
Source = GuaranteeFunding.Source
State = GuaranteeFunding.State


def book_receipt(
    guarantee: Guarantee, *, reference: str, amount_minor: int, by: User
) -> GuaranteeFunding:
    """Book, as the first of two persons, money that came by bank for a guarantee.

    Nothing is posted until somebody else confirms it.

    Raises:
        GuaranteeNotOpen: it does not wait for money.
        ReceiptNotOpen: the bank's reference was booked before, or nothing came.
    """
    reference = reference.strip()[:80]
    if not reference or amount_minor <= 0:
        raise ReceiptNotOpen
    guarantee.refresh_from_db(fields=["state"])
    if guarantee.state != Guarantee.State.OPEN:
        raise GuaranteeNotOpen
    try:
        with transaction.atomic():
            funding = GuaranteeFunding.objects.create(
                guarantee=guarantee,
                source=Source.RECEIPT,
                reference=reference,
                amount_minor=amount_minor,
                booked_by=by,
            )
            _record("creators.book_receipt", funding, by)
    except IntegrityError as fault:
        raise ReceiptNotOpen from fault
    return funding


def confirm_receipt(funding: GuaranteeFunding, *, by: User) -> GuaranteeFunding:
    """Confirm a booked receipt as the second person; now it is posted.

    What is more than the guarantee needs goes to the payer's balance.

    Raises:
        ReceiptSamePerson: this person booked it.
        ReceiptNotOpen: it is decided.

    Locks: the guarantee, then the receipt.
    """
    if funding.booked_by_id == by.pk:
        raise ReceiptSamePerson
    bank = ledger.ensure_operator_account(Kind.BANK, funding.guarantee.currency)
    with transaction.atomic():
        guarantee = _lock(funding.guarantee)
        row = GuaranteeFunding.objects.select_for_update().get(pk=funding.pk)
        if row.state != State.BOOKED:
            raise ReceiptNotOpen
        row.decided_by, row.decided_at = by, clock.now()
        _post(row, guarantee, bank)
        _record("creators.confirm_receipt", row, by)
    return row


def refuse_receipt(funding: GuaranteeFunding, *, by: User, reason: str) -> None:
    """Say that a booked receipt is wrong; its reference can be booked again.

    Raises:
        ReceiptNotOpen: it is decided.
    """
    with transaction.atomic():
        changed = GuaranteeFunding.objects.filter(
            pk=funding.pk, state=State.BOOKED
        ).update(state=State.REFUSED, decided_by=by, decided_at=clock.now())
        if not changed:
            raise ReceiptNotOpen
        _record("creators.refuse_receipt", funding, by, reason)


def fund_by_payment(
    guarantee: Guarantee, *, reference: str, amount_minor: int
) -> GuaranteeFunding:
    """Post a card payment that the gateway says has succeeded, in the open transaction.

    Args:
        guarantee: what it was for; what is not needed goes to the payer's balance.
        reference: the payment's public id.
        amount_minor: what was charged.

    Locks: the guarantee. Safe to repeat: yes, a payment funds once.
    """
    ledger.require_transaction()
    locked = _lock(guarantee)
    known = GuaranteeFunding.objects.filter(source=Source.PAYMENT, reference=reference)
    funding = known.first()
    if funding is not None:
        return funding
    funding = GuaranteeFunding(
        guarantee=locked,
        source=Source.PAYMENT,
        reference=reference,
        amount_minor=amount_minor,
        decided_at=clock.now(),
    )
    gateway = ledger.ensure_operator_account(Kind.GATEWAY, locked.currency)
    _post(funding, locked, gateway)
    return funding


def fund_from_balance(guarantee: Guarantee, *, by: User) -> GuaranteeFunding:
    """Move what a guarantee misses from the payer's settled balance.

    Raises:
        GuaranteeNotOpen: it does not wait for money.
        BalanceShort: less has settled; `missing` says how much, in minor units.

    Locks: the guarantee, then the payer's account, as payout runs do.
    """
    now = clock.now()
    with transaction.atomic():
        locked = _lock(guarantee)
        if locked.state != Guarantee.State.OPEN:
            raise GuaranteeNotOpen
        payer = payer_of(locked)
        Account.objects.select_for_update(no_key=True).get(pk=payer.pk)
        days = locked.creator.market.settle_days
        settled = sum_settled(payer, now=now, settle_days=days)
        needed = locked.missing.minor
        if settled < needed:
            raise BalanceShort(extra={"missing": needed - settled})
        funding = GuaranteeFunding(
            guarantee=locked,
            source=Source.BALANCE,
            reference=f"{locked.public_id}-{locked.fundings.count() + 1}",
            amount_minor=needed,
            booked_by=by,
            decided_at=now,
        )
        _post(funding, locked, payer)
        _record("creators.fund_from_balance", funding, by)
    return funding


def _lock(guarantee: Guarantee) -> Guarantee:
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator__market")
        .get(pk=guarantee.pk)
    )


def _post(funding: GuaranteeFunding, guarantee: Guarantee, origin: Account) -> None:
    """Post a funding; what the guarantee does not need is the payer's."""
    is_open = guarantee.state == Guarantee.State.OPEN
    needed = guarantee.missing.minor if is_open else 0
    funding.kept_minor = min(funding.amount_minor, needed)
    funding.posting, _ = ledger.post_transaction(
        GUARANTEE_FUNDING,
        cause_kind="funding",
        cause_ref=funding.public_id,
        rule_version=GUARANTEE_RULE,
        currency=guarantee.currency,
        sides=[
            (origin, funding.amount_minor),
            (escrow_of(guarantee), -funding.kept_minor),
            (payer_of(guarantee), funding.kept_minor - funding.amount_minor),
        ],
    )
    funding.state = State.CONFIRMED
    funding.save()
    guarantee.funded_minor += funding.kept_minor
    if is_open and not guarantee.missing:
        guarantee.state, guarantee.funded_at = Guarantee.State.FUNDED, clock.now()
        post_funded(guarantee)
    guarantee.save(update_fields=["funded_minor", "state", "funded_at"])


def _record(action: str, funding: GuaranteeFunding, by: User, reason: str = "") -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="guarantee",
        subject_ref=funding.guarantee.public_id,
        reason=reason,
        facts={"reference": funding.reference, "amount_minor": funding.amount_minor},
    )
