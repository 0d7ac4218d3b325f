"""A viewer over a socket: a bounded line of fragments that gives way at key frames."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass

from livestreams.media.fmp4 import Init
from livestreams.media.segments import Part

MOST_WAITING_BYTES = 3_000_000
MOST_WAITING = 60


@dataclass(frozen=True, slots=True)
class Welcome:
    """A new epoch: its init segment and the wall clock at its media time zero."""

    init: Init
    epoch: int
    clock: float


class Subscriber:
    """What one socket still has to be sent; text frames are JSON, others fragments."""

    def __init__(self) -> None:
        self._line: deque[str | bytes] = deque()
        self._bytes = 0
        self._waits_for_key = False
        self._is_ended = False
        self._filled = asyncio.Event()
        self.skipped_count = 0
        self.sent_bytes = 0

    def welcome(self, welcome: Welcome) -> None:
        """Send an init segment before what follows."""
        head = {
            "type": "init",
            "mime": welcome.init.mime,
            "epoch": welcome.epoch,
            "clock": round(welcome.clock, 3),
        }
        self._waits_for_key = False
        self._put(json.dumps(head))
        self._put(welcome.init.data)

    def move_clock(self, clock: float) -> None:
        """Tell the wall clock at media time zero anew."""
        self._put(json.dumps({"type": "clock", "clock": round(clock, 3)}))

    def offer(self, part: Part) -> None:
        """Queue a fragment; when the line is full skip to the next key frame."""
        if self._waits_for_key and not part.is_key:
            self.skipped_count += 1
            return
        if self._bytes > MOST_WAITING_BYTES or len(self._line) > MOST_WAITING:
            self._waits_for_key = True
            self.skipped_count += 1
            return
        self._waits_for_key = False
        self._put(part.data)

    def end(self) -> None:
        """Say that nothing follows."""
        self._is_ended = True
        self._filled.set()

    async def take(self) -> str | bytes | None:
        """Return the next frame, or None when the show is over."""
        while not self._line:
            if self._is_ended:
                return None
            self._filled.clear()
            await self._filled.wait()
        frame = self._line.popleft()
        self._bytes -= len(frame)
        self.sent_bytes += len(frame)
        return frame

    def _put(self, frame: str | bytes) -> None:
        self._line.append(frame)
        self._bytes += len(frame)
        self._filled.set()
