"""Events of how a room talks: its rules and the line at its top (C1, C3)."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import Author, Event, Kind, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(Event):
    """Who may write here from now on, and how often; host and moderators always."""

    type: ClassVar[str] = "rules.changed"
    kind: ClassVar[Kind] = Kind.DURABLE

    slow_seconds: int
    account_minutes: int
    is_followers_only: bool
    is_buyers_only: bool
    at: dt.datetime

    @property
    def key(self) -> str:
        """One room, one set of rules."""
        return "rules"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPinned(Event):
    """A line stays at the top of the chat, with who put it there."""

    type: ClassVar[str] = "chat.pinned"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    author: Author
    text: str
    by: str
    at: dt.datetime

    @property
    def key(self) -> str:
        """The line."""
        return f"line:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatUnpinned(Event):
    """A line left the top of the chat; its words are not told again."""

    type: ClassVar[str] = "chat.unpinned"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str

    @property
    def key(self) -> str:
        """The line it takes down."""
        return f"line:{self.id}"

    @property
    def is_end(self) -> bool:
        """It leaves the snapshot."""
        return True
