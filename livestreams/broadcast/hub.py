"""The hub: this process's rooms, kept right by the bus and by a sweep each second."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Coroutine, Iterable
from typing import Any

import structlog
from django.db import DatabaseError
from redis.exceptions import RedisError

from livestreams.broadcast import metrics, ring
from livestreams.broadcast.bus import Bus, send
from livestreams.broadcast.room import CLOSE_TICKET, Room
from livestreams.broadcast.threads import call_in_thread
from livestreams.broadcast.viewers import ViewerCounter, describe
from livestreams.errors import LivestreamMissing
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Reactions
from livestreams.selectors import host_side
from livestreams.selectors import polls as poll_reads
from livestreams.selectors import room as room_reads
from livestreams.selectors.room import RoomSnapshot

log = structlog.get_logger(__name__)

STOCK_EVERY = 0.2
SWEEP_EVERY = 1.0
VIEWERS_EVERY = 10.0
COUNT_EVERY = 2.0
POLLS_EVERY = 1.0
REACTIONS_EVERY = 0.5
KEEP_EMPTY = 30.0
REFRESH_EVERY = 10.0
CLOSE_FORBIDDEN = 4403

BUS_AWAY = (RedisError, OSError)


class Hub:
    """The rooms of one process and the loops that keep them true."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self._bus = Bus(self.take, self.close_person, self.refresh_all)
        self._viewers = ViewerCounter()
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open_room(self, livestream: str) -> Room:
        """Return the room, reading it once however many sockets ask at once."""
        room = self.rooms.get(livestream)
        if room is not None and room.ready.is_set():
            return room
        opening = self._opening.get(livestream)
        if opening is None:
            opening = asyncio.create_task(self._open(livestream))
            self._opening[livestream] = opening
            opening.add_done_callback(lambda _: self._opening.pop(livestream, None))
        return await asyncio.shield(opening)

    def take(self, livestream: str, envelopes: list[Envelope]) -> None:
        """Hand what came over the bus to its room."""
        room = self.rooms.get(livestream)
        if room is not None:
            room.take(envelopes)

    def close_person(self, livestream: str, person: str, reason: str) -> None:
        """Close the sockets of a person who may not be here any more."""
        room = self.rooms.get(livestream)
        for member in room.list_sockets(person) if room else ():
            member.close(CLOSE_FORBIDDEN, reason)

    def refresh_all(self) -> None:
        """Read all rooms anew: the bus was away, and what it carried is unknown."""
        log.warning("room.bus_came_back", rooms=len(self.rooms))
        for room in self.rooms.values():
            self._spawn(self._refresh(room))

    async def close(self) -> None:
        """End all loops, for tests and the end of the process."""
        for task in (*self._loops, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._loops, *self._tasks, return_exceptions=True)
        self._loops.clear()
        for room in self.rooms.values():
            room.close()
        self.rooms.clear()
        await self._bus.close()
        await self._viewers.close()

    async def _open(self, livestream: str) -> Room:
        room = Room(livestream, fill_hole=self._fill_hole)
        self.rooms[livestream] = room
        try:
            await self._subscribe(room)
            snapshot, tail = await call_in_thread(_read_with_tail, livestream)
        except BaseException:
            await self._close_room(room)
            raise
        room.audience = snapshot.audience
        room.prime(snapshot.seq, snapshot.envelopes, tail)
        metrics.ROOMS.set(len(self.rooms))
        self._start_loops()
        return room

    async def _subscribe(self, room: Room) -> bool:
        """Hear the room; without the bus the sweep carries it until it is back."""
        try:
            await self._bus.subscribe(room.livestream)
            room.is_subscribed = True
        except BUS_AWAY as error:
            log.warning("room.bus_away", room=room.livestream, error=repr(error))
        return room.is_subscribed

    def _start_loops(self) -> None:
        if self._loops:
            return
        steps = (
            (STOCK_EVERY, self._tick_stock),
            (SWEEP_EVERY, self._sweep),
            (REACTIONS_EVERY, self._send_reactions),
            (COUNT_EVERY, self._count_viewers),
            (POLLS_EVERY, self._count_votes),
        )
        self._loops = [
            asyncio.create_task(self._repeat(every, step)) for every, step in steps
        ]

    async def _repeat(self, every: float, step: Any) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await step()
            except (*BUS_AWAY, DatabaseError) as error:
                log.warning("room.loop_failed", step=step.__name__, error=repr(error))
            except Exception:
                log.exception("room.loop_broken", step=step.__name__)

    def _fill_hole(self, room: Room) -> None:
        self._spawn(self._read_missing(room))

    async def _read_missing(self, room: Room) -> None:
        with contextlib.suppress(DatabaseError):
            events = await call_in_thread(
                room_reads.list_events, room.livestream, after=room.sequencer.seq
            )
            room.take(events)
            with contextlib.suppress(*BUS_AWAY):
                await call_in_thread(ring.write, room.livestream, events)

    async def _refresh(self, room: Room) -> None:
        """Tell what the tables say otherwise of all that has no number."""
        room.refreshed_at = time.monotonic()
        noted = room.state.note()
        with contextlib.suppress(DatabaseError, LivestreamMissing):
            snapshot = await call_in_thread(room_reads.read_room, room.livestream)
            room.limit(snapshot.audience)
            room.take(room.state.differ(snapshot.envelopes, noted))

    async def _sweep(self) -> None:
        """Find what the bus lost: read the tables for all rooms at once."""
        await self._tend_rooms()
        with contextlib.suppress(*BUS_AWAY):
            await self._bus.beat()
        before = {key: room.sequencer.seq for key, room in self.rooms.items()}
        if not before:
            return
        marks = await call_in_thread(room_reads.read_marks, list(before))
        for livestream, mark in marks.items():
            room = self.rooms.get(livestream)
            if room is not None and room.ready.is_set():
                self._compare(room, mark, before[livestream])
        await self._close_former_hosts()

    async def _close_former_hosts(self) -> None:
        """Send whose duty ended for a ticket without it; one query for all rooms."""
        hosts = [
            (room.livestream, member)
            for room in self.rooms.values()
            for member in room.hosts
        ]
        asked = {(livestream, member.person) for livestream, member in hosts}
        if not asked:
            return
        found = await call_in_thread(host_side.list_host_side, asked)
        for livestream, member in hosts:
            if (livestream, member.person) not in found:
                member.close(CLOSE_TICKET, "duty ended")

    async def _tend_rooms(self) -> None:
        """Look after slow sockets, empty rooms and a bus that was away."""
        for room in list(self.rooms.values()):
            room.check_slow()
            is_old = time.monotonic() - room.emptied_at > KEEP_EMPTY
            if not room.members and is_old:
                await self._close_room(room)
            elif not room.is_subscribed and await self._subscribe(room):
                self._spawn(self._refresh(room))

    def _compare(self, room: Room, mark: room_reads.RoomMark, before: int) -> None:
        if mark.seq < before or room.sequencer.is_contradicted:
            log.warning("room.went_back", room=room.livestream, seq=mark.seq)
            self._spawn(self._reread(room))
        elif mark.seq > room.sequencer.seq:
            self._loop.call_later(0.1, self._catch_up, room, mark.seq)
        self._compare_pins(room, mark.pins)
        if mark.audience:
            room.limit(mark.audience)
        for person in mark.banned:
            self.close_person(room.livestream, person, "banned")
        for person in mark.withdrawn:
            for member in room.list_sockets(person):
                if not member.is_host:
                    member.close(CLOSE_FORBIDDEN, "invitation withdrawn")

    def _catch_up(self, room: Room, seq: int) -> None:
        """Read what did not come; the bus may have lost more with it."""
        if room.sequencer.seq < seq:
            self._fill_hole(room)
            if time.monotonic() - room.refreshed_at > REFRESH_EVERY:
                self._spawn(self._refresh(room))

    def _compare_pins(self, room: Room, pins: Iterable[Envelope]) -> None:
        """Send what the tables say of pins where the room shows otherwise."""
        shown = room.state.values
        changes = [
            pin
            for pin in pins
            if (pin.is_end and pin.key in shown)
            or (not pin.is_end and getattr(shown.get(pin.key), "body", b"") != pin.body)
        ]
        if changes:
            room.take(changes)

    async def _reread(self, room: Room) -> None:
        """Start a room again whose newest chat a crash of the database took.

        Its sweep tries again where the database is away. What has no number and came
        while the tables were read is read once more.
        """
        with contextlib.suppress(*BUS_AWAY):
            await call_in_thread(ring.forget, room.livestream)
        try:
            snapshot = await call_in_thread(room_reads.read_room, room.livestream)
        except DatabaseError:
            return
        except LivestreamMissing:
            await self._close_room(room)
            room.restart(0, [])
        else:
            room.restart(snapshot.seq, snapshot.envelopes)
            await self._refresh(room)

    async def _tick_stock(self) -> None:
        """Read the stock of all rooms in one query and send what changed."""
        rooms = [key for key, room in self.rooms.items() if room.members]
        if not rooms:
            return
        stock = await call_in_thread(room_reads.read_stock, rooms)
        for livestream, changes in stock.items():
            room = self.rooms.get(livestream)
            if room is None:
                continue
            room.state.retain_stock(key.removeprefix("stock:") for key in changes)
            fresh = [
                change
                for key, change in changes.items()
                if (known := room.state.values.get(key)) is None
                or known.body != change.body
            ]
            if fresh:
                room.take(fresh)

    async def _count_votes(self) -> None:
        """Read the sums of all open polls in one query and send what changed."""
        rooms = [key for key, room in self.rooms.items() if room.members]
        if not rooms:
            return
        sums = await call_in_thread(poll_reads.read_sums, rooms)
        for livestream, counted in sums.items():
            room = self.rooms.get(livestream)
            if room is None:
                continue
            known = room.state.values.get(counted.key)
            if known is None or known.body != counted.body:
                room.take([counted])

    async def _send_reactions(self) -> None:
        for room in list(self.rooms.values()):
            if room.reactions:
                count, room.reactions = room.reactions, 0
                await send(room.livestream, [seal(Reactions(count=count))])

    async def _count_viewers(self) -> None:
        """Enter this process's viewers in turn and tell its sockets the count."""
        now = time.monotonic()
        for room in list(self.rooms.values()):
            if not room.members:
                continue
            viewers = room.list_due_viewers(now, every=VIEWERS_EVERY)
            count = await self._viewers.count(room.livestream, viewers)
            if count is not None:
                room.take(self._changed(room, describe(count)))

    def _changed(self, room: Room, envelopes: list[Envelope]) -> list[Envelope]:
        known = room.state.values
        return [
            one
            for one in envelopes
            if (old := known.get(f"{one.key}@{one.to}")) is None or old.body != one.body
        ]

    async def _close_room(self, room: Room) -> None:
        self.rooms.pop(room.livestream, None)
        metrics.ROOMS.set(len(self.rooms))
        room.close()
        if room.is_subscribed:
            with contextlib.suppress(*BUS_AWAY):
                await self._bus.unsubscribe(room.livestream)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _read_with_tail(livestream: str) -> tuple[RoomSnapshot, list[Envelope]]:
    """Read a room, and what a crowd that lost its process will ask this one for."""
    snapshot = room_reads.read_room(livestream)
    tail: list[Envelope] = []
    with contextlib.suppress(*BUS_AWAY):
        tail = ring.read_tail(livestream, until=snapshot.seq)
    return snapshot, tail


@functools.cache
def get_hub() -> Hub:
    """Return this process's hub."""
    return Hub()
