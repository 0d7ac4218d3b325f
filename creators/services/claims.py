"""Payouts of many creators at once, where commissions are all that they are paid."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction

from creators.models import Account, PayoutRun
from creators.models.payouts import FAILED
from creators.selectors.payable import OF_SHOWS, PAYOUT, Payee
from creators.services import ledger
from creators.services.statements import CLAIM
from shopfront.common import clock, ids


def claim_together(run: PayoutRun, payees: Sequence[Payee]) -> tuple[int, list[Payee]]:
    """Make the payouts of creators who are paid commissions only, in one transaction.

    Returns how many there are, and who is left to be claimed one by one: brands,
    creators who have had guarantees or are paid by Stripe, and whose account somebody
    else works on.

    Locks: the accounts, without waiting for any. Safe to repeat: yes, and side by
    side; an owner is paid once in a run.
    """
    creators = {
        payee.account.pk: payee
        for payee in payees
        if payee.account.kind == Account.Kind.CREATOR_AVAILABLE
        and payee.connected is None
    }
    if not creators:
        return 0, list(payees)
    owners = [payee.account.owner_ref for payee in creators.values()]
    ledger.ensure_creator_accounts(owners, [Account.Kind.PAID_OUT], run.currency)
    with transaction.atomic():
        free = _lock(creators)
        found = _claim(run, [creators[key] for key in free])
    done = set(free) - {key for key, has_shows, _ in found if has_shows}
    count = sum(is_paid for _, _, is_paid in found)
    return count, [payee for payee in payees if payee.account.pk not in done]


def _lock(creators: Collection[int]) -> list[int]:
    """Lock the accounts that nobody works on, and return them in key order."""
    accounts = Account.objects.select_for_update(no_key=True, skip_locked=True)
    free = accounts.filter(pk__in=creators).order_by("pk")
    return list(free.values_list("pk", flat=True))


def _claim(run: PayoutRun, payees: Sequence[Payee]) -> list[tuple[int, bool, bool]]:
    """Return accounts, whether they had guarantees, and whether a payout was made."""
    minimum = run.rule.minimum_minor
    facts: dict[str, Any] = {
        "accounts": [payee.account.pk for payee in payees],
        "owners": [payee.account.owner_ref for payee in payees],
        "details": [payee.details.pk for payee in payees],
        "least": [1 if payee.is_closed else minimum for payee in payees],
        "public_ids": [ids.new_public_id() for _ in payees],
        "postings": [ids.new_public_id() for _ in payees],
        "currency": run.currency,
        "failed": [state.value for state in FAILED],
        "kind": PAYOUT,
        "now": clock.now(),
        "of_shows": list(OF_SHOWS),
        "rule": run.rule.version,
        "run": run.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, facts)
        rows: list[tuple[int, bool, bool]] = cursor.fetchall()
    return rows
