"""The only way from a person or an outside id to a creator's rows."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from creators.errors import (
    AgreementMissing,
    EntryMissing,
    HoldMissing,
    InvoiceMissing,
    NotACreator,
    NotVerified,
    PayoutMissing,
)
from creators.models import (
    Account,
    Agreement,
    Creator,
    EntryHold,
    LineHold,
    Payout,
    SelfBilledInvoice,
    WorkDecision,
    WorkEntry,
    WorkExtension,
)
from shopfront.models import User

Person = User | AnonymousUser
Own = TypeVar("Own", WorkEntry, WorkExtension, WorkDecision)


def find_creator_for(user: Person) -> Creator | None:
    """Return the creator that a person is, in whichever state, or None."""
    if not isinstance(user, User):
        return None
    return Creator.objects.select_related("market", "user").filter(user=user).first()


def get_creator_for(user: Person) -> Creator:
    """Return the verified creator that a person is.

    Raises:
        NotACreator: this person has never applied, or has closed.
        NotVerified: the application is not decided.
    """
    creator = find_creator_for(user)
    if creator is None or creator.state == Creator.State.CLOSED:
        raise NotACreator
    if not creator.is_verified:
        raise NotVerified
    return creator


def get_leaving_creator_for(user: Person) -> Creator:
    """Return the creator that a person is or was, closed ones included (P8).

    Raises:
        NotACreator: this person has never applied.
        NotVerified: the application is not decided.
    """
    creator = find_creator_for(user)
    if creator is None:
        raise NotACreator
    if creator.state == Creator.State.APPLIED:
        raise NotVerified
    return creator


def get_hold_for(creator: Creator, public_id: str) -> LineHold:
    """Return a held line of a creator.

    Raises:
        HoldMissing: this creator has no such line.
    """
    holds = LineHold.objects.select_related("commission", "held_by", "decided_by")
    hold = holds.filter(commission__creator=creator, public_id=public_id).first()
    if hold is None:
        raise HoldMissing
    return hold


def get_account_hold(account: Account, public_id: str) -> EntryHold:
    """Return a held line of an account; whether somebody may see it is decided above.

    Raises:
        HoldMissing: this account has no such line.
    """
    holds = EntryHold.objects.select_related("entry", "held_by", "decided_by")
    hold = holds.filter(entry__account=account, public_id=public_id).first()
    if hold is None:
        raise HoldMissing
    return hold


def get_invoice_for(creator: Creator, public_id: str) -> SelfBilledInvoice:
    """Return an invoice or credit note that was written in a creator's name.

    Raises:
        InvoiceMissing: this creator has no such document.
    """
    documents = SelfBilledInvoice.objects.filter(creator=creator)
    invoice = documents.filter(public_id=public_id).first()
    if invoice is None:
        raise InvoiceMissing
    return invoice


def get_agreement_for(creator: Creator, public_id: str) -> Agreement:
    """Return an agreement of a creator.

    Raises:
        AgreementMissing: this creator has no such agreement.
    """
    agreement = Agreement.objects.filter(creator=creator, public_id=public_id).first()
    if agreement is None:
        raise AgreementMissing
    return agreement


def get_payout_for(creator: Creator, public_id: str) -> Payout:
    """Return a payout of a creator.

    Raises:
        PayoutMissing: this creator has no such payout.
    """
    return get_owner_payout(Account.Owner.CREATOR, creator.public_id, public_id)


def list_payouts_of(creator: Creator) -> "QuerySet[Payout]":
    """Return a creator's payouts, newest first."""
    return list_owner_payouts(Account.Owner.CREATOR, creator.public_id)


def get_owner_payout(owner_kind: str, owner_ref: str, public_id: str) -> Payout:
    """Return a payout of an owner; whether somebody may see it is decided above.

    Raises:
        PayoutMissing: this owner has no such payout.
    """
    payouts = list_owner_payouts(owner_kind, owner_ref)
    payout = payouts.filter(public_id=public_id).first()
    if payout is None:
        raise PayoutMissing
    return payout


def list_owner_payouts(owner_kind: str, owner_ref: str) -> "QuerySet[Payout]":
    """Return the payouts of an owner, newest first."""
    return Payout.objects.select_related(
        "account", "run__rule__market", "details", "connected"
    ).filter(account__owner_kind=owner_kind, account__owner_ref=owner_ref)


def list_helper_accounts(user: User) -> list[Account]:
    """Return the accounts on which a person without a creator's account is owed."""
    accounts = Account.objects.filter(
        kind=Account.Kind.HELPER_PAYABLE,
        owner_kind=Account.Owner.PERSON,
        owner_ref=user.public_id,
    )
    return list(accounts.order_by("currency"))


def get_entry_for(user: User, public_id: str) -> WorkEntry:
    """Return an own entry of work that this person made and did not remove.

    Raises:
        EntryMissing: this person has no such entry.
    """
    return _get_own(WorkEntry.objects.filter(removed_at=None), user, public_id)


def get_extension_for(user: User, public_id: str) -> WorkExtension:
    """Return an extension that this person agreed to.

    Raises:
        EntryMissing: this person has no such extension.
    """
    return _get_own(WorkExtension.objects.all(), user, public_id)


def get_decision_for(user: User, public_id: str) -> WorkDecision:
    """Return a decision about this person's working time.

    Raises:
        EntryMissing: there is no such decision about this person.
    """
    return _get_own(WorkDecision.objects.all(), user, public_id)


def _get_own(rows: "QuerySet[Own]", user: User, public_id: str) -> Own:
    row = rows.select_related("market").filter(user=user, public_id=public_id).first()
    if row is None:
        raise EntryMissing
    return row
