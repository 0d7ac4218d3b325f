"""The people of a show, and how its commission is shared among those present."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from creators.models import Agreement, Creator
from creators.selectors.presence import list_present
from livestreams.models import CoHost, Livestream
from shopfront.common.money import split
from shopfront.models import User

WHOLE = 10_000


def list_cast(livestream: Livestream) -> "QuerySet[CoHost]":
    """Return who has a duty in a show beside its host; one query."""
    rows = CoHost.objects.filter(livestream=livestream)
    return rows.select_related("user", "user__creator").order_by("duty", "id")


def find_duties(user: User, show_refs: Iterable[str]) -> dict[str, CoHost]:
    """Return a person's duties by the shows' public ids; one query."""
    rows = CoHost.objects.filter(user=user, livestream__public_id__in=list(show_refs))
    return {row.livestream.public_id: row for row in rows.select_related("livestream")}


def list_parts(
    livestream: Livestream, agreement: Agreement, *, at: dt.datetime
) -> tuple[tuple[Creator, int], ...]:
    """Return each one's part of an agreement's rate for a sale, in basis points.

    Counted are co-hosts who accepted a share and had the studio open in the show by
    then; the share of an absent one goes to those present, in proportion. The parts
    are whole basis points by the largest remainder and sum to the rate. Empty where
    all is the host's. At most two queries.
    """
    accepted = CoHost.objects.filter(
        livestream=livestream, share_bps__gt=0, accepted_at__isnull=False
    )
    rows = list(accepted.select_related("user__creator").order_by("id"))
    if not rows or livestream.started_at is None:
        return ()
    until = min(at, livestream.ended_at or at)
    present = list_present(
        livestream.public_id, since=livestream.started_at, until=until
    )
    there = [row for row in rows if row.user_id in present]
    if not there or agreement.commission_bps == 0:
        return ()
    weights = [WHOLE - sum(row.share_bps for row in rows)]
    weights += [row.share_bps for row in there]
    people = [livestream.creator, *(row.user.creator for row in there)]
    rates = split(agreement.commission_bps, weights)
    return tuple(pair for pair in zip(people, rates, strict=True) if pair[1])
