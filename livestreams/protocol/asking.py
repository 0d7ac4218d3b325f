"""Events of questions and polls: what the room is asked, and what it asks (C2)."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import Event, Kind, StateEvent, register


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPinned(Event):
    """A viewer's question is on screen, with its written answer if there is one."""

    type: ClassVar[str] = "question.pinned"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    name: str
    text: str
    answer: str
    at: dt.datetime

    @property
    def key(self) -> str:
        """The question."""
        return f"question:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionUnpinned(Event):
    """A question left the screen; its words are not told again."""

    type: ClassVar[str] = "question.unpinned"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str

    @property
    def key(self) -> str:
        """The question it takes away."""
        return f"question:{self.id}"

    @property
    def is_end(self) -> bool:
        """It leaves the snapshot."""
        return True


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTold(Event):
    """Tells the asker alone what became of a question."""

    type: ClassVar[str] = "question.told"
    kind: ClassVar[Kind] = Kind.PRIVATE

    id: str
    text: str
    state: str
    answer: str
    explanation: str
    at: dt.datetime

    @property
    def key(self) -> str:
        """The question."""
        return f"own-question:{self.id}"

    @property
    def is_end(self) -> bool:
        """An erased question is nowhere any more."""
        return self.state == "erased"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PollOpened(Event):
    """The host asks the room to choose."""

    type: ClassVar[str] = "poll.opened"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    question: str
    options: tuple[str, ...]
    at: dt.datetime

    @property
    def key(self) -> str:
        """The poll."""
        return f"poll:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PollClosed(Event):
    """A poll is over, with its result."""

    type: ClassVar[str] = "poll.closed"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    votes: tuple[int, ...]
    at: dt.datetime

    @property
    def key(self) -> str:
        """The poll it ends."""
        return f"poll:{self.id}"

    @property
    def is_end(self) -> bool:
        """It leaves the snapshot."""
        return True


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PollCounted(StateEvent):
    """The sums of an open poll, at most once a second."""

    type: ClassVar[str] = "poll.counted"

    id: str
    votes: tuple[int, ...]
    is_final: bool = False

    @property
    def key(self) -> str:
        """The sums of the poll."""
        return f"votes:{self.id}"

    @property
    def is_end(self) -> bool:
        """After the last count there is none."""
        return self.is_final
