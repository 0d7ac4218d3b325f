"""How a picture arrives: read off the fragments, so that it costs no decoding."""

import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from livestreams.media.fmp4 import Fragment, Init, Timing

WINDOW_SECONDS = 10.0
LEAST_SECONDS = 3.0
SILENT_BITS = 8_000
"""Sound of fewer bits a second is digital silence: AAC packs it to almost nothing."""

STILL_BYTES = 150.0
"""A frame of fewer bytes changes nothing: a covered lens, or a camera that hangs."""

GAP_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Health:
    """How a picture arrived in the last ten seconds."""

    width: int
    height: int
    kbits: int
    """Picture and sound together, thousands of bits a second."""
    frames: float
    """Frames a second."""
    missing: float
    """The share of frames that never came, from 0 to 1."""
    key_seconds: float
    """The longest distance of two key frames."""
    behind: float
    """Seconds by which the picture arrives later than at its best."""
    has_sound: bool
    is_silent: bool
    is_still: bool = False


class Meter:
    """Watches the fragments of one picture."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._size = (0, 0)
        self._has_sound = False
        self._seen: deque[tuple[Timing, int]] = deque()
        self._seconds = 0.0
        self._best = 0.0
        self._behind = 0.0
        self._key_at: float | None = None
        self._keys: deque[float] = deque(maxlen=6)
        self._usual = 0.0

    def start(self, init: Init) -> None:
        """Begin anew with a new picture."""
        self._seen.clear()
        self._seconds = 0.0
        self._key_at = None
        self._keys.clear()
        self._size = init.size
        self._has_sound = init.has_sound

    def add(self, fragment: Fragment) -> None:
        """Take a fragment into account."""
        timing = fragment.timing
        if timing is None:
            return
        lead = self._clock() - timing.start - timing.duration
        self._best = lead if not self._seen else min(self._best, lead)
        self._behind = lead - self._best
        if timing.is_key:
            if self._key_at is not None:
                self._keys.append(timing.start - self._key_at)
            self._key_at = timing.start
        self._seen.append((timing, len(fragment.data)))
        self._seconds += timing.duration
        while self._seconds - self._seen[0][0].duration > WINDOW_SECONDS:
            old, _ = self._seen.popleft()
            self._seconds -= old.duration

    def read(self) -> Health | None:
        """Return how the picture arrives; None until three seconds of it came."""
        if self._seconds < LEAST_SECONDS:
            return None
        timings = [timing for timing, _ in self._seen]
        count = sum(timing.frames for timing in timings)
        usual = statistics.median(
            timing.duration / timing.frames for timing in timings if timing.frames
        )
        gaps = sum(
            round(timing.longest_frame / usual) - 1
            for timing in timings
            if usual and timing.longest_frame > GAP_FACTOR * usual
        )
        sound = sum(timing.sound_bytes for timing in timings) * 8 / self._seconds
        return Health(
            *self._size,
            kbits=round(sum(size for _, size in self._seen) * 8 / self._seconds / 1e3),
            frames=round(count / self._seconds, 1),
            missing=round(gaps / (count + gaps), 3) if count else 0.0,
            key_seconds=round(max(self._keys, default=0.0), 1),
            behind=round(self._behind, 1),
            has_sound=self._has_sound,
            is_silent=self._has_sound and sound < SILENT_BITS,
            is_still=_is_still(timings),
        )


def _is_still(timings: Sequence[Timing]) -> bool:
    """Whether most of what came says that nothing changed."""
    changes = [
        timing.moving_bytes / timing.frames for timing in timings if timing.frames
    ]
    return bool(changes) and statistics.median(changes) < STILL_BYTES
