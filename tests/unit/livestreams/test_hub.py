"""The room in one process: order, holes, flushes and slow sockets."""

import asyncio
import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import orjson
import pytest

from livestreams.broadcast import bus as bus_module
from livestreams.broadcast import hub as hub_module
from livestreams.broadcast import publish
from livestreams.broadcast import room as room_module
from livestreams.broadcast.bus import EVENTS, PULSE, Bus
from livestreams.broadcast.hub import Hub
from livestreams.broadcast.order import MOST_KNOWN, Sequencer
from livestreams.broadcast.room import Member, Room
from livestreams.broadcast.state import MOST_CHAT, RoomState
from livestreams.protocol.envelopes import HOSTS, VIEWERS, Envelope, seal
from livestreams.protocol.events import (
    Author,
    ChatHeld,
    ChatPosted,
    ChatRemoved,
    Hello,
    Reactions,
    StockChanged,
    Viewers,
    You,
    encode,
)
from livestreams.protocol.offers import OfferClosed, OfferOpened
from livestreams.protocol.pinning import PinRemoved
from livestreams.selectors.room import RoomMark, RoomSnapshot
from shopfront.common.sockets import Packet

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class ListSink:
    """Keeps what it is given; takes nothing while it is stuck."""

    def __init__(self) -> None:
        self.frames: list[list[dict[str, Any]]] = []
        self.is_stuck = False
        self.closed: tuple[int, str] | None = None

    def offer(self, packet: Packet) -> bool:
        if not self.is_stuck:
            self.frames.append(orjson.loads(packet.payload))
        return not self.is_stuck

    def has_room(self) -> bool:
        return not self.is_stuck

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for frame in self.frames for event in frame]

    @property
    def numbers(self) -> list[int]:
        return [event["seq"] for event in self.events if "seq" in event]


def say(seq: int, text: str = "Hi") -> Envelope:
    author = Author(name="Ada")
    return seal(ChatPosted(id=f"m{seq}", author=author, text=text, at=AT), seq=seq)


def stock(version: int, available: int) -> Envelope:
    change = StockChanged(
        version=version, variant="v1", product="p1", available=available, left=None
    )
    return seal(change)


def greet(seq: int) -> bytes:
    you = You(
        name="", role="viewer", can_chat=False, can_react=False, is_signed_in=False
    )
    return encode(Hello(seq=seq, you=you))


def open_room(members: Iterable[Member] = (), seq: int = 0, **options: Any) -> Room:
    room = Room("show", **options)
    room.prime(seq, [])
    for member in members:
        room.join(member, greet)
    return room


async def until_flushed(room: Room) -> None:
    """Let the loop run until the room has nothing more to write."""
    async with asyncio.timeout(20):
        while room._buffer or room._timer is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def test_events_leave_in_order_whatever_arrives() -> None:
    order = Sequencer(4)
    assert order.offer(say(6)) == []
    assert order.has_hole
    assert [event.seq for event in order.offer(say(5))] == [5, 6]
    assert order.offer(say(5)) == []
    assert not order.has_hole


def test_a_number_with_two_events_is_noticed_and_a_copy_is_none() -> None:
    order = Sequencer(0)
    order.reset(4, [say(3), say(4)])
    copies = [say(4), say(5), say(5), say(7), say(7), say(6)]
    withdrawn = seal(ChatRemoved(id="m5"), seq=5)  # as the table has m5 today
    assert sum(len(order.offer(one)) for one in (*copies, withdrawn)) == 3
    assert not order.is_contradicted
    for seq in (3, 7):
        order.reset(4, [say(3), say(4)])
        for one in (say(5), say(7)):
            order.offer(one)
        assert not order.is_contradicted
        order.offer(seal(ChatRemoved(id="another"), seq=seq))
        assert order.is_contradicted


def test_what_numbers_stood_for_is_known_of_the_newest() -> None:
    order = Sequencer(0)
    for seq in range(1, MOST_KNOWN + 11):
        order.offer(say(seq))
    assert len(order._known) == MOST_KNOWN
    assert min(order._known) == 11


async def test_a_room_that_starts_again_tells_nothing_of_the_past_it_lost() -> None:
    old, new = ListSink(), ListSink()
    room = open_room([Member(sink=old)])
    room.take([say(1), say(2), say(4)])
    room.restart(2, [say(1)])
    assert old.closed == (4409, "room was reset")
    room.join(Member(sink=new), greet)
    room.take([say(3)])
    await until_flushed(room)
    assert new.numbers == [2, 1, 3]
    assert not room.sequencer.has_hole
    room.close()


@pytest.mark.parametrize(
    ("taken", "is_read"), [("m2", False), ("another", True)], ids=["copy", "other"]
)
async def test_the_sweep_reads_a_room_again_whose_number_came_twice(
    taken: str, *, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    async def reread(self: Hub, room: Room) -> None:
        reads.append(room.livestream)

    monkeypatch.setattr(Hub, "_reread", reread)
    hub, room = Hub(), open_room()
    room.take([say(1), say(2), seal(ChatRemoved(id=taken), seq=2)])
    hub._compare(room, RoomMark(seq=2), before=2)
    await asyncio.gather(*hub._tasks)
    assert bool(reads) is is_read
    room.close()


async def test_a_room_tells_events_in_order_and_once() -> None:
    sink = ListSink()
    room = open_room([Member(sink=sink)])
    room.take([say(2), say(1), say(2), say(3)])
    await until_flushed(room)
    assert sink.numbers == [0, 1, 2, 3]
    assert sink.events[0]["type"] == "hello"
    room.close()


async def test_a_hole_is_asked_for_after_a_tenth_of_a_second() -> None:
    asked = asyncio.Event()
    room = open_room(fill_hole=lambda _: asked.set())
    room.take([say(3)])
    async with asyncio.timeout(20):
        await asked.wait()
    room.close()


async def test_a_hole_that_closed_by_itself_is_not_asked_for() -> None:
    asked: list[Room] = []
    room = open_room(fill_hole=asked.append)
    room.take([say(2)])
    room.take([say(1)])
    room._ask_for_hole()
    assert asked == []
    room.close()


async def test_events_before_the_snapshot_are_kept_for_after_it() -> None:
    sink = ListSink()
    room = Room("show")
    room.take([say(5), say(7), say(6)])
    room.prime(5, [say(5)])
    room.join(Member(sink=sink), greet)
    await until_flushed(room)
    assert [event.get("id") for event in sink.events] == [None, "m5", "m6", "m7"]
    room.close()


async def test_many_messages_leave_in_few_frames_of_bounded_size() -> None:
    sink = ListSink()
    room = open_room([Member(sink=sink)])
    room.take([say(seq, "x" * 200) for seq in range(1, 701)])
    await until_flushed(room)
    frames = sink.frames[1:]
    assert [event["seq"] for frame in frames for event in frame] == list(range(1, 701))
    assert max(len(frame) for frame in frames) <= room_module.MOST_EVENTS
    assert max(len(orjson.dumps(frame)) for frame in frames) <= room_module.MOST_BYTES
    room.close()


async def test_the_first_message_leaves_at_once_and_the_next_keeps_the_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_module, "LEAST_GAP", 0.5)  # far above a busy machine's
    loop = asyncio.get_running_loop()
    room = open_room([Member(sink=ListSink())])
    started = loop.time()
    room.take([say(1)])
    await until_flushed(room)
    assert loop.time() - started < room_module.LEAST_GAP
    room.take([say(2)])
    await until_flushed(room)
    assert loop.time() - started >= room_module.LEAST_GAP
    room.close()


async def test_a_slow_socket_misses_losable_events_only() -> None:
    slow, quick = ListSink(), ListSink()
    room = open_room([Member(sink=slow), Member(sink=quick)])
    slow.is_stuck = True
    room.take([seal(Reactions(count=3))])
    await until_flushed(room)
    slow.is_stuck = False
    room.take([say(1)])
    await until_flushed(room)
    assert slow.numbers == quick.numbers == [0, 1]
    assert "reactions" not in {event["type"] for event in slow.events}
    room.close()


async def test_a_socket_that_drains_in_time_gets_all_it_missed_and_the_state() -> None:
    sink = ListSink()
    room = open_room([Member(sink=sink)])
    sink.is_stuck = True
    room.take([say(1), stock(1, 9)])
    await until_flushed(room)
    room.take([say(2), stock(2, 8)])
    await until_flushed(room)
    sink.is_stuck = False
    room.check_slow()
    assert sink.numbers == [0, 1, 2]
    assert sink.events[-1]["available"] == 8
    room.close()


async def test_a_socket_that_drains_gets_what_was_for_it_alone_and_no_other() -> None:
    ada, bob = ListSink(), ListSink()
    room = open_room([Member(sink=ada, person="ada"), Member(sink=bob, person="bob")])
    ada.is_stuck = bob.is_stuck = True
    host_only = dataclasses.replace(stock(3, 7), to=HOSTS)
    room.take([say(1), held("m9"), host_only])
    await until_flushed(room)
    ada.is_stuck = bob.is_stuck = False
    room.check_slow()
    assert [event["type"] for event in ada.events] == [
        "hello",
        "chat.posted",
        "chat.held",
    ]
    assert [event["type"] for event in bob.events] == ["hello", "chat.posted"]
    room.close()


@pytest.mark.parametrize(
    ("told", "is_told_later"),
    [
        (seal(ChatHeld(id="m9", text="hm", state="held", explanation="", at=AT)), True),
        (dataclasses.replace(stock(3, 7), to=VIEWERS), True),
        (seal(Viewers(count=None, label="a few watching"), to=VIEWERS), False),
    ],
    ids=["person", "side", "losable"],
)
async def test_a_full_socket_is_told_later_what_was_for_it_alone(
    told: Envelope, *, is_told_later: bool
) -> None:
    sink = ListSink()
    member = Member(sink=sink, person="ada")
    room = open_room([member])
    sink.is_stuck = True
    room.take([dataclasses.replace(told, to=told.to or "ada")])
    await until_flushed(room)
    assert (member.behind_since is not None) is is_told_later
    sink.is_stuck = False
    room.check_slow()
    types = [event["type"] for event in sink.events]
    assert types == ["hello", orjson.loads(told.body)["type"]][: 1 + is_told_later]
    assert member.behind_since is None
    room.close()


@pytest.mark.parametrize("is_behind_before", [True, False])
@pytest.mark.parametrize(
    ("to", "is_closed"), [("", True), (VIEWERS, True), (HOSTS, False)]
)
async def test_a_full_socket_that_missed_an_end_is_sent_to_read_the_room_anew(
    to: str, *, is_closed: bool, is_behind_before: bool
) -> None:
    slow, quick = ListSink(), ListSink()
    room = open_room([Member(sink=slow), Member(sink=quick)])
    slow.is_stuck = True
    if is_behind_before:
        room.take([say(1)])
        await until_flushed(room)
        slow.is_stuck = False
    gone = dataclasses.replace(seal(PinRemoved(version=9, id="p1")), to=to)
    room.take([gone, say(2 if is_behind_before else 1)])
    await until_flushed(room)
    assert slow.closed == ((4408, "too slow") if is_closed else None)
    assert quick.closed is None
    assert ("pin.removed" in str(quick.events)) is is_closed
    room.close()


async def test_a_full_socket_that_missed_a_private_word_is_closed_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_module, "SLOW_AFTER", 0.0)
    sink = ListSink()
    room = open_room([Member(sink=sink, person="ada")])
    sink.is_stuck = True
    room.take([held("m9")])
    await until_flushed(room)
    room.check_slow()
    assert sink.closed == (4408, "too slow")
    room.close()


def test_what_is_for_a_role_is_in_the_snapshot_of_that_side() -> None:
    state = RoomState()
    state.prime(1, [dataclasses.replace(held("m1"), to=HOSTS)])
    assert len(state.snapshot("ada", is_host=True)) == 1
    assert state.snapshot("ada", is_host=False) == []


async def test_a_socket_that_stays_behind_is_closed_and_the_others_lose_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_module, "SLOW_AFTER", 0.0)
    slow, quick = ListSink(), ListSink()
    room = open_room([Member(sink=slow), Member(sink=quick)])
    slow.is_stuck = True
    for seq in range(1, 4):
        room.take([say(seq)])
        await until_flushed(room)
    assert slow.closed == (4408, "too slow")
    assert quick.numbers == [0, 1, 2, 3]
    assert len(room.members) == 1
    room.close()


async def test_private_events_reach_one_person_on_all_their_sockets() -> None:
    sinks = [ListSink() for _ in range(3)]
    people = ["ada", "ada", "bob"]
    pairs = zip(sinks, people, strict=True)
    room = open_room([Member(sink=sink, person=person) for sink, person in pairs])
    held = ChatHeld(id="m9", text="hm", state="held", explanation="", at=AT)
    room.take([seal(held, to="ada")])
    await until_flushed(room)
    assert [len(sink.events) for sink in sinks] == [2, 2, 1]
    room.close()


class SeenMember(Member):
    """Counts how often anything of any member is asked for."""

    asked = 0

    def __getattribute__(self, name: str) -> Any:
        SeenMember.asked += 1
        return super().__getattribute__(name)


async def test_what_concerns_one_person_asks_nobody_else() -> None:
    asked: dict[int, tuple[int, int, int]] = {}
    for others in (2, 300):
        ada = [SeenMember(sink=ListSink(), person="ada") for _ in range(2)]
        people = [f"person {n}" for n in range(others)] + [""] * others
        crowd = [SeenMember(sink=ListSink(), person=person) for person in people]
        hub, room = Hub(), open_room([*ada, *crowd])
        hub.rooms["show"] = room
        asked[others] = (
            count_asked(partial(room._write_some, held("m9"))),
            count_asked(partial(hub.close_person, "show", "ada", "banned")),
            count_asked(partial(hub.close_person, "show", "eve", "banned")),
        )
        sinks = [one.sink for one in ada]
        assert all(isinstance(sink, ListSink) and sink.closed for sink in sinks)
        assert not any(one.is_closed for one in crowd)
        assert count_asked(partial(room._write_some, to_viewers())) > others
        room.close()
    assert asked[2] == asked[300]
    assert asked[300][2] == 0


def count_asked(act: Callable[[], None]) -> int:
    before = SeenMember.asked
    act()
    return SeenMember.asked - before


def to_viewers() -> Envelope:
    return seal(Viewers(count=None, label="a few watching"), to=VIEWERS)


def test_a_room_forgets_a_person_with_the_last_socket() -> None:
    first, second = (Member(sink=ListSink(), person="ada") for _ in range(2))
    room = open_room([first, second, Member(sink=ListSink())])
    room.leave(first)
    room.leave(first)
    assert room.list_sockets("ada") == [second]
    room.leave(second)
    assert room.list_sockets("ada") == room.list_sockets("") == []
    assert room._by_person == {}


async def test_the_count_reads_differently_for_the_host() -> None:
    host, viewer = ListSink(), ListSink()
    room = open_room([Member(sink=host, is_host=True), Member(sink=viewer)])
    room.take(
        [
            seal(Viewers(count=3, label="3 watching"), to=HOSTS),
            seal(Viewers(count=None, label="a few watching"), to=VIEWERS),
        ]
    )
    await until_flushed(room)
    assert host.events[-1]["count"] == 3
    assert "count" not in viewer.events[-1]
    assert viewer.events[-1]["label"] == "a few watching"
    room.close()


def seat_viewers(*members: Member) -> Room:
    room = Room.__new__(Room)
    room.members = set(members)
    return room


def sit(viewer: str, *, is_counted: bool = True) -> Member:
    return Member(sink=ListSink(), viewer=viewer, is_counted=is_counted, joined_at=100)


def test_a_viewer_counts_after_five_seconds_and_tabs_count_once() -> None:
    first, second, host = sit("ada"), sit("ada"), sit("eve", is_counted=False)
    room = seat_viewers(first, second, host)
    for member in room.members:
        member.note_beat(101)
    assert room.list_due_viewers(104, every=10) == {}
    assert room.list_due_viewers(105, every=10) == {"ada": 4}
    assert room.list_due_viewers(110, every=10) == {}
    assert room.list_due_viewers(115, every=10) == {"ada": 14}


def test_a_socket_counts_only_while_its_player_beats() -> None:
    watching, reading = sit("ada"), sit("bob")
    room = seat_viewers(watching, reading)
    watching.note_beat(110)
    assert room.list_due_viewers(120, every=10) == {"ada": 10}
    assert room.list_due_viewers(139, every=10) == {"ada": 29}
    assert room.list_due_viewers(150, every=10) == {}
    watching.note_beat(151)
    assert room.list_due_viewers(152, every=10) == {"ada": 1}


def test_the_snapshot_keeps_the_last_messages() -> None:
    state = RoomState()
    for seq in range(1, MOST_CHAT + 11):
        state.apply(say(seq))
    bodies = [orjson.loads(body) for body in state.snapshot("", is_host=False)]
    assert [body["seq"] for body in bodies] == list(range(11, MOST_CHAT + 11))


def test_removed_text_leaves_snapshot_and_memory() -> None:
    state = RoomState()
    state.apply(say(1, "secret"))
    state.apply(seal(ChatRemoved(id="m1"), seq=2))
    assert state.snapshot("", is_host=False) == []
    missed = state.since(0)
    assert missed is not None
    assert [orjson.loads(event.body)["seq"] for event in missed] == [1, 2]
    assert not any(b"secret" in event.body for event in missed)


def test_memory_says_when_it_does_not_reach_back() -> None:
    state = RoomState()
    state.prime(10, [])
    assert state.since(10) == []
    assert state.since(9) is None
    state.apply(say(11))
    assert [event.seq for event in state.since(10) or []] == [11]


def test_an_older_version_never_replaces_a_newer_one() -> None:
    state = RoomState()
    assert state.apply(stock(2, 5))
    assert not state.apply(stock(1, 6))
    assert not state.apply(stock(2, 5))
    assert state.apply(stock(3, 6))


def test_a_removed_pin_does_not_come_back_by_a_late_event() -> None:
    state = RoomState()
    assert state.apply(seal(PinRemoved(version=9, id="p1")))
    late = Envelope(kind=stock(1, 1).kind, body=b"{}", key="pin:p1", version=8)
    assert not state.apply(late)
    assert state.values == {}


def test_an_offer_does_not_open_again_by_an_event_told_late() -> None:
    offer: dict[str, Any] = {
        "id": "o1",
        "product": "p1",
        "price": "£8",
        "price_minor": 800,
        "currency": "GBP",
        "is_from": False,
    }
    late = OfferOpened(
        version=8, was=None, was_minor=None, percent=0, ends_at=AT, **offer
    )
    state = RoomState()
    assert state.apply(seal(OfferClosed(version=9, **offer)))
    assert not state.apply(seal(late))
    assert state.values == {}
    assert state.apply(seal(dataclasses.replace(late, version=10)))


def held(identity: str, state: str = "held") -> Envelope:
    event = ChatHeld(id=identity, text="hm", state=state, explanation="", at=AT)
    return seal(event, to="ada")


def test_a_fresh_read_tells_what_the_bus_lost_and_nothing_else() -> None:
    state = RoomState()
    state.prime(3, [stock(1, 9), held("m1"), held("m2")])
    fresh = [stock(2, 8), held("m2"), held("m3")]
    changes = state.differ(fresh, state.note())
    assert changes == [stock(2, 8), held("m3")]
    for change in changes:
        state.apply(change)
    assert set(state.private["ada"]) == {"held:m2", "held:m3"}
    assert state.differ(fresh, state.note()) == []


def test_what_moved_while_it_was_read_anew_is_newer_than_the_read() -> None:
    state = RoomState()
    state.prime(3, [held("m1")])
    noted = state.note()
    state.apply(held("m2"))
    state.apply(held("m1", state="released"))
    assert state.differ([held("m1")], noted) == []
    assert set(state.private["ada"]) == {"held:m2"}


def test_a_missing_pulse_tells_that_the_bus_was_away() -> None:
    came_back: list[bool] = []
    bus = Bus(
        lambda livestream, envelopes: None,
        lambda livestream, person, reason: None,
        lambda: came_back.append(True),
    )
    for number, expected in ((1, 0), (2, 0), (4, 1), (5, 1), (9, 2)):
        bus.hear({"type": PULSE, "number": number})
        assert len(came_back) == expected


async def test_own_lines_come_before_the_bus_brings_them_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink = ListSink()
    room = open_room([Member(sink=sink)])
    carried: list[list[Envelope]] = []
    arrived = threading.Semaphore(0)

    def carry(_: str, told: list[Envelope]) -> None:
        carried.append(told)
        arrived.release()

    monkeypatch.setattr(bus_module, "send_durably", carry)
    bus = Bus(
        lambda livestream, envelopes: room.take(envelopes),
        lambda livestream, person, reason: None,
        lambda: None,
    )
    bus.listen_nearby()
    for told in ([say(1), say(2)], [stock(1, 4)]):
        await asyncio.to_thread(publish, "show", told)
    await asyncio.sleep(0)
    await until_flushed(room)
    assert sink.numbers == [0, 1, 2]
    assert [event["type"] for event in sink.events].count("stock.changed") == 0
    for _ in range(2):
        assert await asyncio.to_thread(arrived.acquire, timeout=30)
    for told in carried:
        rows = [one.pack() for one in told]
        bus.hear({"type": EVENTS, "room": "show", "events": rows})
    await until_flushed(room)
    assert sink.numbers == [0, 1, 2]
    assert [event["type"] for event in sink.events].count("stock.changed") == 1
    await bus.close()
    publish("show", [say(3)])
    assert [one.seq for one in carried[-1]] == [3]
    await asyncio.sleep(0)
    assert room.sequencer.seq == 2
    room.close()


async def test_who_comes_while_a_room_is_read_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[str] = []
    is_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def read(
        _reader: object, livestream: str
    ) -> tuple[RoomSnapshot, list[Envelope]]:
        reads.append(livestream)
        is_read.set()
        await may_go_on.wait()
        return RoomSnapshot(7, [], "everybody"), []

    async def subscribe(self: Hub, room: Room) -> bool:
        room.is_subscribed = True
        return True

    monkeypatch.setattr(hub_module, "call_in_thread", read)
    monkeypatch.setattr(Hub, "_subscribe", subscribe)
    monkeypatch.setattr(Hub, "_start_loops", lambda self: None)
    hub = Hub()
    first = asyncio.create_task(hub.open_room("show"))
    await is_read.wait()
    second = asyncio.create_task(hub.open_room("show"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not second.done()
    may_go_on.set()
    rooms = await asyncio.gather(first, second)
    assert reads == ["show"]
    assert rooms[0] is rooms[1]
    assert rooms[1].state.seq == 7
    rooms[0].close()
