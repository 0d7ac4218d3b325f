"""The edge of the socket: seats, pace and batches."""

import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from livestreams.consumers import batcher as batcher_module
from livestreams.consumers.batcher import MOST_MESSAGES, ChatBatcher, Store
from livestreams.consumers.limits import PersonLimits
from livestreams.consumers.seats import SeatRefused, find_offer, take_seat
from livestreams.errors import RoomBusy
from livestreams.models import ChatMessage
from livestreams.services.chat import NewMessage, Outcome


def message(text: str) -> NewMessage:
    return NewMessage(livestream="show", person="ada", badges=(), text=text)


def scope(*, origin: str | None, offers: Sequence[str] = ()) -> dict[str, object]:
    headers = [(b"host", b"shop.example")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return {"headers": headers, "subprotocols": list(offers)}


@pytest.fixture(autouse=True)
def plain_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run batches in threads that never had a connection; there is no database."""
    monkeypatch.setattr(batcher_module, "call_in_thread", asyncio.to_thread)


async def call_at_once(store: Store, batch: Sequence[NewMessage]) -> Sequence[Outcome]:
    return store(batch)


class Books:
    """Keeps batches as the database would."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def store(self, batch: Sequence[NewMessage]) -> list[Outcome]:
        self.batches.append([one.text for one in batch])
        return [ChatMessage(text=one.text) for one in batch]


async def test_messages_of_one_moment_are_stored_together_and_in_order() -> None:
    books = Books()
    batcher = ChatBatcher(books.store)
    texts = [f"line {n}" for n in range(10)]
    outcomes = await asyncio.gather(*(batcher.submit(message(t)) for t in texts))
    assert books.batches == [texts]
    rows = [one for one in outcomes if isinstance(one, ChatMessage)]
    assert [row.text for row in rows] == texts


async def test_a_full_batch_leaves_at_once_and_the_rest_follows() -> None:
    books = Books()
    batcher = ChatBatcher(books.store)
    texts = [f"line {n}" for n in range(MOST_MESSAGES + 5)]
    await asyncio.gather(*(batcher.submit(message(text)) for text in texts))
    assert [len(batch) for batch in books.batches] == [MOST_MESSAGES, 5]
    assert [text for batch in books.batches for text in batch] == texts


async def test_lines_that_reach_the_sockets_meanwhile_go_with_the_next_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batcher_module, "MOST_MESSAGES", 2)
    monkeypatch.setattr(batcher_module, "WAIT", 0)
    monkeypatch.setattr(batcher_module, "call_in_thread", call_at_once)
    books = Books()
    near, far = socket.socketpair()
    heard: list[asyncio.Task[Outcome]] = []

    def store(batch: Sequence[NewMessage]) -> list[Outcome]:
        if not books.batches:
            far.send(b"d")
        return books.store(batch)

    def hear() -> None:
        text = near.recv(1).decode()
        heard.append(asyncio.create_task(batcher.submit(message(text))))

    batcher = ChatBatcher(store)
    loop = asyncio.get_running_loop()
    loop.add_reader(near, hear)
    await asyncio.gather(*(batcher.submit(message(text)) for text in "abc"))
    await asyncio.gather(*heard)
    assert books.batches == [["a", "b"], ["c", "d"]]
    loop.remove_reader(near)
    near.close()
    far.close()


async def test_the_first_leaves_at_once_and_those_meanwhile_go_together() -> None:
    books = Books()
    is_storing, may_go_on = threading.Event(), threading.Event()

    def store(batch: Sequence[NewMessage]) -> list[Outcome]:
        is_storing.set()
        assert may_go_on.wait(30)
        return books.store(batch)

    batcher = ChatBatcher(store)
    first = asyncio.create_task(batcher.submit(message("first")))
    assert await asyncio.to_thread(is_storing.wait, 30)
    others = [asyncio.create_task(batcher.submit(message(t))) for t in "abc"]
    await asyncio.sleep(0)
    may_go_on.set()
    await asyncio.gather(first, *others)
    assert books.batches == [["first"], ["a", "b", "c"]]


async def test_what_was_not_stored_is_said_so_and_the_next_is_tried() -> None:
    books = Books()
    is_away = True

    def store(batch: Sequence[NewMessage]) -> list[Outcome]:
        if is_away:
            raise OperationalError
        return books.store(batch)

    batcher = ChatBatcher(store)
    assert isinstance(await batcher.submit(message("lost")), RoomBusy)
    is_away = False
    assert isinstance(await batcher.submit(message("kept")), ChatMessage)


async def test_a_crowd_beyond_measure_is_refused_at_the_door(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batcher_module, "MOST_WAITING", 1)
    batcher = ChatBatcher(Books().store)
    outcomes = await asyncio.gather(*(batcher.submit(message("x")) for _ in range(3)))
    assert sum(isinstance(outcome, RoomBusy) for outcome in outcomes) == 2


def test_a_person_may_burst_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    limits = PersonLimits()
    assert [limits.find_wait("ada", "chat.post") for _ in range(5)] == [0.0] * 5
    assert limits.find_wait("ada", "chat.post") == 1.4
    assert limits.find_wait("bob", "chat.post") == 0.0
    assert limits.find_wait("ada", "room.sync") == 0.0
    now = 101.5
    assert limits.find_wait("ada", "chat.post") == 0.0


def test_the_ticket_travels_as_a_subprotocol() -> None:
    assert find_offer({"subprotocols": ["chat", "ticket.abc"]}) == "ticket.abc"
    assert find_offer({"subprotocols": None}) is None


def test_a_guest_needs_the_right_origin() -> None:
    assert take_seat(scope(origin="http://shop.example"), "show") is None
    assert take_seat(scope(origin="http://testserver"), "show") is None
    for origin in (None, "null", "https://shop.example.evil.example"):
        with pytest.raises(SeatRefused) as caught:
            take_seat(scope(origin=origin), "show")
        assert caught.value.code == 4403


def test_a_ticket_from_another_origin_is_refused() -> None:
    foreign = scope(origin="https://evil.example", offers=["ticket.abc"])
    with pytest.raises(SeatRefused) as caught:
        take_seat(foreign, "show")
    assert caught.value.code == 4403
    tool = scope(origin=None, offers=["ticket.abc"])
    with pytest.raises(SeatRefused) as caught:
        take_seat(tool, "show")
    assert caught.value.code == 4401
