"""What the gateway remembers of who may watch."""

import pytest

from livestreams.media.leave import Leave


class Shop:
    def __init__(self) -> None:
        self.asked = 0
        self.answer = True
        self.is_away = False

    async def ask(self, show: str, person: str) -> bool:
        self.asked += 1
        if self.is_away:
            raise ConnectionError
        return self.answer


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def leave(shop: Shop) -> Leave:
    return Leave(shop.ask)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the engine's clock; tests move its only entry."""
    moment = [100.0]
    monkeypatch.setattr("livestreams.media.leave.time.monotonic", lambda: moment[0])
    return moment


async def test_an_answer_is_asked_again_after_five_seconds(
    shop: Shop, leave: Leave, now: list[float]
) -> None:
    assert await leave.holds("show", "ada")
    shop.answer = False
    assert await leave.holds("show", "ada")
    assert shop.asked == 1
    now[0] += 5
    assert not await leave.holds("show", "ada")


async def test_while_the_shop_is_away_what_it_said_last_holds(
    shop: Shop, leave: Leave, now: list[float]
) -> None:
    assert await leave.holds("show", "ada")
    shop.is_away = True
    now[0] += 6
    assert await leave.holds("show", "ada")
    assert not await leave.holds("show", "eve")
