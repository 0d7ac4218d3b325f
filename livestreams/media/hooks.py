"""What the engine asks of the shop: one contract, whatever server stands before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from livestreams.media.embedded import EmbeddedLine
from livestreams.media.meter import Health


@dataclass(frozen=True, slots=True)
class PublishAttempt:
    """An encoder that wants to send a picture."""

    name: str
    key: str
    peer: str
    is_browser: bool = False
    """Whether the key is a ticket of the studio, for one person and moment."""


@dataclass(frozen=True, slots=True)
class PublishGrant:
    """Leave to publish into a show; `keep_seconds` bounds what stays on disk.

    `mark` names the key that was shown: it ends with the shop's present mark.
    `person` is who publishes from a browser: the same one may begin anew at any time.
    """

    show: str
    keep_seconds: float | None = None
    mark: str = ""
    has_ladder: bool = False
    person: str = ""
    person_name: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal with the sentence that the person is told."""

    sentence: str


class RelayState(StrEnum):
    """How a copy of a show to another server stands."""

    IDLE = "idle"
    SENDING = "sending"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class RelayTarget:
    """A further server that gets a copy of a show; its key is never written down."""

    id: str
    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a publisher may go on, and since when the show is on air.

    `waits` keeps the show open without a picture beyond the grace time. A publisher
    that was let in with another `mark` than this must go; an empty one asks nothing.
    `relays` are the servers that get a copy now. `is_dismissed` says that the person
    who publishes runs the show no more, and must go too.
    """

    is_allowed: bool
    waits: bool = False
    live_since: float | None = None
    mark: str = ""
    relays: tuple[RelayTarget, ...] = ()
    is_dismissed: bool = False


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What was recorded of a show."""

    seconds: float
    bytes_count: int


@dataclass(frozen=True, slots=True)
class GatewayLoad:
    """What a gateway carries and how much room it has."""

    shows: int
    free_bytes: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """A player that wants a show: the token as it stands in the path."""

    show: str
    latency_class: str
    token: str


class MediaHooks(Protocol):
    """The shop, as the engine sees it.

    An exception of a hook never ends a running show: the engine asks again.
    """

    async def authorise_publish(
        self, attempt: PublishAttempt
    ) -> PublishGrant | Refusal:
        """Say whether this key may publish, and into which show."""

    async def published(self, show: str) -> None:
        """Hear that a show has a picture."""

    async def still_publishing(self, show: str, person: str) -> Standing:
        """Say whether the picture may go on; asked every second and a half.

        `person` is who publishes from a browser now, else empty.
        """

    async def unpublished(self, show: str) -> None:
        """Hear that the picture is lost and that the grace time runs."""

    async def refused(self, show: str, sentence: str) -> None:
        """Hear why an encoder that was let in had to go, or what is wrong with it."""

    async def relayed(
        self, show: str, target: str, state: RelayState, sentence: str, kbits: int
    ) -> None:
        """Hear how a copy to another server stands, while it is sent every 5 s.

        `kbits` are the thousands of bits a second that leave; 0 before it is known.
        """

    async def measured(self, show: str, health: Health) -> None:
        """Hear how the picture arrives; told every second and a half."""

    async def captioned(self, show: str, lines: Sequence[EmbeddedLine]) -> None:
        """Hear what the captions in the picture say; a line may be told again."""

    async def closed(self, show: str, recording: RecordingFacts) -> None:
        """Hear that the grace time is over and the recording is whole."""

    async def authorise_play(self, request: PlayRequest) -> Refusal | None:
        """Say why a player is refused, or None to let it play."""

    async def beat(self, load: GatewayLoad) -> None:
        """Hear every few seconds that this gateway lives."""

    async def list_left_open(self) -> Sequence[str]:
        """Name the shows that a gateway before this one left open."""
