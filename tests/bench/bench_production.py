"""The production layout: nginx and nginx-rtmp of deploy/ before a gateway."""

import asyncio
import logging
import re
import tempfile
import time
from pathlib import Path

import httpx

from livestreams.access.playback import sign_path
from livestreams.media.foreign import ForeignServers
from livestreams.media.hooks import Standing
from tests.bench.results import Result
from tests.media_lab import KEY, Lab, run_encoder, run_lab, until
from tests.nginx_lab import find_free_port, run_nginx, write_rtmp, write_site

SHOW = "show00000001"
SECRET = "a-secret-of-the-hooks-long-enough"
ASKED_AT_ONCE = 200
SEGMENTS = 400


def measure() -> list[Result]:
    """Start nginx with the shipped files and ask what a viewer costs the gateway."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure_all(Path(folder)))


async def measure_all(folder: Path) -> list[Result]:
    """Measure one thing after the other on one gateway."""
    site, rtmp = find_free_port(), find_free_port()
    servers = ForeignServers(
        secret=SECRET,
        addresses=frozenset({"127.0.0.1"}),
        pull_address=f"rtmp://127.0.0.1:{rtmp}/live",
    )
    async with run_lab(folder / "media", foreign=servers) as lab:
        rtmp_text, site_text = (
            write_rtmp(rtmp, lab, SECRET),
            write_site(site, lab, folder),
        )
        async with (
            run_nginx(folder / "rtmp", rtmp_text, port=rtmp),
            run_nginx(folder / "site", site_text, port=site),
        ):
            address = f"rtmp://127.0.0.1:{rtmp}/live/{SHOW}?key="
            results = [await measure_wrong_key(address)]
            async with run_encoder(address + KEY) as encoder:
                await until(lambda: _segments_of(lab) >= 3)
                limits = httpx.Limits(max_connections=ASKED_AT_ONCE)
                base = f"http://127.0.0.1:{site}"
                async with httpx.AsyncClient(base_url=base, limits=limits) as client:
                    results += await measure_lists(lab, client)
                results.append(await measure_kick(lab, encoder))
    return results


def _segments_of(lab: Lab) -> int:
    show = lab.gateway.find_show(SHOW)
    return show.packager.last_number if show else -1


async def measure_wrong_key(address: str) -> Result:
    """V-8: how long an encoder with a wrong key waits for its end at nginx-rtmp."""
    before = time.monotonic()
    async with run_encoder(address + "wrong") as encoder:
        await encoder.wait()
    seconds = time.monotonic() - before
    demand = "2 s"
    return Result(
        "nginx-rtmp: wrong key refused", f"{seconds:.2f} s", demand, seconds <= 2
    )


async def measure_kick(lab: Lab, encoder: asyncio.subprocess.Process) -> Result:
    """V-8: how long an encoder sends to nginx-rtmp after the shop ended its show."""
    before = time.monotonic()
    lab.hooks.standing = Standing(is_allowed=False)
    await encoder.wait()
    seconds = time.monotonic() - before
    return Result("nginx-rtmp: kicked", f"{seconds:.2f} s", "5 s", seconds <= 5)


async def measure_lists(lab: Lab, client: httpx.AsyncClient) -> list[Result]:
    """Ask for one list by many at once, and for one segment many times."""
    token = sign_path(SHOW, "low", int(time.time()) + 3600)
    lab.hooks.tokens.add(token)
    number = _segments_of(lab) + 1
    address = f"/{token}/{SHOW}/low/index.m3u8?_HLS_msn={number}&_HLS_part=0"
    answers = await asyncio.gather(*(client.get(address) for _ in range(ASKED_AT_ONCE)))
    assert all(answer.status_code == 200 for answer in answers)
    lists = len(lab.hooks.asked)
    names = re.findall(r"^seg\d+\.m4s$", answers[0].text, re.M)
    for _ in range(SEGMENTS // ASKED_AT_ONCE):
        path = f"/{token}/{SHOW}/low/{names[-1]}"
        given = await asyncio.gather(*(client.get(path) for _ in range(ASKED_AT_ONCE)))
        assert all(answer.status_code == 200 for answer in given)
    segments = len(lab.hooks.asked) - lists
    return [
        Result(
            f"{ASKED_AT_ONCE} viewers ask for one list: the gateway hears",
            f"{lists}",
            "5 or fewer",
            lists <= 5,
        ),
        Result(
            f"{SEGMENTS} requests of one segment: the gateway hears",
            f"{segments}",
            "5 or fewer",
            segments <= 5,
        ),
    ]
