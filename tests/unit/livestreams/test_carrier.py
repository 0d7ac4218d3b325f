"""The carrier: own rooms first, then the bus, in one thread."""

import asyncio
import datetime as dt
import threading
from collections.abc import Sequence

from livestreams.broadcast.carrier import Carrier
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Author, ChatPosted

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def say(seq: int) -> Envelope:
    author = Author(name="Ada")
    return seal(ChatPosted(id=f"m{seq}", author=author, text="Hi", at=AT), seq=seq)


async def until_released(sent: threading.Semaphore, times: int) -> None:
    for _ in range(times):
        assert await asyncio.to_thread(sent.acquire, timeout=30)


async def test_what_waits_for_a_busy_bus_goes_on_together_and_in_order() -> None:
    may_go_on, sent = threading.Event(), threading.Semaphore(0)
    carried: list[tuple[str, list[int]]] = []

    def send(livestream: str, envelopes: Sequence[Envelope]) -> None:
        carried.append((livestream, [one.seq for one in envelopes]))
        sent.release()
        assert may_go_on.wait(30)

    carrier = Carrier(send)
    carrier.add("show", [say(1)])
    await until_released(sent, 1)
    for seq in (2, 3):
        carrier.add("show", [say(seq)])
    carrier.add("other", [say(1)])
    may_go_on.set()
    await until_released(sent, 2)
    assert carried == [("show", [1]), ("show", [2, 3]), ("other", [1])]
    await carrier.close()


async def test_a_bus_that_is_away_loses_what_waits_and_nothing_later() -> None:
    carried: list[int] = []
    sent = threading.Semaphore(0)

    def send(_: str, envelopes: Sequence[Envelope]) -> None:
        carried.append(envelopes[0].seq)
        sent.release()
        if len(carried) == 1:
            raise ConnectionRefusedError

    carrier = Carrier(send)
    for seq in (1, 2):
        carrier.add("show", [say(seq)])
        await until_released(sent, 1)
    assert carried == [1, 2]
    await carrier.close()


async def test_a_closed_carrier_carries_nothing_and_says_nothing() -> None:
    carried: list[str] = []
    carrier = Carrier(lambda livestream, _: carried.append(livestream))
    carrier.add("show", [say(1)])
    await carrier.close()
    carrier.add("show", [say(2)])
    await asyncio.sleep(0)
    assert carried == []
