"""How fast one person may send, over all sockets of this process."""

import time
from dataclasses import dataclass

MOST_BUCKETS = 20_000
FULL_AFTER = 120.0
LOOK_EVERY = 10.0

RATES: dict[str, tuple[float, float]] = {
    "chat.post": (0.7, 5),
    "reaction.send": (5, 15),
    "chat.report": (0.1, 5),
    "room.sync": (1, 5),
    "player.beat": (0.5, 5),
}
OTHER = (1.0, 5.0)
REFUSALS = (5.0, 300.0)
"""How many refusals one socket is answered; a page never sends so much nonsense."""


@dataclass(slots=True)
class Bucket:
    """Tokens that come back with time."""

    per_second: float
    burst: float
    tokens: float
    at: float

    @classmethod
    def fill(cls, per_second: float, burst: float) -> "Bucket":
        """Return a full one."""
        return cls(per_second, burst, burst, time.monotonic())

    def find_wait(self) -> float:
        """Take a token; return 0, or the seconds until the next one."""
        now = time.monotonic()
        gained = (now - self.at) * self.per_second
        self.tokens = min(self.burst, self.tokens + gained)
        self.at = now
        if self.tokens < 1:
            return round((1 - self.tokens) / self.per_second, 1)
        self.tokens -= 1
        return 0.0


class PersonLimits:
    """Token buckets per person and command, in memory, forgotten when full again."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._looked_at = 0.0

    def find_wait(self, person: str, command: str) -> float:
        """Take a token; return 0, or the seconds until the next one."""
        if len(self._buckets) > MOST_BUCKETS:
            self._forget(time.monotonic())
        bucket = self._buckets.get((person, command))
        if bucket is None:
            bucket = Bucket.fill(*RATES.get(command, OTHER))
            self._buckets[person, command] = bucket
        return bucket.find_wait()

    def _forget(self, now: float) -> None:
        """Drop full buckets; not at each word of a crowd that needs them all."""
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if now - bucket.at < FULL_AFTER
        }
