"""Simulcast: a copy reaches another server, and a dead one never hurts the show."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pytest_django.fixtures import Settings

from livestreams.media import gateway as engine
from livestreams.media import relay
from livestreams.media.flv import Tag
from livestreams.media.hooks import RelayState, RelayTarget, Standing
from livestreams.media.relay import FORBIDDEN, REFUSED, find_route, relay_line
from shopfront.common.outgoing import AddressInternal
from tests.media_lab import KEY, Lab, run_lab, until
from tests.nginx_lab import find_free_port
from tests.rtmp_pen import endless, run_feed

SHOW = "show00000001"
NAME = f"{SHOW}?key={KEY}"


@pytest_asyncio.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    monkeypatch.setattr(engine, "WATCH_SECONDS", 0.2)
    async with run_lab(tmp_path / "media") as running:
        yield running


def stand(lab: Lab, *targets: RelayTarget) -> None:
    """Let the shop name the targets of the show."""
    lab.hooks.standing = Standing(is_allowed=True, relays=targets)


async def test_a_copy_reaches_another_server_and_survives_a_reconnect(
    lab: Lab,
    clip: list[Tag],
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.OUTGOING_INTERNAL = True
    monkeypatch.setattr(relay, "SURE_AFTER_SECONDS", 0.2)
    async with run_lab(tmp_path / "far") as far:
        url = f"rtmp://localhost:{far.server.rtmp.port}/live"
        stand(lab, RelayTarget("good", url, f"{SHOW}?key={KEY}"))

        def has_copy(count: int) -> bool:
            show = far.gateway.find_show(SHOW)
            return show is not None and show.packager.last_number >= count

        async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
            await until(lambda: has_copy(1))
            sending = ("good", RelayState.SENDING, "")
            await until(lambda: sending in lab.hooks.relayed_to)
        copy = far.gateway.find_show(SHOW)
        assert copy is not None
        before = copy.packager.last_number
        async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
            await until(lambda: has_copy(before + 2))
            stand(lab)
            await until(lambda: copy.publisher is None)
        assert lab.hooks.relayed_to[-1] == ("good", RelayState.IDLE, "")


async def test_a_dead_target_is_told_and_the_show_goes_on(
    lab: Lab, clip: list[Tag], settings: Settings
) -> None:
    settings.OUTGOING_INTERNAL = True
    url = f"rtmp://127.0.0.1:{find_free_port()}/live"
    stand(lab, RelayTarget("dead", url, "very-secret"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)) as pen:
        dead = ("dead", RelayState.FAILING, REFUSED)
        await until(lambda: dead in lab.hooks.relayed_to)
        show = lab.gateway.find_show(SHOW)
        assert show is not None
        before = show.packager.last_number
        await until(lambda: show.packager.last_number >= before + 2)
        assert not pen.is_over.is_set()
        assert show.packager.epoch == 0


async def test_an_address_inside_our_network_is_never_connected_to(
    lab: Lab, clip: list[Tag]
) -> None:
    url = f"rtmp://127.0.0.1:{lab.server.rtmp.port}/live"
    stand(lab, RelayTarget("inner", url, f"other0000001?key={KEY}"))
    async with run_feed(lab.server.rtmp.port, NAME, endless(clip)):
        inner = ("inner", RelayState.FAILING, FORBIDDEN)
        await until(lambda: inner in lab.hooks.relayed_to)
    assert lab.gateway.find_show("other0000001") is None


def test_the_checked_number_is_what_is_connected_to(settings: Settings) -> None:
    target = RelayTarget("one", "rtmp://localhost:1936/app", "key")
    with pytest.raises(AddressInternal):
        find_route(target)
    settings.OUTGOING_INTERNAL = True
    address, server = find_route(target)
    assert address in {"rtmp://127.0.0.1:1936/app/key", "rtmp://[::1]:1936/app/key"}
    assert server == "rtmp://localhost:1936/app"
    assert "key" not in repr(target).replace("key=", "")
    assert relay_line(address, server)[-1] == address
    secure = RelayTarget("two", "rtmps://localhost/app", "key")
    assert find_route(secure)[0] == "rtmps://localhost:443/app/key"
