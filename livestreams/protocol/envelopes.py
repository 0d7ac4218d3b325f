"""Envelopes: an encoded event with what a hub must know to deliver it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from livestreams.protocol.events import Event, Kind, StateEvent, encode

EVERYBODY = ""
HOSTS = "role:host"
VIEWERS = "role:viewer"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes over the bus: written once, read by every process with the room.

    `to` is empty for everybody, `role:host` for the host's side, `role:viewer` for
    all others, else the public id of the one account that may read it.
    """

    kind: Kind
    body: bytes
    key: str = ""
    is_end: bool = False
    seq: int = 0
    version: int = 0
    to: str = EVERYBODY

    def pack(self) -> list[Any]:
        """Return plain values for the bus."""
        return [
            self.kind.value,
            self.body,
            self.key,
            self.is_end,
            self.seq,
            self.version,
            self.to,
        ]

    @classmethod
    def unpack(cls, row: Sequence[Any]) -> Self:
        """Read what `pack` wrote."""
        return cls(Kind(row[0]), *row[1:])


def seal(event: Event, *, seq: int = 0, to: str = EVERYBODY) -> Envelope:
    """Encode an event once and note how to deliver it."""
    return Envelope(
        kind=event.kind,
        body=encode(event, seq=seq or None),
        key=event.key,
        is_end=event.is_end,
        seq=seq,
        version=event.version if isinstance(event, StateEvent) else 0,
        to=to,
    )
