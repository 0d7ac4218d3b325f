"""A room in this process: its sockets, its order and its adaptive flush."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from livestreams.broadcast import metrics
from livestreams.broadcast.order import Sequencer
from livestreams.broadcast.state import RoomState
from livestreams.models import Livestream
from livestreams.protocol.envelopes import EVERYBODY, HOSTS, VIEWERS, Envelope
from livestreams.protocol.events import Kind
from shopfront.common.sockets import Packet, Sink

LEAST_GAP = 0.015
MOST_DUTY = 0.8
MOST_EVENTS = 300
MOST_BYTES = 64 * 1024
HOLE_WAIT = 0.1
SLOW_AFTER = 5.0
COUNT_AFTER = 5.0
BEAT_HOLDS = 30.0
CLOSE_SLOW = 4408
CLOSE_RESET = 4409
CLOSE_TICKET = 4401
"""A fresh ticket opens the room again."""


@dataclass(eq=False, slots=True)
class Member:
    """One socket of the room."""

    sink: Sink
    person: str = ""
    viewer: str = ""
    is_host: bool = False
    is_counted: bool = False
    joined_at: float = field(default_factory=time.monotonic)
    entered_at: float = 0.0
    """When this socket was last entered among the viewers."""
    beat_at: float | None = None
    """When its player last said that the picture moves."""
    cursor: int = 0
    """The last durable number this socket was given."""
    behind_since: float | None = None
    is_closed: bool = False

    def note_beat(self, now: float) -> None:
        """Remember that this socket's player shows a moving picture."""
        self.beat_at = now

    def send(self, bodies: Iterable[bytes]) -> bool:
        """Give this socket alone one frame with some events."""
        return self.sink.offer(Packet(b"[" + b",".join(bodies) + b"]"))

    def close(self, code: int, reason: str) -> None:
        """Close this socket; it takes nothing more."""
        if not self.is_closed:
            self.is_closed = True
            self.sink.close(code, reason)


class Room:
    """Encodes nothing: joins envelopes into one frame and writes it to every sink."""

    def __init__(
        self, livestream: str, *, fill_hole: Callable[["Room"], None] | None = None
    ) -> None:
        self.livestream = livestream
        self.state = RoomState()
        self.sequencer = Sequencer(0)
        self.members: set[Member] = set()
        self.hosts: set[Member] = set()
        """Those of them that have a duty in the show."""
        self._by_person: dict[str, set[Member]] = {}
        self.reactions = 0
        self.emptied_at = time.monotonic()
        self.is_subscribed = False
        self.audience: str = Livestream.Audience.EVERYBODY
        self.refreshed_at = time.monotonic()
        self.ready = asyncio.Event()
        self._fill_hole = fill_hole
        self._buffer: list[Envelope] = []
        self._timer: asyncio.TimerHandle | None = None
        self._hole_timer: asyncio.TimerHandle | None = None
        self._next_flush = 0.0

    def prime(
        self, seq: int, envelopes: Iterable[Envelope], tail: Sequence[Envelope] = ()
    ) -> None:
        """Start from a fresh read; what came over the bus meanwhile is kept."""
        self.state.prime(seq, envelopes, tail)
        early, self._buffer = self._buffer, []
        self.sequencer.reset(seq, tail)
        self.ready.set()
        self.take(early)

    def restart(self, seq: int, envelopes: Iterable[Envelope]) -> None:
        """Start again from a fresh read, and send everybody to fetch it.

        What was taken before is no longer the past of this room: none of it is told,
        and pages empty what they show.
        """
        self._buffer.clear()
        self.sequencer.reset(seq)
        self.state.prime(seq, envelopes)
        for member in list(self.members):
            self.leave(member)
            member.close(CLOSE_RESET, "room was reset")

    def join(self, member: Member, greet: Callable[[int], bytes]) -> None:
        """Give a socket hello and the snapshot in one frame, then every flush."""
        bodies = self.state.snapshot(member.person, is_host=member.is_host)
        member.cursor = self.state.seq
        self.members.add(member)
        if member.is_host:
            self.hosts.add(member)
        if member.person:
            self._by_person.setdefault(member.person, set()).add(member)
        metrics.SOCKETS.inc()
        member.send([greet(self.state.seq), *bodies])

    def leave(self, member: Member) -> None:
        """Forget a socket."""
        if member in self.members:
            self.members.remove(member)
            self.hosts.discard(member)
            self._leave_person(member)
            metrics.SOCKETS.dec()
        if not self.members:
            self.emptied_at = time.monotonic()

    @property
    def is_limited(self) -> bool:
        """Whether the show is not for everybody."""
        return self.audience != Livestream.Audience.EVERYBODY

    def limit(self, audience: str) -> None:
        """Note for whom the show is; another audience comes with other tickets."""
        if audience == self.audience:
            return
        self.audience = audience
        if self.is_limited:
            for member in self.members - self.hosts:
                member.close(CLOSE_TICKET, "audience changed")

    def list_sockets(self, person: str) -> list[Member]:
        """Return the sockets of one person; the others are not looked at."""
        return list(self._by_person.get(person, ()))

    def take(self, envelopes: Iterable[Envelope]) -> None:
        """Take events from the bus or the table, in any order, any number of times."""
        if not self.ready.is_set():
            self._buffer.extend(envelopes)
            return
        for envelope in envelopes:
            if envelope.kind is Kind.DURABLE:
                self._buffer.extend(self.sequencer.offer(envelope))
            else:
                self._buffer.append(envelope)
        if self.sequencer.has_hole and self._hole_timer is None:
            self._hole_timer = self._loop.call_later(HOLE_WAIT, self._ask_for_hole)
        self._schedule()

    def list_due_viewers(self, now: float, *, every: float) -> dict[str, float]:
        """Return viewers to enter now, each with the seconds since its last beat.

        A socket counts once it is 5 s old and its player beat within 30 s (W10): an
        open page whose picture stands still is no viewer, nor is one that only reads.
        """
        ages: dict[str, float] = {}
        for member in self.members:
            if not member.is_counted or member.beat_at is None:
                continue
            age = now - member.beat_at
            is_here = now - member.joined_at >= COUNT_AFTER and age < BEAT_HOLDS
            if is_here and now - member.entered_at >= every:
                member.entered_at = now
                ages[member.viewer] = min(age, ages.get(member.viewer, age))
        return ages

    def close(self) -> None:
        """Stop the timers of a room that nobody looks at."""
        for timer in (self._timer, self._hole_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._hole_timer = None

    def check_slow(self) -> None:
        """Bring back sockets that drained, close those that did not in time."""
        for member in [one for one in self.members if one.behind_since is not None]:
            self._catch_up(member)

    def _leave_person(self, member: Member) -> None:
        sockets = self._by_person.get(member.person, set())
        sockets.discard(member)
        if not sockets:
            self._by_person.pop(member.person, None)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def _ask_for_hole(self) -> None:
        self._hole_timer = None
        if self.sequencer.has_hole and self._fill_hole is not None:
            metrics.HOLES.inc()
            self._fill_hole(self)

    def _schedule(self) -> None:
        if self._buffer and self._timer is None:
            wait = max(0.0, self._next_flush - self._loop.time())
            self._timer = self._loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        """Write what waits; the next flush keeps 15 ms or a fifth of the time free."""
        started = self._loop.time()
        self._timer = None
        batch = [one for one in self._take_batch() if self.state.apply(one)]
        self._fan_out(batch)
        cost = self._loop.time() - started
        metrics.FLUSH.observe(cost)
        self._next_flush = started + max(LEAST_GAP, cost / MOST_DUTY)
        self._schedule()

    def _take_batch(self) -> list[Envelope]:
        size = count = 0
        for envelope in self._buffer[:MOST_EVENTS]:
            size += len(envelope.body) + 1
            if count and size > MOST_BYTES:
                break
            count += 1
        batch, self._buffer = self._buffer[:count], self._buffer[count:]
        return batch

    def _fan_out(self, batch: list[Envelope]) -> None:
        common = [one for one in batch if one.to == EVERYBODY]
        special = [one for one in batch if one.to != EVERYBODY]
        ended = {one.to for one in batch if one.is_end and one.kind is Kind.STATE}
        for envelope in batch:
            metrics.DELIVERED.labels(envelope.kind.value).inc()
        self._close_behind(ended)
        if common:
            packet = Packet(b"[" + b",".join(one.body for one in common) + b"]")
            matters = any(one.kind is not Kind.LOSABLE for one in common)
            self._write_all(packet, matters=matters)
        for envelope in special:
            self._write_some(envelope)
        self._close_behind(ended)

    def _close_behind(self, ended: set[str]) -> None:
        """Close who missed that something ended, as it stands nowhere any more.

        Who is behind catches up by what stands now; a page that comes back compares
        all of it with what it shows.
        """
        for member in list(self.members) if ended else ():
            side = HOSTS if member.is_host else VIEWERS
            is_concerned = EVERYBODY in ended or side in ended
            if is_concerned and member.behind_since is not None:
                self._close_slow(member)

    def _write_all(self, packet: Packet, *, matters: bool) -> None:
        seq = self.state.seq
        for member in list(self.members):
            if member.behind_since is not None:
                self._catch_up(member)
            elif member.sink.offer(packet):
                member.cursor = seq
            else:
                _note_skipped(member, matters=matters)

    def _write_some(self, envelope: Envelope) -> None:
        """Write to one side or one person; who is behind is told when it drained."""
        packet = Packet(b"[" + envelope.body + b"]")
        matters = envelope.kind is not Kind.LOSABLE
        for member in self._list_told(envelope.to):
            if member.behind_since is None and not member.sink.offer(packet):
                _note_skipped(member, matters=matters)

    def _list_told(self, to: str) -> list[Member]:
        if to not in (HOSTS, VIEWERS):
            return self.list_sockets(to)
        is_host = to == HOSTS
        return [member for member in self.members if member.is_host == is_host]

    def _catch_up(self, member: Member) -> None:
        """Give a socket that drained what it missed, or close it (4408)."""
        late = time.monotonic() - (member.behind_since or 0.0) > SLOW_AFTER
        if late or not self.state.reaches(member.cursor):
            self._close_slow(member)
            return
        if not member.sink.has_room():
            return
        missed = self.state.since(member.cursor) or []
        bodies = [one.body for one in missed]
        bodies += self.state.latest(member.person, is_host=member.is_host)
        if member.send(bodies):
            member.cursor = self.state.seq
            member.behind_since = None

    def _close_slow(self, member: Member) -> None:
        metrics.SLOW.inc()
        self.leave(member)
        member.close(CLOSE_SLOW, "too slow")


def _note_skipped(member: Member, *, matters: bool) -> None:
    """Note what a full socket did not take; what matters it must catch up on."""
    metrics.SKIPPED.inc()
    if matters:
        member.behind_since = time.monotonic()
