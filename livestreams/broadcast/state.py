"""What a room shows now: the snapshot that each new socket gets from memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from livestreams.protocol.asking import QuestionUnpinned
from livestreams.protocol.envelopes import EVERYBODY, HOSTS, VIEWERS, Envelope, seal
from livestreams.protocol.events import ChatRemoved, Event, Kind
from livestreams.protocol.talking import ChatUnpinned

CHAT = "chat:"
QUESTION = "question:"
LINE = "line:"
STOCK = "stock:"
MOST_CHAT = 50
MOST_RECENT = 500
REMOVALS: dict[str, Callable[..., Event]] = {
    CHAT: ChatRemoved,
    QUESTION: QuestionUnpinned,
    LINE: ChatUnpinned,
}

Slot = tuple[str, str]
"""Whom it is for, nobody for all, and what it is the latest word on."""


def can_be_redacted(key: str) -> bool:
    """Whether this key names words that somebody may take back."""
    return key.startswith(tuple(REMOVALS))


def redact(key: str, seq: int) -> Envelope:
    """Return what is told in the place of words that left the room."""
    kind, _, public_id = key.partition(":")
    return seal(REMOVALS[f"{kind}:"](id=public_id), seq=seq)


class RoomState:
    """The latest value of every key and the tail of the durable events.

    Applying events to an old state gives the state that a fresh read gives: tests
    hold this for every event of the protocol.
    """

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self.values: dict[str, Envelope] = {}
        self.chat: dict[str, Envelope] = {}
        self.private: dict[str, dict[str, Envelope]] = {}
        self.recent: deque[Envelope] = deque(maxlen=MOST_RECENT)
        self._ended: dict[str, int] = {}

    def prime(
        self, seq: int, envelopes: Iterable[Envelope], tail: Iterable[Envelope] = ()
    ) -> None:
        """Start from what the database holds, and the events that led up to it."""
        self.seq = seq
        self.values.clear()
        self.chat.clear()
        self.private.clear()
        self.recent.clear()
        self._ended.clear()
        self.recent.extend(tail)
        for envelope in envelopes:
            self._keep(envelope)

    def apply(self, envelope: Envelope) -> bool:
        """Take one event in its order; False when something newer is known."""
        if envelope.kind is Kind.STATE and self._is_stale(envelope):
            return False
        if envelope.kind is Kind.DURABLE:
            self.seq = envelope.seq
            self.recent.append(envelope)
        self._keep(envelope)
        return True

    def snapshot(self, person: str, *, is_host: bool) -> list[bytes]:
        """Return the bodies that show this person the room as it is."""
        side = HOSTS if is_host else VIEWERS
        shown = (EVERYBODY, side)
        bodies = [value.body for value in self.values.values() if value.to in shown]
        bodies.extend(value.body for value in self.chat.values())
        bodies.extend(self._list_private(person, side))
        return bodies

    def latest(self, person: str, *, is_host: bool) -> list[bytes]:
        """Return what has no number and cannot be missed, as it is now."""
        side = HOSTS if is_host else VIEWERS
        bodies = [
            value.body
            for value in self.values.values()
            if value.kind is Kind.STATE and value.to in (EVERYBODY, side)
        ]
        bodies.extend(self._list_private(person, side))
        return bodies

    def _list_private(self, person: str, side: str) -> Iterator[bytes]:
        for to in (person, side):
            for value in self.private.get(to, {}).values():
                yield value.body

    def since(self, seq: int) -> list[Envelope] | None:
        """Return the durable events after a number, or None when memory is short."""
        if not self.reaches(seq):
            return None
        return [envelope for envelope in self.recent if envelope.seq > seq]

    def reaches(self, seq: int) -> bool:
        """Whether memory holds all durable events after a number."""
        if seq >= self.seq:
            return True
        return bool(self.recent) and self.recent[0].seq <= seq + 1

    def _is_stale(self, envelope: Envelope) -> bool:
        if envelope.key in self._ended:
            return envelope.version <= self._ended[envelope.key]
        known = self.values.get(envelope.key)
        return known is not None and (
            envelope.version < known.version or envelope.body == known.body
        )

    def note(self) -> dict[Slot, bytes]:
        """Return what is kept beside the durable events, to tell later what moved."""
        noted = {("", slot): one.body for slot, one in self._list_values().items()}
        for person, values in self.private.items():
            noted |= {(person, slot): one.body for slot, one in values.items()}
        return noted

    def differ(
        self, fresh: Iterable[Envelope], noted: dict[Slot, bytes]
    ) -> list[Envelope]:
        """Return what a fresh read says otherwise, and forget what it has no more.

        What moved since it was noted, before the read began, is newer than the read.
        """
        other = RoomState()
        other.prime(self.seq, fresh)
        now, then = self.note(), other.note()
        for slot in now.keys() - then.keys():
            if now[slot] == noted.get(slot):
                self._drop(slot)
        return [
            other.find(slot)
            for slot, body in then.items()
            if body != now.get(slot) and now.get(slot) == noted.get(slot)
        ]

    def find(self, slot: Slot) -> Envelope:
        """Return what is kept in a slot, of a person or of all."""
        person, name = slot
        return self.private[person][name] if person else self.values[name]

    def _drop(self, slot: Slot) -> None:
        person, name = slot
        del (self.private[person] if person else self.values)[name]

    def _list_values(self) -> dict[str, Envelope]:
        return {
            slot: one for slot, one in self.values.items() if one.kind is Kind.STATE
        }

    def retain_stock(self, variants: Iterable[str]) -> None:
        """Forget the stock of variants that the room no longer shows."""
        wanted = {f"{STOCK}{variant}" for variant in variants}
        for key in [key for key in self.values if key.startswith(STOCK)]:
            if key not in wanted:
                del self.values[key]

    def _keep(self, envelope: Envelope) -> None:
        if not envelope.key:
            return
        if envelope.key.startswith(CHAT):
            self._keep_chat(envelope)
            return
        values, slot = self.values, envelope.key
        if envelope.kind is Kind.PRIVATE:
            values = self.private.setdefault(envelope.to, {})
        elif envelope.to:
            slot = f"{envelope.key}@{envelope.to}"
        values.pop(slot, None)
        if not envelope.is_end:
            values[slot] = envelope
        elif can_be_redacted(envelope.key):
            self._forget(envelope.key)
        elif envelope.kind is Kind.STATE:
            self._ended[envelope.key] = envelope.version

    def _keep_chat(self, envelope: Envelope) -> None:
        self.chat.pop(envelope.key, None)
        if envelope.is_end:
            self._forget(envelope.key)
            return
        self.chat[envelope.key] = envelope
        if len(self.chat) > MOST_CHAT:
            del self.chat[next(iter(self.chat))]

    def _forget(self, key: str) -> None:
        """Drop words that left the room from the tail too."""
        for index, envelope in enumerate(self.recent):
            if envelope.key == key and not envelope.is_end:
                self.recent[index] = redact(key, envelope.seq)
