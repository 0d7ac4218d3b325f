"""Collaborations as creators see them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from catalog.access import answerable, meant_for
from catalog.models import Collaboration, Product, Proposal
from creators.models import Creator


@dataclass(frozen=True, slots=True)
class Opening:
    """A collaboration and what its reader said to it, if anything."""

    collaboration: Collaboration
    proposal: Proposal | None
    is_open: bool


def list_openings(creator: Creator, at: dt.datetime) -> list[Opening]:
    """Return what a creator may answer or has answered; three queries.

    Open ones come first, by the day they close; refusals change no order.
    """
    rows = _select(creator).filter(
        Q(answerable(at), meant_for(creator)) | Q(proposals__creator=creator)
    )
    openings = [_describe(row, at) for row in rows.distinct()[:200]]
    return sorted(openings, key=lambda one: not one.is_open)


def count_openings(creator: Creator, at: dt.datetime) -> int:
    """Count what waits for a creator's answer; one query."""
    rows = Collaboration.objects.filter(answerable(at), meant_for(creator))
    return rows.exclude(proposals__creator=creator).count()


def describe_opening(
    creator: Creator, collaboration: Collaboration, at: dt.datetime
) -> Opening:
    """Return a collaboration with its products and what was said; three queries."""
    return _describe(_select(creator).get(pk=collaboration.pk), at)


def _select(creator: Creator) -> "QuerySet[Collaboration]":
    own = Proposal.objects.filter(creator=creator).select_related("agreement")
    return (
        Collaboration.objects.select_related("brand__account", "market")
        .prefetch_related(
            Prefetch("proposals", own, to_attr="own"),
            Prefetch("products", Product.objects.visible(), to_attr="shown"),
        )
        .order_by("closes_at", "id")
    )


def _describe(row: Collaboration, at: dt.datetime) -> Opening:
    own: list[Proposal] = vars(row)["own"]
    return Opening(row, own[0] if own else None, row.is_open(at))
