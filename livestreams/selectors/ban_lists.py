"""A creator's bans and the lists that are shared with others (C4)."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from creators.models import Creator
from livestreams.access.bans import SHARED_FOR
from livestreams.models import BanShare, Category, Sanction
from livestreams.models.chat import SanctionQuerySet
from livestreams.models.sayings import say
from shopfront.common import clock


@dataclass(frozen=True, slots=True)
class OwnBan:
    """A ban from all shows of a creator."""

    public_id: str
    name: str
    category: str
    reason: str
    until: dt.datetime | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class SharedList:
    """A list given or taken: whose, how far it is, and what it holds by category."""

    public_id: str
    name: str
    is_accepted: bool
    counts: tuple[tuple[str, int], ...]


def list_bans(creator: Creator) -> list[OwnBan]:
    """List who is banned from all shows of a creator, newest first; one query."""
    rows = _select_bans().filter(creator=creator).select_related("user")
    return [
        OwnBan(
            public_id=row.public_id,
            name=row.user.name,
            category=row.get_category_display(),
            reason=say(row.reason),
            until=row.until,
            at=row.created_at,
        )
        for row in rows.order_by("-id")
    ]


def list_given(creator: Creator) -> list[SharedList]:
    """List to whom a creator offers or gives the bans; one query."""
    rows = BanShare.objects.filter(giver=creator, ended_at=None).select_related("taker")
    return [
        SharedList(
            row.public_id, row.taker.display_name, row.accepted_at is not None, ()
        )
        for row in rows
    ]


def list_taken(creator: Creator) -> list[SharedList]:
    """List whose bans a creator was offered or takes; two queries.

    What a list holds is said by category; names and words stay with its giver.
    """
    rows = list(
        BanShare.objects.filter(taker=creator, ended_at=None).select_related("giver")
    )
    bans = _select_bans().filter(
        creator__in=[row.giver_id for row in rows],
        created_at__gt=clock.now() - SHARED_FOR,
    )
    counts: dict[int, Counter[str]] = {}
    for giver, category in bans.values_list("creator_id", "category"):
        counts.setdefault(giver, Counter())[category] += 1
    return [
        SharedList(
            public_id=row.public_id,
            name=row.giver.display_name,
            is_accepted=row.accepted_at is not None,
            counts=tuple(
                (str(Category(name).label), count)
                for name, count in sorted(counts.get(row.giver_id, Counter()).items())
            ),
        )
        for row in rows
    ]


def _select_bans() -> SanctionQuerySet:
    return Sanction.objects.holding(clock.now()).filter(kind=Sanction.Kind.BAN)
