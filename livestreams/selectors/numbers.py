"""How busy a room was: messages shown, held and removed, minute by minute."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncMinute

from livestreams.models import ChatMessage, Livestream

MOST_SLOTS = 60


@dataclass(frozen=True, slots=True)
class RoomSlot:
    """Some minutes of a room, by what became of the messages written in them."""

    at: dt.datetime
    shown: int
    held: int
    removed: int

    @property
    def total(self) -> int:
        """All messages written."""
        return self.shown + self.held + self.removed


@dataclass(frozen=True, slots=True)
class RoomNumbers:
    """The slots of a show from its first message to its last."""

    minutes: int
    """How many minutes a slot has."""
    slots: tuple[RoomSlot, ...]

    @property
    def total(self) -> int:
        """All messages written in the show."""
        return sum(slot.total for slot in self.slots)


def read_numbers(livestream: Livestream) -> RoomNumbers:
    """Return what was written in a room, in at most sixty slots; one query.

    A message counts in the minute it was written, as what it is now: a held one that
    was released counts as shown, a removed one as removed.
    """
    rows = list(
        ChatMessage.objects.filter(livestream=livestream)
        .order_by()
        .annotate(minute=TruncMinute("at", tzinfo=dt.UTC))
        .values_list("minute", "state")
        .annotate(count=Count("id"))
    )
    if not rows:
        return RoomNumbers(1, ())
    first = min(minute for minute, _, _ in rows)
    length = _count_minutes(first, max(minute for minute, _, _ in rows)) + 1
    minutes = -(-length // MOST_SLOTS)
    counts: dict[tuple[int, str], int] = {}
    for minute, state, count in rows:
        key = (_count_minutes(first, minute) // minutes, state)
        counts[key] = counts.get(key, 0) + count
    return RoomNumbers(
        minutes,
        tuple(
            RoomSlot(
                at=first + dt.timedelta(minutes=minutes * place),
                shown=counts.get((place, ChatMessage.State.VISIBLE), 0),
                held=counts.get((place, ChatMessage.State.HELD), 0),
                removed=counts.get((place, ChatMessage.State.REMOVED), 0),
            )
            for place in range(-(-length // minutes))
        ),
    )


def _count_minutes(first: dt.datetime, last: dt.datetime) -> int:
    return int((last - first).total_seconds()) // 60
