"""How busy a room was: messages shown, held, removed and shielded, by the minute."""

import datetime as dt
from dataclasses import dataclass

from livestreams.models import Livestream, RoomMinute
from shopfront.common import clock

MOST_SLOTS = 60
LIVE_MINUTES = 30
KINDS = ("shown", "held", "removed", "shielded")


@dataclass(frozen=True, slots=True)
class RoomSlot:
    """Some minutes of a room, by what happened to messages in them."""

    at: dt.datetime
    shown: int
    held: int
    removed: int
    shielded: int

    @property
    def total(self) -> int:
        """All that happened."""
        return self.shown + self.held + self.removed + self.shielded


@dataclass(frozen=True, slots=True)
class RoomNumbers:
    """The slots of a stretch of a show, without a gap."""

    minutes: int
    """How many minutes a slot has."""
    slots: tuple[RoomSlot, ...]

    @property
    def shown(self) -> int:
        """Messages that all could see."""
        return sum(slot.shown for slot in self.slots)

    @property
    def held(self) -> int:
        """Messages that waited for a moderator."""
        return sum(slot.held for slot in self.slots)

    @property
    def removed(self) -> int:
        """Messages that were taken out."""
        return sum(slot.removed for slot in self.slots)

    @property
    def shielded(self) -> int:
        """Messages that the host was spared."""
        return sum(slot.shielded for slot in self.slots)


def read_numbers(livestream: Livestream) -> RoomNumbers:
    """Return what happened in a room, in at most sixty slots; one query.

    Each message counts in the minute in which it was shown, held, removed or
    shielded: one that was held and then shown counts as both.
    """
    rows = list(RoomMinute.objects.filter(livestream=livestream).order_by("at"))
    if not rows:
        return RoomNumbers(1, ())
    return _sum_up(rows, rows[0].at, rows[-1].at)


def read_live_numbers(livestream: Livestream) -> RoomNumbers:
    """Return the last half hour of a room, minute by minute up to now; one query.

    The rows are counted as messages are stored: what this costs depends neither on
    the viewers nor on the messages.
    """
    now = clock.now().replace(second=0, microsecond=0)
    first = now - dt.timedelta(minutes=LIVE_MINUTES - 1)
    rows = RoomMinute.objects.filter(livestream=livestream, at__gte=first)
    found = list(rows.order_by("at"))
    return _sum_up(found, first, now) if found else RoomNumbers(1, ())


def _sum_up(
    rows: list[RoomMinute], first: dt.datetime, last: dt.datetime
) -> RoomNumbers:
    length = _count_minutes(first, last) + 1
    minutes = -(-length // MOST_SLOTS)
    sums = [dict.fromkeys(KINDS, 0) for _ in range(-(-length // minutes))]
    for row in rows:
        counts = sums[_count_minutes(first, row.at) // minutes]
        for kind in KINDS:
            counts[kind] += getattr(row, kind)
    return RoomNumbers(
        minutes,
        tuple(
            RoomSlot(at=first + dt.timedelta(minutes=minutes * place), **counts)
            for place, counts in enumerate(sums)
        ),
    )


def _count_minutes(first: dt.datetime, last: dt.datetime) -> int:
    return int((last - first).total_seconds()) // 60
