"""How fast one person may send, over all sockets of this process."""

import time
from dataclasses import dataclass

MOST_BUCKETS = 20_000
FULL_AFTER = 120.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


RATES: dict[str, tuple[float, float]] = {
    "chat.post": (0.7, 5),
    "reaction.send": (5, 15),
    "chat.report": (0.1, 5),
    "room.sync": (1, 5),
    "player.beat": (0.5, 5),
}
OTHER = (1.0, 5.0)


class PersonLimits:
    """Token buckets per person and command, in memory, forgotten when full again."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def find_wait(self, person: str, command: str) -> float:
        """Take a token; return 0, or the seconds until the next one."""
        per_second, burst = RATES.get(command, OTHER)
        now = time.monotonic()
        if len(self._buckets) > MOST_BUCKETS:
            self._forget(now)
        bucket = self._buckets.setdefault((person, command), _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return round((1 - bucket.tokens) / per_second, 1)
        bucket.tokens -= 1
        return 0.0

    def _forget(self, now: float) -> None:
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if now - bucket.at < FULL_AFTER
        }
