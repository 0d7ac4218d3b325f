"""Which accounts at Stripe count, and whose transfers are to be made or looked at."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef, QuerySet

from creators.models import ConnectedAccount, Payout, PayoutRule, PayoutRun
from creators.selectors.payable import Payee
from shopfront.common import clock
from shopfront.models import Market

LOOKED_AT = dt.timedelta(days=180)
LATE = dt.timedelta(days=1)
SENT, CONFIRMED = Payout.State.SENT, Payout.State.CONFIRMED


def find_connected(
    owner_kind: str, owner_ref: str, market: Market
) -> ConnectedAccount | None:
    """Return the account at Stripe that an owner is paid to in a market now."""
    rows = _list_usable(market).filter(owner_kind=owner_kind, owner_ref=owner_ref)
    return rows.order_by("-id").first()


def list_connected(
    market: Market, refs: Sequence[str]
) -> dict[tuple[str, str], ConnectedAccount]:
    """Return the accounts at Stripe that count of some owners, by owner; one query."""
    rows = _list_usable(market).filter(owner_ref__in=refs).order_by("id")
    return {(row.owner_kind, row.owner_ref): row for row in rows}


def connect_payees(payees: Sequence[Payee], market: Market) -> list[Payee]:
    """Return the payees whom Stripe can pay, with their accounts; one query."""
    known = list_connected(market, [payee.account.owner_ref for payee in payees])
    return [
        replace(payee, connected=known[owner])
        for payee in payees
        if (owner := (payee.account.owner_kind, payee.account.owner_ref)) in known
    ]


def list_runs_to_send() -> "QuerySet[PayoutRun]":
    """Return the released runs with payouts that Stripe has not confirmed."""
    return _list_runs(SENT)


def list_runs_to_look_at() -> "QuerySet[PayoutRun]":
    """Return the runs of half a year whose transfers may have been reversed."""
    since = clock.now() - LOOKED_AT
    return _list_runs(CONFIRMED).filter(released_at__gte=since)


def find_late_transfers() -> list[str]:
    """Return a sentence per payout that Stripe has not taken for more than a day."""
    rows = Payout.objects.filter(
        state=SENT,
        connected__isnull=False,
        changed_at__lt=clock.now() - LATE,
    )
    return [
        f"Payout {row.public_id} waits at Stripe since {row.changed_at:%Y-%m-%d %H:%M}."
        for row in rows.order_by("pk")
    ]


def _list_usable(market: Market) -> "QuerySet[ConnectedAccount]":
    return ConnectedAccount.objects.filter(
        market=market, usable_from__lte=clock.now(), withdrawn_at=None
    )


def _list_runs(state: str) -> "QuerySet[PayoutRun]":
    payouts = Payout.objects.filter(run=OuterRef("pk"), state=state)
    return PayoutRun.objects.filter(
        Exists(payouts),
        state=PayoutRun.State.RELEASED,
        rule__method=PayoutRule.Method.STRIPE,
    ).order_by("pk")
