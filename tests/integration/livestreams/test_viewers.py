"""The most who watched at once: kept beyond each process, and never lowered."""

import asyncio

import pytest
import redis

from livestreams.broadcast.viewers import (
    PEAK,
    ViewerCounter,
    count_watched,
    name_peak,
    name_present,
)

SHOW = "a-show"


@pytest.fixture
def valkey(clean_valkey: redis.Redis) -> redis.Redis:
    """Return an empty Valkey."""
    return clean_valkey


async def count(counter: ViewerCounter, *viewers: str) -> int | None:
    return await counter.count(SHOW, dict.fromkeys(viewers, 0.0))


def test_a_process_that_starts_anew_does_not_lower_the_peak(
    valkey: redis.Redis,
) -> None:
    async def watch() -> list[int | None]:
        before, anew = ViewerCounter(), ViewerCounter()
        counted = [await count(before, "ada", "bob", "eve")]
        valkey.delete(name_present(SHOW))  # all have left
        counted += [await count(anew, "ada"), await count(before, "ada", "bob")]
        await before.close()
        await anew.close()
        return counted

    assert asyncio.run(watch()) == [3, 1, 2]
    assert count_watched(SHOW) == (3, 3)
    assert valkey.ttl(name_peak(SHOW)) > 0


def test_a_valkey_that_starts_anew_is_told_the_peak_again(valkey: redis.Redis) -> None:
    async def watch() -> None:
        counter = ViewerCounter()
        await count(counter, "ada", "bob", "eve")
        valkey.flushdb()
        await count(counter, "ada", "bob")
        await counter.close()

    asyncio.run(watch())
    assert count_watched(SHOW) == (2, 2)


def test_of_two_who_raise_the_peak_at_once_the_larger_stays(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the old peak; the one with fewer viewers writes last."""
    keep = ViewerCounter._raise_peak
    counters = ViewerCounter(), ViewerCounter()

    async def watch() -> None:
        few_read, more_written = asyncio.Event(), asyncio.Event()

        async def keep_in_turn(self: ViewerCounter, show: str, seen: int) -> None:
            if seen == 1:
                few_read.set()
                await more_written.wait()
            await keep(self, show, seen)
            more_written.set()

        monkeypatch.setattr(ViewerCounter, "_raise_peak", keep_in_turn)
        few = asyncio.create_task(count(counters[0], "ada"))
        await few_read.wait()
        await count(counters[1], "ada", "bob", "eve")
        await few
        for counter in counters:
            await counter.close()

    asyncio.run(watch())
    assert valkey.zscore(name_peak(SHOW), PEAK) == 3
