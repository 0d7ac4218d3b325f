"""Commands: what a client may ask, parsed strictly before anything else sees it."""

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar, get_type_hints

import orjson
from django.utils.translation import gettext as _

from livestreams.errors import CommandInvalid, CommandUnknown

MOST_BYTES = 4096
MOST_ID = 40
MOST_TEXT = 300
MOST_REASON = 200
MOST_SEQ = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The ground of all commands; `id` comes back in the answer."""

    type: ClassVar[str]

    id: str


C = TypeVar("C", bound=type[Command])
COMMANDS: dict[str, type[Command]] = {}


def _register(cls: C) -> C:
    COMMANDS[cls.type] = cls
    return cls


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPost(Command):
    """Say something to the room."""

    type: ClassVar[str] = "chat.post"

    text: str = dataclasses.field(metadata={"most": MOST_TEXT})
    reply_to: str = dataclasses.field(default="", metadata={"most": 26})
    """The line it answers; left out by who answers none."""


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionSend(Command):
    """Send a heart."""

    type: ClassVar[str] = "reaction.send"


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReport(Command):
    """Report a message to the moderators (C7)."""

    type: ClassVar[str] = "chat.report"

    message: str = dataclasses.field(metadata={"most": 26})
    reason: str = dataclasses.field(metadata={"most": MOST_REASON})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSync(Command):
    """Ask for everything durable after a number."""

    type: ClassVar[str] = "room.sync"

    after: int = dataclasses.field(metadata={"most": MOST_SEQ})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerBeat(Command):
    """Say that the picture moves, and by which way it comes (W10)."""

    type: ClassVar[str] = "player.beat"

    at: int = dataclasses.field(metadata={"most": MOST_SEQ})
    """The moment the picture shows, in milliseconds since 1970; 0 if unknown."""
    way: str = dataclasses.field(metadata={"most": 20})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsk(Command):
    """Ask the host a question apart from the chat (C2)."""

    type: ClassVar[str] = "question.ask"

    text: str = dataclasses.field(metadata={"most": MOST_TEXT})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class PollVote(Command):
    """Vote in a poll (C2)."""

    type: ClassVar[str] = "poll.vote"

    poll: str = dataclasses.field(metadata={"most": 26})
    choice: int = dataclasses.field(metadata={"most": 100})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpen(Command):
    """Send a line of one's own to the shop alone, with a paid order line or none."""

    type: ClassVar[str] = "case.open"

    message: str = dataclasses.field(metadata={"most": 26})
    line: str = dataclasses.field(default="", metadata={"most": 26})


@_register
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecline(Command):
    """Say a line of one's own in the room instead, or leave it there."""

    type: ClassVar[str] = "case.decline"

    message: str = dataclasses.field(metadata={"most": 26})


def parse_command(text: str | bytes) -> Command:
    """Read one command; unknown fields, wrong types and long values are refused.

    Raises:
        CommandInvalid: not one JSON object of the command's exact shape.
        CommandUnknown: no command has this name.
    """
    body = _read_object(text)
    name = body.pop("type", None)
    identity = body.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= MOST_ID:
        raise CommandInvalid(extra={"field": "id"})
    cls = COMMANDS.get(name) if isinstance(name, str) else None
    if cls is None:
        raise CommandUnknown(extra={"id": identity})
    fields, needed = _describe_fields(cls.type)
    wrongs = (body.keys() - fields.keys()) | (needed - body.keys())
    if wrongs:
        wrong = sorted(wrongs)[0][:MOST_ID]
        raise CommandInvalid(extra={"id": identity, "field": wrong})
    for key, value in body.items():
        if not _fits(value, *fields[key]):
            raise CommandInvalid(extra={"id": identity, "field": key})
    return cls(**body)


@cache
def _describe_fields(name: str) -> tuple[dict[str, tuple[Any, int]], frozenset[str]]:
    """Return type and bound of each field of a command, and which must be there."""
    cls = COMMANDS[name]
    hints, fields = get_type_hints(cls), dataclasses.fields(cls)
    shape = {
        one.name: (hints[one.name], one.metadata.get("most", MOST_ID)) for one in fields
    }
    needed = (one.name for one in fields if one.default is dataclasses.MISSING)
    return shape, frozenset(needed)


def _read_object(text: str | bytes) -> dict[str, Any]:
    if len(text) > MOST_BYTES:
        raise CommandInvalid(_("This message is too long."))
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandInvalid(_("This is not JSON.")) from error
    if not isinstance(body, dict):
        raise CommandInvalid
    return body


def _fits(value: object, expected: object, most: int) -> bool:
    if expected is str:
        # PostgreSQL keeps no NUL: one would undo everybody's messages of its batch.
        return isinstance(value, str) and len(value) <= most and "\x00" not in value
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
