"""What a creator sees of the past before saying yes (P4)."""

import datetime as dt

from django.db.models import Count, Max, Sum
from django.db.models.functions import Coalesce

from creators.models import Account, Commission, Creator, Entry
from shopfront.common.money import Money

SHOWS_SEEN = 10
RETURNS_SINCE = dt.timedelta(days=90)
LEAST_SALES = 20


def list_past_bases(creator: Creator) -> list[Money]:
    """Return the bases of a creator's last shows, net of refunds; one query.

    A refund lowers the base as it lowers the commission.
    """
    currency = creator.market.currency
    rows = (
        Commission.objects.filter(creator=creator, currency=currency)
        .exclude(show_ref="")
        .values("show_ref")
        .annotate(
            sum_base=Sum("base_minor"),
            sum_amount=Sum("amount_minor"),
            sum_back=Coalesce(Sum("reversed_minor"), 0),
            last=Max("sold_at"),
        )
        .order_by("-last")[:SHOWS_SEEN]
    )
    return [
        Money(
            row["sum_base"]
            * (row["sum_amount"] - row["sum_back"])
            // max(1, row["sum_amount"]),
            currency,
        )
        for row in rows
    ]


def measure_returns(account: Account, at: dt.datetime) -> int | None:
    """Return which share of a brand's sales came back, in basis points; two queries.

    By value, over 90 days. None under 20 sales: too early to say.
    """
    entries = Entry.objects.filter(
        account__owner_kind=account.owner_kind,
        account__owner_ref=account.owner_ref,
        account__kind=Account.Kind.BRAND_PAYABLE,
        transaction__at__gte=at - RETURNS_SINCE,
    )
    sold = entries.filter(transaction__kind="sale")
    sums = sold.aggregate(count=Count("id"), total=Coalesce(Sum("amount_minor"), 0))
    gross = -int(sums["total"])
    if sums["count"] < LEAST_SALES or gross <= 0:
        return None
    back = entries.filter(transaction__kind="reversal").aggregate(
        total=Coalesce(Sum("amount_minor"), 0)
    )["total"]
    return min(10_000, max(0, int(back)) * 10_000 // gross)


def count_shows_that_sold(creator: Creator) -> int:
    """Count the shows of a creator from which something was bought; one query."""
    lines = Commission.objects.filter(creator=creator).exclude(show_ref="")
    return lines.values("show_ref").distinct().count()
