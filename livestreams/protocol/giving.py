"""Events of giveaways: that one is open, closed to entries, or drawn (D6)."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import Event, Kind, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class GiveawayChanged(Event):
    """How a giveaway of the show stands; pages show it to adults alone (S6)."""

    type: ClassVar[str] = "giveaway.changed"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    title: str
    state: str
    url: str
    closes_at: dt.datetime

    @property
    def key(self) -> str:
        """The giveaway."""
        return f"giveaway:{self.id}"
