"""Slows an address down that guesses stream keys."""

import time
from collections import OrderedDict, deque

MOST_FAILURES_PER_MINUTE = 30
MOST_PEERS_REMEMBERED = 2_000


class Brake:
    """Refuses an address that tried too many wrong keys, without asking the shop."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def is_on(self, peer: str) -> bool:
        """Whether the address failed too often within the last minute."""
        times = self._failures.get(peer)
        is_full = times is not None and len(times) == MOST_FAILURES_PER_MINUTE
        return is_full and times is not None and time.monotonic() - times[0] < 60

    def note(self, peer: str) -> None:
        """Count one more failure."""
        times = self._failures.setdefault(peer, deque(maxlen=MOST_FAILURES_PER_MINUTE))
        times.append(time.monotonic())
        self._failures.move_to_end(peer)
        while len(self._failures) > MOST_PEERS_REMEMBERED:
            self._failures.popitem(last=False)
