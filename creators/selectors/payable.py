"""What an owner can be paid, line by line: settled, not held and not paid yet."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

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
    ConnectedAccount,
    Creator,
    Entry,
    EntryHold,
    Guarantee,
    LineHold,
    Payout,
    PayoutDetails,
    PayoutLine,
)
from creators.models.payouts import FAILED
from creators.selectors.guarantees import (
    FUNDING_BACK,
    GUARANTEE,
    GUARANTEE_FUNDING,
    GUARANTEE_OFFSET,
    GUARANTEE_RETURN,
    OVERTIME,
    OVERTIME_BACK,
    list_unpaid,
)
from creators.selectors.premiums import name_owed
from shopfront.models import Market

Kind = Account.Kind
PAYABLE = (Kind.CREATOR_AVAILABLE, Kind.HELPER_PAYABLE, Kind.BRAND_PAYABLE)
PAYOUT, PAYOUT_BACK = "payout", "payout_back"
PAYOUT_KINDS = (PAYOUT, PAYOUT_BACK)
SETTLEMENT = "settlement"
PORTION = 500
"""Accounts that are looked at together."""
WITHIN = "Commission within the guarantee"
OF_SHOWS = (GUARANTEE, GUARANTEE_OFFSET, OVERTIME, OVERTIME_BACK)
AT_ONCE = (GUARANTEE_FUNDING, GUARANTEE_RETURN, GUARANTEE_OFFSET, FUNDING_BACK)
"""What goes back to a payer was settled before, so it waits for no return window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableLine:
    """One line that a payout would have; negative where a refund came after it."""

    title: str
    amount_minor: int
    commission_id: int | None = None
    entry_id: int | None = None
    reversed_minor: int = 0
    paid_minor: int = 0
    is_guarantee: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """An account with money and where that may go; at Stripe where it pays."""

    account: Account
    details: PayoutDetails
    is_closed: bool = False
    connected: ConnectedAccount | None = None


def walk_payees(
    market: Market, now: dt.datetime, *, owners: Collection[str] | None = None
) -> Iterator[list[Payee]]:
    """Yield the accounts of a market's owners who can be paid, in portions.

    Three queries for each portion, whose size bounds the memory. Whoever has told no
    tax data is kept waiting. A creator who closed is paid what is due like everybody
    else, and however little it is. With owners, only these creators.
    """
    accounts = Account.objects.filter(kind__in=PAYABLE, currency=market.currency)
    if owners is not None:
        accounts = accounts.filter(kind=Kind.CREATOR_AVAILABLE, owner_ref__in=owners)
    last = 0
    while rows := list(accounts.filter(pk__gt=last).order_by("pk")[:PORTION]):
        last = rows[-1].pk
        yield _join_details(rows, market, now)


def list_payable_lines(
    account: Account, *, now: dt.datetime, settle_days: int
) -> list[PayableLine]:
    """Return the lines that an account can be paid for now, oldest first; few queries.

    What is held is left out; what a refund took after a payout comes as a negative
    line. The lines of a creator never sum to more than the balance. A person without a
    creator's account has premiums only.
    """
    if account.kind == Kind.CREATOR_AVAILABLE:
        return _list_guarantees(account) + _list_commissions(account)
    if account.kind == Kind.HELPER_PAYABLE:
        return _list_guarantees(account)
    return _list_entries(account, now - dt.timedelta(days=settle_days))


def list_guaranteed(market: Market, now: dt.datetime) -> set[str]:
    """Return the creators whose guarantees are not to wait for the next run.

    Those of shows that ended before today, so that a day has one such run.
    """
    midnight = now.astimezone(ZoneInfo(market.time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    unpaid = list_unpaid(market, before=midnight)
    return set(unpaid.values_list("creator__public_id", flat=True))


def sum_settled(account: Account, *, now: dt.datetime, settle_days: int) -> int:
    """Return what an owner could be paid now; the operator has its whole balance."""
    if account.kind == Kind.BRAND_PAYABLE:
        open_entries = _open_entries(account, now - dt.timedelta(days=settle_days))
        return -int(open_entries.aggregate(t=Sum("amount_minor"))["t"] or 0)
    if account.kind in PAYABLE:
        lines = list_payable_lines(account, now=now, settle_days=settle_days)
        return sum(line.amount_minor for line in lines)
    total = Entry.objects.filter(account=account).aggregate(t=Sum("amount_minor"))["t"]
    return -int(total or 0)


def _join_details(
    accounts: Sequence[Account], market: Market, now: dt.datetime
) -> list[Payee]:
    """Join accounts with the details that count now; two queries."""
    refs = [account.owner_ref for account in accounts]
    known = PayoutDetails.objects.filter(
        owner_kind__in=Account.Owner.values,
        owner_ref__in=refs,
        market=market,
        usable_from__lte=now,
        withdrawn_at=None,
    )
    newest = {(row.owner_kind, row.owner_ref): row for row in known.order_by("id")}
    closed = set(
        Creator.objects.filter(
            public_id__in=refs, state=Creator.State.CLOSED
        ).values_list("public_id", flat=True)
    )
    found = ((row, newest.get((row.owner_kind, row.owner_ref))) for row in accounts)
    return [
        Payee(account, details, is_closed=account.owner_ref in closed)
        for account, details in found
        if details is not None and details.has_tax_data
    ]


def _list_guarantees(account: Account) -> list[PayableLine]:
    """Return guarantees and premiums, and what of commissions lay within them."""
    rows = list(
        Entry.objects.filter(account=account, transaction__kind__in=OF_SHOWS)
        .exclude(Exists(_paid_entries()))
        .select_related("transaction")
        .order_by("pk")
    )
    titles = name_guarantees(rows)
    return [
        PayableLine(
            title=titles[row.pk],
            amount_minor=-row.amount_minor,
            entry_id=row.pk,
            is_guarantee=row.transaction.kind == GUARANTEE,
        )
        for row in rows
    ]


def name_guarantees(entries: Sequence[Entry]) -> dict[int, str]:
    """Return what entries of guarantees and premiums are of; at most two queries."""
    owed = name_owed(entries)
    entries = [row for row in entries if row.pk not in owed]
    refs = {row.pk: row.transaction.cause_ref.partition(":")[0] for row in entries}
    if not refs:
        return owed
    found = Guarantee.objects.filter(public_id__in=set(refs.values()))
    titles = dict(found.values_list("public_id", "title"))
    words = {
        GUARANTEE: "Guarantee",
        GUARANTEE_OFFSET: WITHIN,
        OVERTIME: "Overtime premium",
    }
    return owed | {
        row.pk: f"{words[row.transaction.kind]}: {titles.get(refs[row.pk], '')}"
        for row in entries
    }


def _paid_entries() -> "QuerySet[PayoutLine]":
    return PayoutLine.objects.filter(entry=OuterRef("pk")).exclude(
        payout__state__in=FAILED
    )


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
    rows = _open_entries(account, settled_by).select_related("transaction")
    return [
        PayableLine(
            title=f"{row.transaction.kind} {row.transaction.cause_ref}",
            amount_minor=-row.amount_minor,
            entry_id=row.pk,
        )
        for row in rows.order_by("pk")
    ]


def _open_entries(account: Account, settled_by: dt.datetime) -> "QuerySet[Entry]":
    """Return entries past the return window, and what is due at once; not paid or held.

    What a refund takes counts when its sale does: before that, neither is counted.
    """
    held = EntryHold.objects.filter(entry__account=account, released_at=None)
    return (
        Entry.objects.filter(account=account)
        .filter(
            Q(amount_minor__gt=0, transaction__reverses=None)
            | Q(amount_minor__gt=0, transaction__reverses__at__lte=settled_by)
            | Q(transaction__at__lte=settled_by)
            | Q(transaction__kind__in=AT_ONCE)
        )
        .exclude(transaction__kind__in=PAYOUT_KINDS)
        .exclude(Exists(_paid_entries()))
        .exclude(pk__in=held.values("entry"))
        .exclude(transaction__reverses__in=held.values("entry__transaction"))
    )


def list_statement_lines(payout: Payout) -> "QuerySet[PayoutLine]":
    """Return a payout's lines with what they are of; one query."""
    return PayoutLine.objects.select_related(
        "commission", "payout", "entry__transaction"
    ).filter(payout=payout)
