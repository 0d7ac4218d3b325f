"""Order: durable events leave in the order of their numbers, whatever arrives."""

from collections.abc import Iterable

from livestreams.protocol.envelopes import Envelope

MOST_WAITING = 5_000
MOST_KNOWN = 1_000


class Sequencer:
    """Holds back what came early; commit order is not publish order (measured)."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        """The number of the last event let through."""
        self.is_contradicted = False
        """Whether a number came with two events: a crash gave it a second time."""
        self._waiting: dict[int, Envelope] = {}
        self._known: dict[int, str] = {}
        """What the newest numbers stand for; lost ones are chat, each of its own."""

    def offer(self, envelope: Envelope) -> list[Envelope]:
        """Take one durable event and return those whose turn it is now."""
        known = self._known.get(envelope.seq, envelope.key)
        self.is_contradicted |= known != envelope.key
        if envelope.seq <= self.seq:
            return []
        if len(self._waiting) < MOST_WAITING:
            self._waiting[envelope.seq] = envelope
            self._known[envelope.seq] = envelope.key
        ready: list[Envelope] = []
        while (following := self._waiting.pop(self.seq + 1, None)) is not None:
            ready.append(following)
            self.seq += 1
            self._known.pop(self.seq - MOST_KNOWN, None)
        return ready

    @property
    def has_hole(self) -> bool:
        """Whether later events wait for one that has not come."""
        return bool(self._waiting)

    def reset(self, seq: int, tail: Iterable[Envelope] = ()) -> None:
        """Start from what the table says (a crash may lose the newest chat).

        The tail holds the events that led up to it, as far as they are known.
        """
        self.seq = seq
        self.is_contradicted = False
        self._waiting.clear()
        self._known = {one.seq: one.key for one in tail}
