"""Cases as their pages show them, and the lines that a case may be about."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from orders.models import Case, CaseMessage, Order, OrderLine
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


def list_brand_cases(user: User) -> "QuerySet[Case]":
    """Return the newest cases about goods of the brands that a person acts for."""
    related = Case.objects.select_related("market", "line__order__brand")
    of_brands = related.filter(line__order__brand__members__user=user)
    return of_brands.exclude(user=user).order_by("-opened_at", "-id")[:CASES_SHOWN]


def list_cases_of(order: Order) -> "QuerySet[Case]":
    """Return the cases about lines of an order, newest first."""
    return Case.objects.filter(line__order=order).order_by("-opened_at", "-id")


def list_letters(case: Case) -> "QuerySet[CaseMessage]":
    """Return the thread of a case with who wrote each letter."""
    return case.messages.select_related("author").order_by("id")


def count_cases_on(variant: int, *, since: dt.datetime) -> int:
    """Count the shoppers with a case on a paid line of a variant since a moment."""
    cases = Case.objects.filter(line__variant=variant, opened_at__gt=since)
    return cases.values("user").distinct().count()


def count_open_cases() -> int:
    """Count the cases that wait for the shop."""
    return Case.objects.filter(state=Case.State.OPEN).count()
