"""The ring in Valkey: what a new process tells those whom another one lost."""

import datetime as dt
import random

import orjson
import pytest
import redis
from channels_redis.pubsub import RedisPubSubLoopLayer
from django.conf import settings

from livestreams.broadcast import bus, ring
from livestreams.broadcast.order import Sequencer
from livestreams.broadcast.state import RoomState
from livestreams.models import Livestream
from livestreams.protocol.asking import PollClosed, QuestionPinned, QuestionUnpinned
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Author, ChatPosted, ChatRemoved, Viewers

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def said(seq: int, text: str = "Hi", key: int | None = None) -> Envelope:
    message = ChatPosted(
        id=f"m{key or seq}", author=Author(name="Ada"), text=text, at=AT
    )
    return seal(message, seq=seq)


def removed(seq: int, key: int) -> Envelope:
    return seal(ChatRemoved(id=f"m{key}"), seq=seq)


def pinned(seq: int, text: str) -> Envelope:
    question = QuestionPinned(id="q", name="Ada", text=text, answer="", at=AT)
    return seal(question, seq=seq)


def kept(valkey: redis.Redis) -> bytes:
    rows = valkey.zrange(ring.name_ring("show"), 0, -1)
    return b"\n".join(rows)  # type: ignore[arg-type]


def test_the_ring_tells_what_came_after_a_number() -> None:
    ring.write("show", [said(seq) for seq in range(1, 6)])
    missed = ring.read("show", after=2, until=5)
    assert missed == [said(3), said(4), said(5)]
    assert ring.read("show", after=5, until=5) == []
    assert ring.read("another", after=0, until=1) is None


def test_a_ring_with_a_gap_leaves_the_word_to_the_table() -> None:
    ring.write("show", [said(1), said(2), said(4)])
    assert ring.read("show", after=1, until=4) is None
    assert ring.read("show", after=3, until=4) == [said(4)]
    assert ring.read("show", after=3, until=5) is None
    ring.write("show", [said(3)])
    assert ring.read("show", after=1, until=4) == [said(2), said(3), said(4)]


def test_the_ring_is_bounded_and_ends_by_itself(
    clean_valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MOST", 10)
    for seq in range(1, 31):
        ring.write("show", [said(seq)])
    assert clean_valkey.zcard(ring.name_ring("show")) == 10
    assert ring.read("show", after=20, until=30) is not None
    assert ring.read("show", after=19, until=30) is None
    left = clean_valkey.ttl(ring.name_ring("show"))
    assert 0 < left <= ring.KEEP_SECONDS


def test_words_that_left_the_room_leave_the_ring(clean_valkey: redis.Redis) -> None:
    ring.write("show", [said(1, "secret"), said(2, "well")])
    ring.write("show", [removed(3, key=1)])
    assert b"secret" not in kept(clean_valkey)
    missed = ring.read("show", after=0, until=3)
    assert missed == [removed(1, key=1), said(2, "well"), removed(3, key=1)]


def test_words_that_come_late_are_not_told_either() -> None:
    ring.write("show", [removed(2, key=1)])
    ring.write("show", [said(1, "secret")])
    missed = ring.read("show", after=0, until=2)
    assert missed == [removed(1, key=1), removed(2, key=1)]


def test_a_question_that_came_back_keeps_its_newest_words() -> None:
    unpinned = seal(QuestionUnpinned(id="q"), seq=2)
    ring.write("show", [pinned(1, "Old"), pinned(3, "New")])
    ring.write("show", [unpinned])
    missed = ring.read("show", after=0, until=3) or []
    assert [orjson.loads(one.body).get("text") for one in missed] == [None, None, "New"]


def test_the_end_of_a_poll_takes_back_nothing() -> None:
    closed = seal(PollClosed(id="p", votes=(1, 2), at=AT), seq=1)
    ring.write("show", [closed])
    assert ring.read("show", after=0, until=1) == [closed]


def test_a_number_that_a_crash_gave_twice_keeps_its_last_event() -> None:
    ring.write("show", [said(1, "lost with the disk")])
    ring.write("show", [said(1, "stored", key=7)])
    assert ring.read("show", after=0, until=1) == [said(1, "stored", key=7)]
    ring.forget("show")
    assert ring.read("show", after=0, until=1) is None


def test_only_durable_events_are_kept(clean_valkey: redis.Redis) -> None:
    ring.write("show", [seal(Viewers(count=3, label="3 watching"))])
    assert not clean_valkey.exists(ring.name_ring("show"))


def test_the_tail_leads_without_a_gap_to_where_the_table_stands() -> None:
    ring.write("show", [said(seq) for seq in (1, 2, 4, 5, 6)])
    assert ring.read_tail("show", until=5) == [said(4), said(5)]
    assert ring.read_tail("show", until=7) == []
    state = RoomState()
    state.prime(5, [], ring.read_tail("show", until=5))
    assert state.since(3) == [said(4), said(5)]
    assert state.since(2) is None


def test_the_channel_is_the_one_that_the_layer_hears() -> None:
    config = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    layer = RedisPubSubLoopLayer(**config)
    heard = layer._get_group_channel_name(bus.name_group("show"))
    assert bus.name_channel("show") == heard


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_lost_the_ring_tells_all_or_nothing(seed: int) -> None:
    """Writes get lost and change places; a told past is the true one in full."""
    luck = random.Random(seed)
    truth: list[Envelope] = []
    for seq in range(1, 41):
        if luck.random() < 0.2 and seq > 1:
            truth.append(removed(seq, key=luck.randrange(1, seq)))
        else:
            truth.append(said(seq, f"words {seq}"))
    written = [one for one in truth if luck.random() > luck.choice((0, 0, 0.05))]
    for at in range(0, len(written) - 1, luck.randrange(1, 6)):
        written[at], written[at + 1] = written[at + 1], written[at]
    for one in written:
        ring.write("show", [one])
    for after in range(41):
        missed = ring.read("show", after=after, until=40)
        if missed is not None:
            assert _follow(missed, after) == _follow(truth[after:], after)


def _follow(events: list[Envelope], after: int) -> dict[str, object]:
    state, order = RoomState(after), Sequencer(after)
    for envelope in events:
        for one in order.offer(envelope):
            state.apply(one)
    return {
        "seq": state.seq,
        "chat": [one.body for one in state.chat.values()],
        "told": state.since(after),
    }


def test_a_ring_that_valkey_lost_begins_anew(
    clean_valkey: redis.Redis, show: Livestream
) -> None:
    ring.write(show.public_id, [said(1)])
    clean_valkey.flushdb()
    clean_valkey.script_flush()
    ring.write(show.public_id, [said(2)])
    assert ring.read(show.public_id, after=0, until=2) is None
    assert ring.read(show.public_id, after=1, until=2) == [said(2)]
