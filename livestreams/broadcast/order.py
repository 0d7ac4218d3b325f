"""Order: durable events leave in the order of their numbers, whatever arrives."""

from livestreams.protocol.envelopes import Envelope

MOST_WAITING = 5_000


class Sequencer:
    """Holds back what came early; commit order is not publish order (measured)."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        """The number of the last event let through."""
        self._waiting: dict[int, Envelope] = {}

    def offer(self, envelope: Envelope) -> list[Envelope]:
        """Take one durable event and return those whose turn it is now."""
        if envelope.seq <= self.seq:
            return []
        if len(self._waiting) < MOST_WAITING:
            self._waiting[envelope.seq] = envelope
        ready: list[Envelope] = []
        while (following := self._waiting.pop(self.seq + 1, None)) is not None:
            ready.append(following)
            self.seq += 1
        return ready

    @property
    def has_hole(self) -> bool:
        """Whether later events wait for one that has not come."""
        return bool(self._waiting)

    def reset(self, seq: int) -> None:
        """Start again from what the table says (a crash may lose the newest chat)."""
        self.seq = seq
        self._waiting.clear()
