"""nginx-rtmp with deploy/nginx-rtmp.conf before a real gateway; MediaMTX's calls."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from livestreams.media import gateway as engine
from livestreams.media.faults import Fault
from livestreams.media.flv import BrokenFlvError, TagSplitter
from livestreams.media.foreign import ForeignServers
from livestreams.media.hooks import Standing
from tests.media_lab import KEY, TOKEN, Lab, decode, run_encoder, run_lab, until
from tests.nginx_lab import find_free_port, run_nginx, write_rtmp

SHOW = "show00000001"
SECRET = "a-secret-of-the-hooks-long-enough"


@pytest_asyncio.fixture
async def front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Lab, int]]:
    """Yield a gateway with open hooks, and the RTMP port of the nginx before it."""
    monkeypatch.setattr(engine, "WATCH_SECONDS", 0.2)
    port = find_free_port()
    servers = ForeignServers(
        secret=SECRET,
        addresses=frozenset({"127.0.0.1"}),
        pull_address=f"rtmp://127.0.0.1:{port}/live",
    )
    async with run_lab(tmp_path / "media", foreign=servers) as lab:
        text = write_rtmp(port, lab, SECRET)
        async with run_nginx(tmp_path / "nginx", text, port=port):
            yield lab, port


async def wait_for_segments(lab: Lab, count: int) -> None:
    def are_there() -> bool:
        show = lab.gateway.find_show(SHOW)
        return show is not None and show.packager.last_number >= count

    await until(are_there)


async def test_a_picture_through_nginx_is_played_and_a_kicked_encoder_dropped(
    front: tuple[Lab, int],
) -> None:
    lab, port = front
    url = f"rtmp://127.0.0.1:{port}/live/{SHOW}?key={KEY}"
    async with run_encoder(url) as encoder:
        await wait_for_segments(lab, 2)
        frames, complaints = await decode(lab.url(SHOW, "plain.m3u8"), seconds=1)
        assert frames >= 20, complaints
        assert encoder.returncode is None
        lab.hooks.standing = Standing(is_allowed=False)
        await until(lambda: encoder.returncode is not None)
    await until(lambda: ("closed", SHOW) in lab.hooks.heard)


async def test_a_wrong_key_is_refused_by_nginx_and_nobody_else_may_read_there(
    front: tuple[Lab, int],
) -> None:
    lab, port = front
    async with run_encoder(f"rtmp://127.0.0.1:{port}/live/{SHOW}?key=wrong") as encoder:
        await until(lambda: encoder.returncode is not None)
    assert lab.gateway.find_show(SHOW) is None
    assert list(lab.gateway.folder.iterdir()) == []


async def test_an_encoder_that_leaves_nginx_leaves_the_gateway(
    front: tuple[Lab, int],
) -> None:
    lab, port = front
    async with run_encoder(f"rtmp://127.0.0.1:{port}/live/{SHOW}?key={KEY}"):
        await wait_for_segments(lab, 1)
    await until(lambda: ("unpublished", SHOW) in lab.hooks.heard)


async def ask(lab: Lab, event: str, secret: str = SECRET, **sent: object) -> int:
    """Call a hook and return the status of its answer."""
    path = f"/hooks/media/{event}/"
    headers = {"authorization": f"Bearer {secret}"}
    answer = await lab.http.post(path, headers=headers, **sent)  # type: ignore[arg-type]
    return answer.status_code


async def test_mediamtx_asks_for_publishers_and_players_at_one_address(
    front: tuple[Lab, int],
) -> None:
    lab, _ = front
    question = {"action": "publish", "path": f"live/{SHOW}", "ip": "192.0.2.7"}
    right, wrong = question | {"query": f"key={KEY}"}, question | {"query": "key=no"}
    assert await ask(lab, "auth", json=right) == 204
    assert await ask(lab, "auth", json=wrong) == 403
    assert lab.gateway.find_show(SHOW) is None, "the picture is not there yet"
    read = question | {"action": "read"}
    assert await ask(lab, "auth", json=read) == 403
    assert await ask(lab, "auth", json=read | {"query": f"token={TOKEN}"}) == 204
    assert await ask(lab, "auth", json=read | {"ip": "127.0.0.1"}) == 204
    assert await ask(lab, "auth", json=question | {"action": "api"}) == 403


async def test_mediamtx_says_when_a_picture_can_be_pulled(
    front: tuple[Lab, int],
) -> None:
    lab, _ = front
    call = {"path": f"live/{SHOW}", "query": f"key={KEY}", "id": "7"}
    assert await ask(lab, "published", data=call) == 204
    assert await ask(lab, "still", data=call) == 204
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    first = show.publisher
    assert await ask(lab, "still", data=call | {"id": "8"}) == 204
    assert show.publisher is not first
    answer = await lab.http.post(f"/hooks/media/still/{SECRET}/", data=call)
    assert answer.status_code == 403
    assert answer.json()["detail"] == Fault.TAKEN_OVER.sentence
    assert await ask(lab, "unpublished", data=call | {"id": "8"}) == 204
    await until(lambda: show.publisher is None)


@pytest.mark.parametrize("secret", ["-", "guessed"])
async def test_the_hooks_are_closed_to_those_without_the_secret(
    tmp_path: Path, secret: str
) -> None:
    servers = ForeignServers(SECRET, frozenset({"127.0.0.1"}), "rtmp://127.0.0.1/live")
    async with run_lab(tmp_path, foreign=servers) as lab:
        assert await ask(lab, "publish", secret, data={"name": SHOW, "key": KEY}) == 404
        assert await ask(lab, "publish", content=b"x" * 20_000) == 400
        headers = {"content-type": "application/json"}
        assert await ask(lab, "auth", content=b"[1]") == 403
        path = f"/hooks/media/auth/{SECRET}/"
        answer = await lab.http.post(path, content=b"[1]", headers=headers)
        assert answer.status_code == 400


async def test_the_hooks_are_closed_to_other_addresses(tmp_path: Path) -> None:
    servers = ForeignServers(SECRET, frozenset({"192.0.2.1"}), "rtmp://127.0.0.1/live")
    async with run_lab(tmp_path, foreign=servers) as lab:
        assert await ask(lab, "publish", data={"name": SHOW, "key": KEY}) == 404
    async with run_lab(tmp_path) as lab:
        answer = await lab.http.post("/hooks/media/publish/")
        assert answer.status_code == 405


def test_what_is_no_flv_is_refused() -> None:
    assert list(TagSplitter().feed(b"FL")) == []
    with pytest.raises(BrokenFlvError):
        list(TagSplitter().feed(b"<html>not a picture</html>"))


async def test_pulls_are_given_up_when_the_gateway_stops(
    front: tuple[Lab, int],
) -> None:
    lab, _ = front
    call = {"path": f"live/{SHOW}", "query": f"key={KEY}", "id": "7"}
    assert await ask(lab, "published", data=call) == 204
    assert lab.server.foreign is not None
    await asyncio.wait_for(lab.server.foreign.pulls.stop(), 10)
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    assert show.publisher is None
