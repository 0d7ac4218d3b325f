"""Waiting rooms as shoppers see them; polling them costs one read."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from catalog.models import BuyingLimit, Drop, DropEntry, Product
from catalog.models.drops import SETTLE
from shopfront.common import clock

SOONEST, LATEST = 2, 20
EARLY, ENTRY, PRESENT = "early", "entry", "present"
DRAWING, QUEUED, ADMITTED, USED, OVER = "drawing", "queued", "admitted", "used", "over"


@dataclass(frozen=True, slots=True)
class Room:
    """What one shopper sees of a drop now, and when to look again."""

    drop: Drop
    state: str
    entry: DropEntry | None
    turn_at: dt.datetime | None
    look_again: int

    @property
    def zone(self) -> str:
        """The time zone of the drop's market."""
        return self.drop.market.time_zone


def get_room(drop: Drop, holders: Collection[str]) -> Room:
    """Return the waiting room as the shopper with one of these names sees it."""
    now = clock.now()
    entry = _find_entry(drop, holders)
    turn_at = drop.admits_at(entry.place) if entry and entry.place else None
    state = _name_state(drop, entry, turn_at, now)
    return Room(drop, state, entry, turn_at, _look_again(drop, entry, turn_at, now))


def find_limit(product: Product) -> int | None:
    """Return the most pieces of each variant that a household may have."""
    rows = BuyingLimit.objects.filter(product=product)
    return rows.values_list("pieces", flat=True).first()


def count_present(drop: Drop) -> int:
    """Count who is in the waiting room."""
    return DropEntry.objects.filter(drop=drop).count()


def write_draw(drop: Drop) -> Iterator[str]:
    """Write the list of the draw, so that anybody can recompute it by the seed."""
    yield "entry,entered_at,place\n"
    rows = DropEntry.objects.filter(drop=drop, place__isnull=False).order_by("place")
    facts = rows.values_list("public_id", "entered_at", "place")
    for public_id, entered_at, place in facts.iterator():
        yield f"{public_id},{entered_at.isoformat()},{place}\n"


def _find_entry(drop: Drop, holders: Collection[str]) -> DropEntry | None:
    """Return the entry that may still be used, else a used one."""
    if not holders:
        return None
    rows = DropEntry.objects.filter(drop=drop, holder__in=list(holders))
    return min(rows, key=lambda row: (row.used_at is not None, row.pk), default=None)


def _name_state(
    drop: Drop, entry: DropEntry | None, turn_at: dt.datetime | None, now: dt.datetime
) -> str:
    if drop.is_over(now):
        return OVER
    if now < drop.entry_from:
        return EARLY
    if entry is None:
        return ENTRY
    if turn_at is None:
        return PRESENT if now < drop.opens_at else DRAWING
    if entry.used_at is not None:
        return USED
    return ADMITTED if now >= turn_at else QUEUED


def _look_again(
    drop: Drop, entry: DropEntry | None, turn_at: dt.datetime | None, now: dt.datetime
) -> int:
    """Return the seconds to wait; a crowd is spread by what is random in its ids."""
    if now < drop.entry_from:
        awaited = drop.entry_from
    elif now < drop.opens_at:
        awaited = drop.opens_at + SETTLE
    else:
        awaited = turn_at or now
    rest = (awaited - now).total_seconds()
    if entry is not None and turn_at is None:
        rest += hashlib.sha256(entry.public_id.encode()).digest()[0] / 64
    return round(min(LATEST, max(SOONEST, rest)))
