"""What an owner can be paid, line by line: settled, not held and not paid yet."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from creators.models import (
    Account,
    Commission,
    Entry,
    LineHold,
    Payout,
    PayoutDetails,
    PayoutLine,
)
from creators.models.payouts import FAILED
from shopfront.models import Market

Kind = Account.Kind
PAYABLE = (Kind.CREATOR_AVAILABLE, Kind.BRAND_PAYABLE)
PAYOUT, PAYOUT_BACK = "payout", "payout_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableLine:
    """One line that a payout would have; negative where a refund came after it."""

    title: str
    amount_minor: int
    commission_id: int | None = None
    entry_id: int | None = None
    reversed_minor: int = 0
    paid_minor: int = 0


@dataclass(frozen=True, slots=True)
class Payee:
    """An account with money and where that may go."""

    account: Account
    details: PayoutDetails


def list_payees(market: Market, now: dt.datetime) -> list[Payee]:
    """Return the accounts of a market's owners who can be paid; three queries.

    A creator who closed is paid what is due like everybody else.
    """
    newest: dict[tuple[str, str], PayoutDetails] = {}
    rows = PayoutDetails.objects.filter(usable_from__lte=now)
    for row in rows.order_by("usable_from", "id"):
        newest[row.owner_kind, row.owner_ref] = row
    accounts = Account.objects.filter(
        kind__in=PAYABLE,
        currency=market.currency,
        owner_ref__in=[ref for _, ref in newest],
    ).order_by("pk")
    found = ((row, newest.get((row.owner_kind, row.owner_ref))) for row in accounts)
    return [
        Payee(account, details)
        for account, details in found
        if details is not None and details.market_id == market.pk
    ]


def list_payable_lines(
    account: Account, *, now: dt.datetime, settle_days: int
) -> list[PayableLine]:
    """Return the lines that an account can be paid for now, oldest first; one query.

    What is held is left out; what a refund took after a payout comes as a negative
    line. The lines of a creator never sum to more than the balance.
    """
    if account.kind == Kind.CREATOR_AVAILABLE:
        return _list_commissions(account)
    return _list_entries(account, now - dt.timedelta(days=settle_days))


def _list_commissions(account: Account) -> list[PayableLine]:
    paid = (
        PayoutLine.objects.filter(commission=OuterRef("pk"))
        .exclude(payout__state__in=FAILED)
        .values("commission")
        .annotate(total=Sum("amount_minor"))
        .values("total")
    )
    rows = (
        Commission.objects.filter(
            creator__public_id=account.owner_ref,
            currency=account.currency,
            settlement__isnull=False,
        )
        .annotate(
            paid_minor=Coalesce(
                Subquery(paid), Value(0), output_field=BigIntegerField()
            ),
            is_held=Exists(
                LineHold.objects.filter(commission=OuterRef("pk"), released_at=None)
            ),
        )
        .order_by("sold_at", "pk")
    )
    lines = []
    for row in rows:
        rest = row.due.minor - row.paid_minor
        if rest < 0 or (rest > 0 and not row.is_held):
            lines.append(
                PayableLine(
                    title=row.title,
                    amount_minor=rest,
                    commission_id=row.pk,
                    reversed_minor=row.reversed_minor,
                    paid_minor=row.paid_minor,
                )
            )
    return lines


def _list_entries(account: Account, settled_by: dt.datetime) -> list[PayableLine]:
    """Return entries past the return window, and what came back at once."""
    paid = PayoutLine.objects.filter(entry=OuterRef("pk")).exclude(
        payout__state__in=FAILED
    )
    rows = (
        Entry.objects.filter(account=account)
        .filter(Q(amount_minor__gt=0) | Q(transaction__at__lte=settled_by))
        .exclude(transaction__kind__in=(PAYOUT, PAYOUT_BACK))
        .exclude(Exists(paid))
        .select_related("transaction")
        .order_by("pk")
    )
    return [
        PayableLine(
            title=f"{row.transaction.kind} {row.transaction.cause_ref}",
            amount_minor=-row.amount_minor,
            entry_id=row.pk,
        )
        for row in rows
    ]


def list_statement_lines(payout: Payout) -> "QuerySet[PayoutLine]":
    """Return a payout's lines with what they are of; one query."""
    return PayoutLine.objects.select_related("commission", "payout").filter(
        payout=payout
    )
