"""The gate before the pages."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from shopfront.common import gate

PLACES = 3


class Page:
    """A slow page that notes how many ask for it at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.served: list[str] = []
        self.opens = asyncio.Event()

    async def __call__(self, scope: gate.Scope, _: Any, send: gate.Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if scope["path"] != "/quick/":
                await self.opens.wait()
        finally:
            self.now -= 1
        self.served.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def ask(door: gate.Gate, path: str, method: str = "GET") -> Mapping[str, Any]:
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(event: Mapping[str, Any]) -> None:
        sent.append(event)

    await door({"type": "http", "method": method, "path": path}, receive, send)
    return sent[0]


async def test_a_crowd_waits_in_line_and_everybody_is_served_in_turn() -> None:
    page = Page()
    door = gate.Gate(page, PLACES)
    paths = [f"/{number}" for number in range(20)]
    crowd = [asyncio.create_task(ask(door, path)) for path in paths]
    await asyncio.sleep(0)
    assert page.now == PLACES
    page.opens.set()
    answers = await asyncio.gather(*crowd)
    assert [answer["status"] for answer in answers] == [200] * 20
    assert page.most == PLACES
    assert page.served == paths


async def test_buyers_in_line_do_not_keep_people_from_looking() -> None:
    page = Page()
    door = gate.Gate(page, PLACES)
    buying = [asyncio.create_task(ask(door, "/buy/", "POST")) for _ in range(10)]
    await asyncio.sleep(0)
    assert (await ask(door, "/quick/"))["status"] == 200
    page.opens.set()
    await asyncio.gather(*buying)


async def test_who_waits_too_long_is_asked_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "PATIENCE_SECONDS", 0.01)
    page = Page()
    door = gate.Gate(page, 1)
    first = asyncio.create_task(ask(door, "/"))
    await asyncio.sleep(0)
    answer = await ask(door, "/shop/")
    assert answer["status"] == 503
    assert (b"x-error-code", b"shopfront.busy") in answer["headers"]
    assert (b"retry-after", b"5") in answer["headers"]
    page.opens.set()
    assert (await first)["status"] == 200


@pytest.mark.parametrize("leaver", ["in line", "inside"])
async def test_who_leaves_gives_the_place_to_the_next(leaver: str) -> None:
    page = Page()
    door = gate.Gate(page, 1)
    first = asyncio.create_task(ask(door, "/"))
    await asyncio.sleep(0)
    second = asyncio.create_task(ask(door, "/shop/"))
    await asyncio.sleep(0)
    gone, staying = (second, first) if leaver == "in line" else (first, second)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    page.opens.set()
    assert (await staying)["status"] == 200
    assert (await ask(door, "/"))["status"] == 200


async def test_health_is_answered_past_a_full_line() -> None:
    page = Page()
    door = gate.Gate(page, 1)
    first = asyncio.create_task(ask(door, "/"))
    await asyncio.sleep(0)
    health = asyncio.create_task(ask(door, "/healthz"))
    await asyncio.sleep(0)
    assert page.now == 2
    page.opens.set()
    await asyncio.gather(first, health)
