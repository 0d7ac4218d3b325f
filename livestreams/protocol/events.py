"""Events: what the server tells the room, each of one class."""

import dataclasses
import datetime as dt
import enum
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import orjson


class Kind(enum.StrEnum):
    """How an event is kept and delivered (DESIGN: live events)."""

    DURABLE = "durable"
    """Numbered without gaps per livestream, kept in RoomEvent, never lost."""
    STATE = "state"
    """Latest value per key with a version, part of every snapshot."""
    LOSABLE = "losable"
    """First to go for a slow viewer."""
    PRIVATE = "private"
    """To one person; the same fact is in that person's snapshot."""
    ANSWER = "answer"
    """To one socket, about what it sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The ground of all events; `type` is the name on the wire."""

    type: ClassVar[str]
    kind: ClassVar[Kind]

    @property
    def key(self) -> str:
        """What this event is the latest word on, or nothing."""
        return ""

    @property
    def is_end(self) -> bool:
        """Whether this event takes its key away."""
        return False


E = TypeVar("E", bound=type[Event])
EVENTS: dict[str, type[Event]] = {}


def register(cls: E) -> E:
    """Add an event to those of the protocol."""
    EVENTS[cls.type] = cls
    return cls


def encode(event: Event, *, seq: int | None = None) -> bytes:
    """Encode an event as one JSON object; durable ones carry their number."""
    body: dict[str, Any] = {"type": event.type}
    if seq is not None:
        body["seq"] = seq
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if value is not None:
            body[field.name] = value
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """What others see of the person who wrote."""

    name: str
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class You:
    """What this socket may do, told at its start."""

    name: str
    role: str
    can_chat: bool
    can_react: bool
    is_signed_in: bool


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Event):
    """The first word of each connection: where the room stands and who you are."""

    type: ClassVar[str] = "hello"
    kind: ClassVar[Kind] = Kind.ANSWER

    seq: int
    you: You


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Ok(Event):
    """A command was carried out."""

    type: ClassVar[str] = "ok"
    kind: ClassVar[Kind] = Kind.ANSWER

    id: str
    result: dict[str, Any] | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Event):
    """A command was refused: a stable code and a sentence for the person."""

    type: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.ANSWER

    id: str | None
    code: str
    message: str
    retry_after: float | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Event):
    """A fresh ticket before the old one ends."""

    type: ClassVar[str] = "ticket"
    kind: ClassVar[Kind] = Kind.ANSWER

    value: str
    expires_at: dt.datetime


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPosted(Event):
    """A message that all may see; stored before it is shown."""

    type: ClassVar[str] = "chat.posted"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str
    author: Author
    text: str
    reply_to: str | None = None
    """The line it answers; told by id alone, as that line may be removed."""
    at: dt.datetime

    @property
    def key(self) -> str:
        """The message itself."""
        return f"chat:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRemoved(Event):
    """A message that nobody may see any more."""

    type: ClassVar[str] = "chat.removed"
    kind: ClassVar[Kind] = Kind.DURABLE

    id: str

    @property
    def key(self) -> str:
        """The message it takes away."""
        return f"chat:{self.id}"

    @property
    def is_end(self) -> bool:
        """A removed message leaves the snapshot."""
        return True


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatHeld(Event):
    """Tells an author that a message waits for a second look, or was refused."""

    type: ClassVar[str] = "chat.held"
    kind: ClassVar[Kind] = Kind.PRIVATE

    id: str
    text: str
    state: str
    explanation: str
    at: dt.datetime

    @property
    def key(self) -> str:
        """The message in question."""
        return f"held:{self.id}"

    @property
    def is_end(self) -> bool:
        """Released messages are in the room again, erased ones nowhere."""
        return self.state in {"released", "erased"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEvent(Event):
    """The show moved on; the latest one says where it stands."""

    kind: ClassVar[Kind] = Kind.DURABLE

    at: dt.datetime

    @property
    def key(self) -> str:
        """One show, one word on it."""
        return "show"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStarted(ShowEvent):
    """The picture is live."""

    type: ClassVar[str] = "show.started"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPaused(ShowEvent):
    """The picture is covered: by a break, by the slate, or because it was lost."""

    type: ClassVar[str] = "show.paused"

    why: str = "break"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowResumed(ShowEvent):
    """The picture is live again."""

    type: ClassVar[str] = "show.resumed"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEnded(ShowEvent):
    """The show is over for good."""

    type: ClassVar[str] = "show.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEvent(Event):
    """A latest value with its version."""

    kind: ClassVar[Kind] = Kind.STATE

    version: int


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class StockChanged(StateEvent):
    """How many of a variant can be bought, and wait; `left` where the shop says so."""

    type: ClassVar[str] = "stock.changed"

    variant: str
    product: str
    available: int
    left: int | None
    waiting: int = 0

    @property
    def key(self) -> str:
        """The variant."""
        return f"stock:{self.variant}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Viewers(Event):
    """How many watch; under ten the public reads "a few watching" (W10)."""

    type: ClassVar[str] = "viewers"
    kind: ClassVar[Kind] = Kind.LOSABLE

    count: int | None
    label: str

    @property
    def key(self) -> str:
        """One room, one count."""
        return "viewers"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Reactions(Event):
    """Hearts of the last half second, summed."""

    type: ClassVar[str] = "reactions"
    kind: ClassVar[Kind] = Kind.LOSABLE

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionLine:
    """Words and their moments in the picture, in milliseconds since 1970."""

    from_ms: int
    until_ms: int
    text: str


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsAdded(Event):
    """Lines of the running show's captions; each waits for its picture (W11)."""

    type: ClassVar[str] = "captions.added"
    kind: ClassVar[Kind] = Kind.LOSABLE

    language: str
    label: str
    cues: tuple[CaptionLine, ...]
