"""Events of moderation: what a person is told, shield mode, calls for help."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import Event, Kind, StateEvent, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationTold(Event):
    """Tells a person alone what was decided about them, why and until when (C9)."""

    type: ClassVar[str] = "moderation.told"
    kind: ClassVar[Kind] = Kind.PRIVATE

    id: str
    act: str
    reason: str
    until: dt.datetime | None
    is_undone: bool
    at: dt.datetime

    @property
    def key(self) -> str:
        """The decision."""
        return f"moderation:{self.id}"

    @property
    def is_end(self) -> bool:
        """What was undone leaves the snapshot."""
        return self.is_undone


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ShieldChanged(StateEvent):
    """Shield mode went on or off: who may write is told plainly to all (C5)."""

    type: ClassVar[str] = "shield.changed"

    is_on: bool
    at: dt.datetime

    @property
    def key(self) -> str:
        """One room, one shield."""
        return "shield"

    @property
    def is_end(self) -> bool:
        """Off, it leaves the snapshot."""
        return not self.is_on


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class HelpChanged(StateEvent):
    """The host's side called for help, or somebody came (C11)."""

    type: ClassVar[str] = "help.changed"

    id: str
    caller: str
    words: str
    answered_by: str
    at: dt.datetime

    @property
    def key(self) -> str:
        """The call."""
        return f"help:{self.id}"

    @property
    def is_end(self) -> bool:
        """An answered call leaves the snapshot."""
        return bool(self.answered_by)
