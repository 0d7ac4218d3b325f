"""Smaller pictures of a show: in step with it, and only where there is room."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from livestreams.media.limits import Limits
from tests.media_lab import Lab, decode, run_encoder, run_lab, until

SHOW, OTHER = "show00000001", "show00000002"
MOMENT = re.compile(r"#EXT-X-PROGRAM-DATE-TIME:\S+T(\d\d):(\d\d):([\d.]+)Z")


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with run_lab(tmp_path, limits=Limits(most_ladders=1)) as running:
        running.hooks.has_ladder = True
        yield running


def read_moments(text: str) -> list[float]:
    found = MOMENT.findall(text)
    return [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in found]


async def read(lab: Lab, name: str, show: str = SHOW) -> str:
    answer = await lab.http.get(lab.path(show, name, "standard"))
    assert answer.status_code == 200, answer.text
    return answer.text


async def wait_for_rungs(lab: Lab, segments: int) -> None:
    """Wait until every smaller picture of the show has so many segments."""

    def are_there() -> bool:
        rungs = lab.gateway.ladders.list_rungs(SHOW)
        return bool(rungs) and all(
            rung.packager.last_number >= segments for rung in rungs
        )

    await until(are_there)


async def test_smaller_pictures_keep_the_moments_of_the_show(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_rungs(lab, 3)
        master = await read(lab, "master.m3u8")
        small, source = await read(lab, "240_plain.m3u8"), await read(lab, "plain.m3u8")
        frames, complaints = await decode(
            lab.url(SHOW, "240_plain.m3u8", "standard"), seconds=2
        )
    assert frames >= 40, complaints
    lines = master.splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert names == ["plain.m3u8", "480_plain.m3u8", "240_plain.m3u8"]
    assert 'RESOLUTION=180x320,CODECS="avc1.' in master
    assert 'URI="240_init0.mp4"' in small
    assert "\n240_seg0.m4s" in small
    theirs = read_moments(source)
    for moment in read_moments(small)[:-1]:
        assert min(abs(moment - other) for other in theirs) < 0.1


async def test_a_new_encoder_begins_the_same_epoch_in_every_picture(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_rungs(lab, 1)
    async with run_encoder(lab.rtmp_url(SHOW)):
        show = lab.gateway.shows[SHOW]
        await until(lambda: show.packager.epoch == 1)
        rungs = lab.gateway.ladders.list_rungs(SHOW)
        await until(lambda: all(rung.packager.epoch == 1 for rung in rungs))
        await wait_for_rungs(lab, 3)
        assert "#EXT-X-DISCONTINUITY\n" in await read(lab, "240_plain.m3u8")


async def test_a_show_beyond_the_gateways_room_keeps_its_own_picture(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: lab.gateway.ladders.count == 1)
        async with run_encoder(lab.rtmp_url(OTHER)):
            await until(
                lambda: (
                    OTHER in lab.gateway.shows
                    and lab.gateway.shows[OTHER].packager.last is not None
                )
            )
            master = await read(lab, "master.m3u8", OTHER)
            refused = await lab.http.get(lab.path(OTHER, "240_plain.m3u8", "standard"))
    names = [line for line in master.splitlines() if not line.startswith("#")]
    assert names == ["plain.m3u8"]
    assert refused.status_code == 404
    assert lab.gateway.ladders.count == 1
