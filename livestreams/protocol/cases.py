"""Events of private cases: what an author is offered, away from the room (C6)."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import Event, Kind, register


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A paid order line that the case may be about."""

    id: str
    title: str
    order: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTold(Event):
    """Tells an author alone that a line may become a private case, or is one."""

    type: ClassVar[str] = "case.told"
    kind: ClassVar[Kind] = Kind.PRIVATE

    id: str
    """The line of chat."""
    about: str
    """`complaint`, `quality` or `danger`."""
    text: str
    state: str
    """`offered`, `opened`, `room` once settled without a case, `gone` with its line."""
    is_shown: bool
    """Whether the room sees the line."""
    lines: tuple[CaseLine, ...] = ()
    number: str = ""
    url: str = ""
    at: dt.datetime

    @property
    def key(self) -> str:
        """The line in question."""
        return f"case:{self.id}"

    @property
    def is_end(self) -> bool:
        """Nothing is left to choose or to read."""
        return self.state in {"room", "gone"}
