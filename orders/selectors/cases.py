"""Cases as their pages show them, and the lines that a case may be about."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from orders.models import Case, OrderLine
from shopfront.common import clock
from shopfront.models import User

LINES_OFFERED = 6
LINES_FROM = dt.timedelta(days=400)
CASES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A paid line that a shopper may name in a case."""

    public_id: str
    title: str
    order_number: str


def list_paid_lines(people: Collection[int]) -> dict[int, list[OfferedLine]]:
    """Return the newest paid lines of each of these accounts; one query."""
    rows = OrderLine.objects.filter(
        order__user__in=people, order__paid_at__gt=clock.now() - LINES_FROM
    ).values_list("order__user", "public_id", "title", "order__number")
    found: dict[int, list[OfferedLine]] = {}
    for person, public_id, title, number in rows.order_by("-order__paid_at", "id"):
        lines = found.setdefault(person, [])
        if len(lines) < LINES_OFFERED:
            lines.append(OfferedLine(public_id, title, number))
    return found


def list_cases(user: User) -> "QuerySet[Case]":
    """Return the newest cases of an account with what they are about."""
    own = Case.objects.filter(user=user).select_related("market", "line")
    return own.order_by("-opened_at", "-id")[:CASES_SHOWN]


def count_cases_on(variant: int, *, since: dt.datetime) -> int:
    """Count the shoppers with a case on a paid line of a variant since a moment."""
    cases = Case.objects.filter(line__variant=variant, opened_at__gt=since)
    return cases.values("user").distinct().count()


def count_open_cases() -> int:
    """Count the cases that wait for the shop."""
    return Case.objects.filter(state=Case.State.OPEN).count()
