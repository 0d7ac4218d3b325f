"""Held lines of brands: what each is of, and what waits of it."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from creators.models import Account, Entry, EntryHold
from shopfront.common.money import Money


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A held line with what is left of it after refunds."""

    hold: EntryHold
    due: Money


def list_account_holds(account: Account) -> list[HeldLine]:
    """Return the lines of an account that wait now, the newest first; two queries."""
    rows = _select().filter(entry__account=account, released_at=None)
    return _weigh(list(rows))


def weigh_hold(hold: EntryHold) -> HeldLine:
    """Return a held line with what is left of it; one query."""
    return _weigh([hold])[0]


def _select() -> "QuerySet[EntryHold]":
    return EntryHold.objects.select_related("entry", "held_by", "decided_by")


def _weigh(holds: list[EntryHold]) -> list[HeldLine]:
    sales = {(one.entry.account_id, one.entry.transaction_id) for one in holds}
    back = (
        Entry.objects.filter(
            account__in={account for account, _ in sales},
            transaction__reverses__in={sale for _, sale in sales},
        )
        .values_list("account", "transaction__reverses")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    taken = {(account, sale): total for account, sale, total in back}
    return [
        HeldLine(
            one,
            Money(
                -one.entry.amount_minor
                - taken.get((one.entry.account_id, one.entry.transaction_id), 0),
                one.entry.currency,
            ),
        )
        for one in holds
    ]
