"""Refused products as their show, and their creator's own figures, read them (P5)."""

import datetime as dt

from django.db.models import QuerySet

from catalog.models import Veto
from creators.models import Creator


def select_refused(show_ref: str) -> "QuerySet[Veto]":
    """Return the refusals that stand in a show."""
    return Veto.objects.filter(show_ref=show_ref, taken_back_at=None)


def list_refused(show_ref: str) -> dict[str, Veto]:
    """Return the refusals of a show by the products' public ids; one query."""
    rows = select_refused(show_ref).select_related("product")
    return {row.product.public_id: row for row in rows}


def is_refused(product_id: int, show_ref: str) -> bool:
    """Whether a product is refused in a show; one query."""
    return select_refused(show_ref).filter(product=product_id).exists()


def count_vetoes(creator: Creator, *, since: dt.datetime) -> int:
    """Count what a creator refused since a moment, for their own eyes (N3)."""
    return Veto.objects.filter(creator=creator, at__gte=since).count()
