"""Captions that an encoder puts into its picture, as lines with their moments.

Whatever comes, a show keeps four small screens, some frames and some lines here.
"""

import heapq
import itertools
from collections import deque
from dataclasses import dataclass

from livestreams.media.cea608 import Field, Screen
from livestreams.media.fmp4 import Fragment, Init
from livestreams.media.sei import CaptionBytes, read_captions

MOST_SECONDS = 15.0  # a line that nothing erases; the standard says sixteen
LEAST_SECONDS = 0.15
AGAIN_SECONDS = 0.7
MOST_WAITING_FRAMES = 64
MOST_WAITING_LINES = 50


@dataclass(frozen=True, slots=True)
class EmbeddedLine:
    """What a channel shows from one moment to another, in seconds since 1970.

    A line that is still shown has an end that may come to be earlier, and roll-up
    lines grow: it is then told again with the same beginning.
    """

    channel: int
    starts_at: float
    ends_at: float
    text: str


class _Channel:
    """What one channel shows now, since when, and what of it was told."""

    def __init__(self, number: int, screen: Screen) -> None:
        self.screen = screen
        self._number = number
        self._text = ""
        self._since = 0.0
        self._turn = 0
        self._told = ""
        self._told_at = 0.0

    def look(self, now: float) -> EmbeddedLine | None:
        """Compare the screen with what it showed; return a line that has ended."""
        text = self.screen.text
        if text == self._text:
            return None
        is_same = self._text and text and self.screen.turn == self._turn
        if is_same and now - self._since < MOST_SECONDS:
            self._text = text
            return None
        ended = self._end(now)
        self._text, self._since, self._turn = text, now, self.screen.turn
        self._told, self._told_at = "", 0.0
        return ended

    def tell(self, now: float) -> EmbeddedLine | None:
        """Return the line that is shown now, where it is new or has grown."""
        if not self._text or self._text == self._told:
            return None
        if self._told and now - self._told_at < AGAIN_SECONDS:
            return None
        self._told, self._told_at = self._text, now
        return self._line(self._since + MOST_SECONDS)

    def _end(self, now: float) -> EmbeddedLine | None:
        lasted = now - self._since
        if not self._text or (lasted < LEAST_SECONDS and not self._told):
            return None
        if lasted >= MOST_SECONDS and self._told == self._text:
            return None
        shortest = self._since + LEAST_SECONDS
        return self._line(min(max(now, shortest), self._since + MOST_SECONDS))

    def _line(self, ends_at: float) -> EmbeddedLine:
        return EmbeddedLine(self._number, self._since, ends_at, self._text)


class EmbeddedCaptions:
    """Reads the captions of one show's picture, fragment by fragment."""

    def __init__(self) -> None:
        self.lines: deque[EmbeddedLine] = deque(maxlen=MOST_WAITING_LINES)
        self._init: Init | None = None
        self._frames: list[tuple[float, int, CaptionBytes]] = []
        self._order = itertools.count()
        self._fields = (Field(has_xds=False), Field(has_xds=True))
        self._channels: dict[Screen, _Channel] = {}

    def take(self, init: Init, fragment: Fragment, anchor: float) -> bool:
        """Read a fragment; whether there are lines to tell.

        Args:
            init: the head of the epoch; another one is another picture.
            fragment: what came.
            anchor: the wall clock at media time zero.
        """
        timing = fragment.timing
        if timing is None:
            return False
        if init is not self._init:
            self._begin(init, anchor + timing.start)
        for frame in read_captions(fragment.data, init):
            heapq.heappush(self._frames, (frame.at, next(self._order), frame))
        ends_at = timing.start + timing.duration
        while self._frames and self._is_due(ends_at):
            frame = heapq.heappop(self._frames)[2]
            self._decode(frame, anchor + frame.at)
        self._tell(anchor + ends_at)
        return bool(self.lines)

    def take_lines(self) -> list[EmbeddedLine]:
        """Return what is to be told, the newest word on each line only."""
        lines = {(line.channel, line.starts_at): line for line in self.lines}
        self.lines.clear()
        return list(lines.values())

    def _is_due(self, ends_at: float) -> bool:
        """Whether no frame that comes later can be shown before the first here."""
        return self._frames[0][0] < ends_at or len(self._frames) > MOST_WAITING_FRAMES

    def _begin(self, init: Init, now: float) -> None:
        """End what is shown: another picture says everything anew."""
        for channel in self._channels.values():
            channel.screen.erase_shown()
            self._keep(channel.look(now))
        self._init = init
        self._frames.clear()
        self._fields = (Field(has_xds=False), Field(has_xds=True))
        self._channels.clear()

    def _decode(self, frame: CaptionBytes, now: float) -> None:
        for field, first, second in frame.pairs:
            screen = self._fields[field].feed(first, second)
            if screen is None:
                continue
            if screen not in self._channels:
                place = self._fields[field].screens.index(screen)
                self._channels[screen] = _Channel(field * 2 + place + 1, screen)
            self._keep(self._channels[screen].look(now))

    def _tell(self, now: float) -> None:
        for channel in self._channels.values():
            self._keep(channel.tell(now))

    def _keep(self, line: EmbeddedLine | None) -> None:
        if line is not None:
            self.lines.append(line)
