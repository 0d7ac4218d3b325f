"""What the desk of the staff shows of orders."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncHour

from orders.models import Order, Refund
from shopfront.common.money import Money


@dataclass(frozen=True, slots=True)
class Takings:
    """Orders that were paid since a moment, in one currency."""

    orders: int
    amount: Money


def list_takings(since: dt.datetime) -> list[Takings]:
    """Sum what was paid since a moment, per currency, delivery and tax included."""
    rows = (
        Order.objects.filter(paid_at__gte=since)
        .order_by()
        .values("currency")
        .annotate(count=Count("id"), minor=Sum(F("goods_minor") + F("shipping_minor")))
        .values_list("currency", "count", "minor")
    )
    return [Takings(count, Money(minor, code)) for code, count, minor in rows]


def count_returned_refunds() -> int:
    """Count the refunds that came back from banks and are still to be paid."""
    return Refund.objects.filter(state=Refund.State.FAILED).count()


def count_orders_by_hour(since: dt.datetime) -> dict[dt.datetime, int]:
    """Count paid orders per hour; hours without any are left out."""
    rows = (
        Order.objects.filter(paid_at__gte=since)
        .order_by()
        .annotate(hour=TruncHour("paid_at", tzinfo=dt.UTC))
        .values_list("hour")
        .annotate(Count("id"))
    )
    return dict(rows)
