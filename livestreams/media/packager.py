"""One packager per show: epochs, segments, parts, and who waits for them."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeAlias

from livestreams.media.archive import Archive
from livestreams.media.fmp4 import Fragment, Init, Timing
from livestreams.media.meter import Meter
from livestreams.media.segments import Part, Segment, write_live_list
from livestreams.media.subscribers import Subscriber, Welcome

SEGMENT_SECONDS = 0.9  # cut at the first key frame after this
LISTED_SEGMENTS = 12
SEGMENTS_IN_MEMORY = 4
MOST_SECONDS_WITHOUT_KEY = 12.0
MOST_DRIFT_SECONDS = 3.0
Placed: TypeAlias = Callable[[Init, Fragment, float], None]


class NoKeyFrameError(ValueError):
    """The publisher sends no key frames, so that nobody can join."""


class Packager:
    """Turns fragments into what players ask for; its numbers never start anew."""

    def __init__(self, archive: Archive, *, wall_clock: Callable[[], float]) -> None:
        self.archive = archive
        self.is_ended = False
        self.init: Init | None = None
        self.subscribers: set[Subscriber] = set()
        self.meter = Meter()
        self.on_placed: Placed | None = None
        """Hears of each fragment with its head and the wall clock at media zero."""
        self._wall_clock = wall_clock
        self._segments: deque[Segment] = deque(archive.segments[-LISTED_SEGMENTS:])
        self._number = archive.next_number
        self._epoch = archive.next_epoch - 1
        self._is_new_epoch = False
        self._next_epoch: int | None = None
        self._anchor = 0.0
        self._sound = b""
        self._changed = asyncio.Condition()
        self._texts: dict[bool, str] = {}
        self._inits: dict[int, bytes] = {}

    @property
    def last(self) -> Segment | None:
        """The newest segment, whole or growing."""
        return self._segments[-1] if self._segments else None

    @property
    def last_number(self) -> int:
        """The number of the newest segment, or -1."""
        return self.last.number if self.last else -1

    @property
    def epoch(self) -> int:
        """The number of the newest epoch that has a picture, or -1."""
        return self._epoch

    def start_epoch(self, init: Init, *, number: int | None = None) -> None:
        """Begin anew after a publisher or ffmpeg began anew.

        A rung of a ladder takes the `number` of the picture that it is made from.

        The number is taken with the first key frame: an epoch without a picture
        leaves no trace.
        """
        self._finish_segment()
        self.init = init
        self.meter.start(init)
        self._is_new_epoch = True
        self._next_epoch = number
        self._sound = b""

    async def add(self, fragment: Fragment) -> None:
        """Take one fragment in and tell everyone who waits.

        Raises:
            NoKeyFrameError: the group of pictures has no end.
        """
        timing = fragment.timing
        if self.is_ended:
            return
        if timing is None:
            self._sound += fragment.data
            return
        if self._is_new_epoch and not timing.is_key:
            return
        self.meter.add(fragment)
        part = Part(self._sound + fragment.data, timing.duration, timing.is_key)
        self._sound = b""
        segment = self._segment_for(timing)
        segment.add(part)
        if self.on_placed is not None and self.init is not None:
            self.on_placed(self.init, fragment, self._anchor)
        if segment.duration > MOST_SECONDS_WITHOUT_KEY:
            raise NoKeyFrameError
        for subscriber in self.subscribers:
            subscriber.offer(part)
        await self._announce()

    async def interrupt(self) -> None:
        """Close what is open when the picture is lost; the show goes on."""
        self._finish_segment()
        self.init = None
        await self._announce()

    async def end(self) -> None:
        """End the show: lists are final, sockets are told."""
        self._finish_segment()
        self.is_ended = True
        for subscriber in self.subscribers:
            subscriber.end()
        await self._announce()

    def subscribe(self) -> Subscriber:
        """Add a viewer over a socket, who starts with the last key frame."""
        subscriber = Subscriber()
        self.subscribers.add(subscriber)
        if self.init and not self._is_new_epoch and self._segments:
            subscriber.welcome(self._welcome())
            for part in self._group_of_pictures():
                subscriber.offer(part)
        return subscriber

    def live_list(self, *, with_parts: bool) -> str:
        """Return the playlist; written once per change, however many ask."""
        if with_parts not in self._texts:
            self._texts[with_parts] = write_live_list(
                self._segments, with_parts=with_parts, is_ended=self.is_ended
            )
        return self._texts[with_parts]

    def find_part(self, number: int, index: int) -> bytes | None:
        """Return the bytes of a part that is still in memory."""
        for segment in self._segments:
            if segment.number == number and 0 <= index < len(segment.parts):
                return segment.parts[index].data
        return None

    def find_segment(self, number: int) -> bytes | None:
        """Return the bytes of a whole segment that is still in memory."""
        for segment in self._segments:
            if segment.number == number and segment.is_whole and segment.parts:
                return b"".join(part.data for part in segment.parts)
        return None

    def find_init(self, epoch: int) -> bytes | None:
        """Return the init segment of an epoch that is still in the list."""
        return self._inits.get(epoch)

    def find_still(self) -> bytes | None:
        """Return init and newest key frame: what a poster is made of."""
        if self.init is None:
            return None
        for segment in reversed(self._segments):
            if segment.epoch == self._epoch and segment.parts:
                return self.init.data + segment.parts[0].data
        return None

    async def wait_for(self, number: int, index: int | None, *, seconds: float) -> bool:
        """Wait until a segment or part exists (blocking reload)."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: self._has(number, index)), seconds
                )
        return self._has(number, index)

    def _has(self, number: int, index: int | None) -> bool:
        last = self.last
        if self.is_ended or last is None:
            return self.is_ended
        if last.number != number:
            return last.number > number
        return last.is_whole or (index is not None and len(last.parts) > index)

    def _segment_for(self, timing: Timing) -> Segment:
        current = self.last
        is_open = current is not None and not current.is_whole
        if not self._is_new_epoch and is_open and current is not None:
            if not timing.is_key or current.duration < SEGMENT_SECONDS:
                return current
            self._finish_segment()
        if self._is_new_epoch:
            self._take_epoch(timing)
        self._correct_drift(timing)
        segment = Segment(self._number, self._epoch, self._anchor + timing.start)
        self._number += 1
        self._segments.append(segment)
        while len(self._segments) > LISTED_SEGMENTS:
            self._segments.popleft()
        return segment

    def _take_epoch(self, timing: Timing) -> None:
        assert self.init is not None
        self._is_new_epoch = False
        following = self._epoch + 1
        self._epoch = following if self._next_epoch is None else self._next_epoch
        self._anchor = self._moment_of(timing)
        self._inits[self._epoch] = self.init.data
        while self._segments and min(self._inits) < self._segments[0].epoch:
            del self._inits[min(self._inits)]
        self.archive.write_init(self._epoch, self.init.data)
        for subscriber in self.subscribers:
            subscriber.welcome(self._welcome())

    def _correct_drift(self, timing: Timing) -> None:
        """Follow the wall clock where the encoder's clock runs away from it."""
        right = self._moment_of(timing)
        if abs(right - self._anchor) > MOST_DRIFT_SECONDS:
            self._anchor = right
            for subscriber in self.subscribers:
                subscriber.move_clock(right)

    def _moment_of(self, timing: Timing) -> float:
        return self._wall_clock() - timing.duration - timing.start

    def _welcome(self) -> Welcome:
        assert self.init is not None
        return Welcome(self.init, self._epoch, self._anchor)

    def _group_of_pictures(self) -> Iterable[Part]:
        group: list[Part] = []
        for segment in self._segments:
            for part in segment.parts if segment.epoch == self._epoch else ():
                if part.is_key:
                    group = []
                group.append(part)
        return group

    def _finish_segment(self) -> None:
        segment = self.last
        if segment is None or segment.is_whole:
            return
        segment.is_whole = True
        self._texts.clear()
        segment.is_kept = self.archive.write_segment(segment)
        for old in list(self._segments)[:-SEGMENTS_IN_MEMORY]:
            if old.is_kept:  # else memory is all there is of it
                old.parts.clear()

    async def _announce(self) -> None:
        self._texts.clear()
        async with self._changed:
            self._changed.notify_all()
