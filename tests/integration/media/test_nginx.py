"""deploy/nginx.conf before a real gateway: who is let in, and what it spares."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.typing import Origin

from livestreams.access.playback import sign_path
from livestreams.media.flv import Tag
from tests.media_lab import KEY, SITE, Lab, decode, run_lab, until
from tests.nginx_lab import find_free_port, run_nginx, write_site
from tests.rtmp_pen import endless, run_feed

SHOW, OTHER, PERSON = "show00000001", "other0000001", "person000001"
LATER = int(time.time()) + 3600


@pytest_asyncio.fixture
async def front(
    tmp_path: Path, clip: list[Tag]
) -> AsyncIterator[tuple[Lab, httpx.AsyncClient]]:
    """Yield a gateway with a show, and a client of the nginx before it."""
    port = find_free_port()
    async with run_lab(tmp_path / "media") as lab:
        static = tmp_path / "static"
        await asyncio.to_thread(static.mkdir)
        await asyncio.to_thread((static / "site.css").write_text, "a {}")
        text = write_site(port, lab, tmp_path)
        base = f"http://127.0.0.1:{port}"
        async with (
            run_nginx(tmp_path / "nginx", text, port=port),
            run_feed(lab.server.rtmp.port, f"{SHOW}?key={KEY}", endless(clip)),
            httpx.AsyncClient(base_url=base, headers={"origin": SITE}) as client,
        ):
            await until(lambda: lab.gateway.find_show(SHOW) is not None)
            show = lab.gateway.find_show(SHOW)
            assert show is not None
            await until(lambda: show.packager.last_number >= 2)
            yield lab, client


def path(
    file: str, *, kind: str = "low", expires: int = LATER, person: str = ""
) -> str:
    """Return the path of a file with a token that is rightly signed."""
    return f"/{sign_path(SHOW, kind, expires, person)}/{SHOW}/{kind}/{file}"


def allow(lab: Lab, *paths: str) -> None:
    """Let the shop accept the tokens of paths."""
    lab.hooks.tokens |= {text.split("/")[1] for text in paths}


async def test_a_show_is_played_through_nginx(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    address = path("plain.m3u8")
    allow(lab, address)
    frames, complaints = await decode(f"{client.base_url}{address}", seconds=1)
    assert frames >= 20, complaints
    listed = await client.get(address)
    assert listed.headers["access-control-allow-origin"] == SITE
    segment = re.findall(r"^seg\d+\.m4s$", listed.text, re.M)[0]
    for _ in range(2):
        answer = await client.get(path(segment))
        assert answer.status_code == 200
    theirs = await client.get(address, headers={"origin": "http://other.example"})
    assert "access-control-allow-origin" not in theirs.headers
    assert (await client.get("/static/site.css")).text == "a {}"
    socket = f"{client.base_url}{path('ws')}".replace("http", "ws", 1)
    async with connect(socket, origin=Origin(SITE)) as fragments:
        assert "avc1." in str(await fragments.recv())


async def test_expired_and_foreign_tokens_are_refused_on_list_segment_and_socket(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    past = int(time.time()) - 10
    foreign = sign_path(OTHER, "low", LATER)
    for file in ("index.m3u8", "plain.m3u8", "seg0.m4s", "ws"):
        wrong = (
            path(file, expires=past),
            f"/{foreign}/{SHOW}/low/{file}",
            path(file, kind="still").replace("/still/", "/low/"),
            f"/{LATER}-{'a' * 22}/{SHOW}/low/{file}",
        )
        for address in wrong:
            allow(lab, address)
            assert (await client.get(address)).status_code == 403, address
    assert lab.hooks.asked == [], "the gateway was asked for a token that nginx knows"


async def test_a_cached_segment_is_not_given_to_a_token_of_another_class(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    low, still = path("seg0.m4s"), path("seg0.m4s", kind="still")
    allow(lab, low, still)
    assert (await client.get(low)).status_code == 200
    assert (await client.get(still)).status_code == 404


async def test_two_hundred_requests_of_one_list_cost_the_gateway_few(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    number = show.packager.last_number + 1
    address = f"{path('index.m3u8')}?_HLS_msn={number}&_HLS_part=0"
    allow(lab, address)
    answers = await asyncio.gather(*(client.get(address) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert f"part{number}.0.m4s" in answers[0].text
    await asyncio.sleep(1.1)  # nginx keeps a list for a second
    await asyncio.gather(*(client.get(address) for _ in range(100)))
    assert len(lab.hooks.asked) <= 5


async def test_a_limited_show_is_asked_for_once_in_five_seconds(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    mine, theirs = path("seg0.m4s", person=PERSON), path("seg0.m4s", person="x" * 12)
    allow(lab, mine)
    for _ in range(20):
        assert (await client.get(mine)).status_code == 200
        assert (await client.get(theirs)).status_code == 403
    listed = await client.get(path("plain.m3u8", person=PERSON))
    assert listed.status_code == 200
    asked = Counter(request.token for request in lab.hooks.asked)
    assert asked[theirs.split("/")[1]] == 1
    assert asked[mine.split("/")[1]] <= 4


async def test_hooks_and_numbers_of_the_gateway_are_not_reached_from_outside(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    _, client = front
    assert (await client.get("/may-play")).status_code == 404


@pytest.mark.parametrize("person", ["", PERSON])
@pytest.mark.parametrize("kind", ["clip", "download"])
async def test_a_file_that_broke_off_is_taken_up_by_its_range(
    front: tuple[Lab, httpx.AsyncClient], kind: str, person: str
) -> None:
    lab, client = front
    name = "clip_aaaaaaaa.mp4" if kind == "clip" else "show1.mp4"
    content = bytes(range(256)) * 2048
    folder = lab.gateway.folder / SHOW
    await asyncio.to_thread((folder / name).write_bytes, content)
    address = path(name, kind=kind, person=person)
    allow(lab, address)
    first = await client.get(address, headers={"range": "bytes=0-99999"})
    assert first.status_code == 206
    assert first.headers["content-range"] == f"bytes 0-99999/{len(content)}"
    rest = await client.get(address, headers={"range": "bytes=100000-"})
    assert first.content + rest.content == content
    assert rest.headers["access-control-allow-origin"] == SITE
    far = await client.get(address, headers={"range": f"bytes={len(content)}-"})
    assert far.status_code == 416
    foreign = address.replace(f"/{kind}/", "/still/")
    lab.hooks.tokens.clear()
    assert (await client.get(foreign)).status_code == 403


async def test_a_piece_of_a_replay_is_given_by_range_and_from_the_cache(
    front: tuple[Lab, httpx.AsyncClient],
) -> None:
    lab, client = front
    address = path("seg0.m4s", kind="replay")
    allow(lab, address)
    whole = await client.get(address)
    asked = len(lab.hooks.asked)
    part = await client.get(address, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert len(lab.hooks.asked) == asked
