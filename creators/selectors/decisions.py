"""Decisions of rules about a person, and what humans made of those about pins (E2)."""

import datetime as dt
from collections.abc import Collection

from creators.models import WorkDecision
from shopfront.models import Market, User

Kind = WorkDecision.Kind
ABOUT_TIME = (Kind.SLATE, Kind.START, Kind.SEAT, Kind.PREMIUM)


def list_decisions(
    user: User,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    kinds: Collection[WorkDecision.Kind] = tuple(Kind),
    most: int = 500,
) -> list[WorkDecision]:
    """Return what was decided about a person, the newest first; one query."""
    rows = WorkDecision.objects.select_related("market").filter(
        user=user, kind__in=kinds
    )
    if since is not None and until is not None:
        rows = rows.filter(at__gte=since, at__lt=until)
    return list(rows[:most])


def count_doubted() -> int:
    """Count the decisions that wait for a human."""
    return WorkDecision.objects.filter(asked_at__isnull=False, decided_at=None).count()


def list_let_through(
    product_refs: Collection[str], market: Market, at: dt.datetime
) -> set[str]:
    """Return the products that a human lets be pinned above a ceiling; one query."""
    rows = WorkDecision.objects.filter(
        kind=Kind.PIN,
        market=market,
        product_ref__in=list(product_refs),
        allowed_until__gt=at,
    )
    return set(rows.values_list("product_ref", flat=True))


def list_asked(keys: Collection[str]) -> dict[str, WorkDecision]:
    """Return the decisions of these keys about which a human was asked; one query."""
    rows = WorkDecision.objects.filter(key__in=list(keys), asked_at__isnull=False)
    return {row.key: row for row in rows}
