"""Events of drops: that one is announced, moved or called off (D1)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from livestreams.protocol.events import Event, Kind, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class DropChanged(Event):
    """How a drop of what the show sells stands: planned or called off.

    It opens and ends at instants of the server's clock, the same for everybody; a page
    waits for them, and nothing is told when they come. Places and admissions are
    personal and never part of it.
    """

    type: ClassVar[str] = "drop.changed"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    product: str
    name: str
    names: dict[str, str] = field(default_factory=dict)
    """The title in the languages that it was translated to."""
    state: str
    url: str
    """Address of the waiting room that says from which show one comes (N2)."""
    opens_at: dt.datetime
    ends_at: dt.datetime

    @property
    def key(self) -> str:
        """The drop."""
        return f"drop:{self.id}"
