"""What creators have and had: balances from the ledger, lines from commissions."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from creators.models import Account, Commission, Creator, Entry
from shopfront.common.money import Money

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Balance:
    """What a creator is owed in one currency."""

    pending: Money
    settled: Money

    @property
    def total(self) -> Money:
        """Both together."""
        return self.pending + self.settled


@dataclass(frozen=True, slots=True)
class ShowEarning:
    """What one show earned its creator so far, net of what came back."""

    show_ref: str
    line_count: int
    base: Money
    due: Money


@dataclass(frozen=True, slots=True)
class ShowSales:
    """What shoppers paid in a show, and what they got back."""

    gross: Money
    back: Money

    @property
    def net(self) -> Money:
        """Sales net of returns (N1)."""
        return self.gross - self.back


def list_balances(creator: Creator) -> list[Balance]:
    """Return a creator's balances from the ledger, one per currency; one query.

    There is always one, in the currency of the creator's market.
    """
    rows = (
        Entry.objects.filter(
            account__owner_kind=Account.Owner.CREATOR,
            account__owner_ref=creator.public_id,
        )
        .values_list("currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
        .order_by("currency")
    )
    found: dict[str, dict[str, int]] = {creator.market.currency: {}}
    for currency, kind, total in rows:
        found.setdefault(currency, {})[kind] = -int(total)
    return [
        Balance(
            pending=Money(kinds.get(Kind.CREATOR_PENDING, 0), currency),
            settled=Money(kinds.get(Kind.CREATOR_AVAILABLE, 0), currency),
        )
        for currency, kinds in found.items()
    ]


def list_commissions(
    creator: Creator, *, state: str = "", show_ref: str = ""
) -> "QuerySet[Commission]":
    """Return a creator's lines, newest first, for a page or a file."""
    lines = Commission.objects.filter(creator=creator).order_by("-sold_at", "-id")
    if state:
        lines = lines.filter(state=state)
    return lines.filter(show_ref=show_ref) if show_ref else lines


def sum_by_show(creator: Creator, show_refs: Iterable[str]) -> dict[str, ShowEarning]:
    """Return what each of some shows earned, by its public id; one query.

    A show that sold in two currencies is told in the larger one.
    """
    rows = (
        Commission.objects.filter(creator=creator, show_ref__in=list(show_refs))
        .values("show_ref", "currency")
        .annotate(
            lines=Count("id"),
            sum_base=Sum("base_minor"),
            sum_due=Sum(F("amount_minor") - F("reversed_minor")),
        )
        .order_by("sum_base")
    )
    return {
        row["show_ref"]: ShowEarning(
            show_ref=row["show_ref"],
            line_count=row["lines"],
            base=Money(row["sum_base"], row["currency"]),
            due=Money(row["sum_due"], row["currency"]),
        )
        for row in rows
    }


def sum_show_sales(creator: Creator, show_ref: str) -> ShowSales:
    """Return what shoppers paid for a show's lines and what went back; two queries.

    In the currency of the creator's market, tax included.
    """
    currency = creator.market.currency
    postings = Commission.objects.filter(
        creator=creator, show_ref=show_ref, currency=currency
    ).values("posting")
    paid = Entry.objects.filter(account__kind=Kind.SHOPPER_CLEARING, currency=currency)
    gross = paid.filter(transaction__in=postings).aggregate(t=Sum("amount_minor"))["t"]
    back = paid.filter(transaction__reverses__in=postings).aggregate(
        t=Sum("amount_minor")
    )["t"]
    return ShowSales(
        gross=Money(int(gross or 0), currency), back=Money(-int(back or 0), currency)
    )


def find_next_settlement(creator: Creator) -> dt.datetime | None:
    """Return when the next pending line of a creator settles, if any."""
    return (
        Commission.objects.filter(creator=creator, state=Commission.State.PENDING)
        .order_by("settles_at")
        .values_list("settles_at", flat=True)
        .first()
    )
