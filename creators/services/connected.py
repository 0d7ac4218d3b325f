"""Accounts at Stripe: named by staff, confirmed by Stripe, not changed in haste."""

from django.db import transaction
from django.db.models import QuerySet

from creators.errors import AccountNotConnected, CurrencyMixed, DetailsNotPending
from creators.models import Account, ConnectedAccount
from creators.payouts import connect
from creators.selectors.connected import find_connected
from creators.selectors.payable import PAYABLE
from creators.selectors.payees import find_details
from creators.services.letters import CONNECTED_TOPIC
from creators.services.payout_details import CHANGE_WAIT
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit, outbox


def connect_account(
    account: Account, *, market: Market, stripe_id: str, by: User, reason: str
) -> ConnectedAccount:
    """Keep the account at Stripe to which an owner is paid; a change waits three days.

    Stripe is asked first. The owner is told by e-mail. A change that still waits is
    replaced by the new one.

    Raises:
        CurrencyMixed: the owner's account is in another currency than the market's.
        AccountNotConnected: Stripe does not pay to this account, or not yet; or nobody
            is ever paid from the one in the ledger.
        StripeSilent: Stripe did not answer.

    Locks: the market's row, so that two changes come one after the other.
    """
    if account.currency != market.currency:
        raise CurrencyMixed
    if account.kind not in PAYABLE:
        raise AccountNotConnected
    stripe_id = stripe_id.strip()
    connect.check_account(stripe_id)
    with transaction.atomic():
        Market.objects.select_for_update(no_key=True).get(pk=market.pk)
        now = clock.now()
        before = find_connected(account.owner_kind, account.owner_ref, market)
        known = _list_known(account.owner_kind, account.owner_ref, market.pk)
        is_same = before is not None and before.stripe_id == stripe_id
        waits = known.exists() and not is_same
        known.filter(usable_from__gt=now, withdrawn_at=None).update(withdrawn_at=now)
        row = ConnectedAccount.objects.create(
            owner_kind=account.owner_kind,
            owner_ref=account.owner_ref,
            market=market,
            stripe_id=stripe_id,
            connected_by=by,
            usable_from=now + CHANGE_WAIT if waits else now,
        )
        _record("creators.connect_account", row, by, reason)
        _tell(row)
    return row


def disconnect_account(row: ConnectedAccount, *, by: User, reason: str) -> None:
    """Pay no more to an account at Stripe; one that waits leaves the one before.

    Raises:
        DetailsNotPending: it was taken back before.

    Locks: the market's row.
    """
    with transaction.atomic():
        Market.objects.select_for_update(no_key=True).get(pk=row.market_id)
        now = clock.now()
        known = _list_known(row.owner_kind, row.owner_ref, row.market_id)
        rows = known.filter(withdrawn_at=None)
        if not rows.filter(pk=row.pk).exists():
            raise DetailsNotPending
        waits = row.usable_from > now
        mine = rows.filter(pk=row.pk) if waits else rows.filter(pk__lte=row.pk)
        mine.update(withdrawn_at=now)
        _record("creators.disconnect_account", row, by, reason)


def _list_known(
    owner_kind: str, owner_ref: str, market_id: int
) -> "QuerySet[ConnectedAccount]":
    return ConnectedAccount.objects.filter(
        owner_kind=owner_kind, owner_ref=owner_ref, market=market_id
    )


def _record(action: str, row: ConnectedAccount, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind=row.owner_kind,
        subject_ref=row.owner_ref,
        reason=reason,
        facts={"connected": row.public_id, "stripe_id": row.stripe_id},
    )


def _tell(row: ConnectedAccount) -> None:
    """Post the letter in the open transaction, to where the owner is told of pay."""
    details = find_details(row.owner_kind, row.owner_ref, row.market)
    if details is not None and details.email:
        facts = {"connected": row.public_id, "to": details.email}
        outbox.post(CONNECTED_TOPIC, row.public_id, facts)
