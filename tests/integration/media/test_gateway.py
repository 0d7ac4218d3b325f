"""The gateway with a real encoder: in, packaged, served, recorded."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from livestreams.media.faults import Fault
from livestreams.media.hooks import Standing
from tests.media_lab import SITE, Lab, decode, run_encoder, run_lab, until

SHOW = "show00000001"


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with run_lab(tmp_path) as running:
        yield running


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^seg(\d+)\.m4s$", text, re.M)]


async def wait_for_segments(lab: Lab, count: int) -> str:
    """Wait until so many segments are whole and return the list of the show."""

    def are_there() -> bool:
        show = lab.gateway.find_show(SHOW)
        return show is not None and show.packager.last_number >= count

    await until(are_there)
    answer = await lab.http.get(lab.path(SHOW, "index.m3u8"))
    assert answer.status_code == 200
    return answer.text


async def test_a_published_show_can_be_played(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        text = await wait_for_segments(lab, 3)
        assert "#EXT-X-PART:DURATION=" in text
        assert "#EXT-X-MAP:URI=" in text
        assert "DISCONTINUITY\n" not in text
        plain = await lab.http.get(lab.path(SHOW, "plain.m3u8"))
        assert "EXT-X-PART" not in plain.text
        frames, complaints = await decode(lab.url(SHOW, "plain.m3u8"), seconds=3)
        assert frames >= 70, complaints
        await until(lambda: ("published", SHOW) in lab.hooks.heard)


async def test_the_shop_hears_how_a_picture_with_silent_sound_arrives(
    lab: Lab,
) -> None:
    async with run_encoder(lab.rtmp_url(SHOW), sound="anullsrc=r=44100:cl=stereo"):
        await until(lambda: SHOW in lab.hooks.health)
        health = lab.hooks.health[SHOW]
    assert (health.width, health.height) == (180, 320)
    assert health.has_sound
    assert health.is_silent
    assert 0.8 < health.key_seconds < 1.2
    assert 20 < health.frames < 28
    assert health.kbits > 0


async def test_a_wrong_key_is_refused_with_a_sentence_and_leaves_no_file(
    lab: Lab,
) -> None:
    async with run_encoder(lab.rtmp_url(SHOW, key="wrong")) as encoder:
        async with asyncio.timeout(5):
            _, complaints = await encoder.communicate()
    assert b"This stream key is wrong." in complaints
    assert encoder.returncode != 0
    assert list(lab.gateway.folder.iterdir()) == []


async def test_garbage_ends_only_its_own_connection(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, 1)
        for junk in (b"GET / HTTP/1.1\r\n\r\n", os.urandom(9000), b"\x03" * 9000):
            port = lab.server.rtmp.port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(junk)
            writer.write_eof()
            async with asyncio.timeout(10):
                await reader.read()
            writer.close()
        await wait_for_segments(lab, 3)


async def test_a_reconnect_gives_a_discontinuity_and_goes_on_counting(
    lab: Lab,
) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        before = await wait_for_segments(lab, 2)
    await until(lambda: ("unpublished", SHOW) in lab.hooks.heard)
    async with run_encoder(lab.rtmp_url(SHOW)):
        text = await wait_for_segments(lab, numbers(before)[-1] + 5)
    found = numbers(text)
    assert found == list(range(found[0], found[0] + len(found)))
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert 'URI="init0.mp4"' in text
    assert 'URI="init1.mp4"' in text
    assert [fact for fact, _ in lab.hooks.heard].count("published") == 2


async def test_a_killed_ffmpeg_is_started_again(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        before = await wait_for_segments(lab, 2)
        show = lab.gateway.find_show(SHOW)
        assert show is not None
        assert show.publisher is not None
        pid = show.publisher.ffmpeg_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: show.packager.epoch == 1, seconds=6)
        await wait_for_segments(lab, numbers(before)[-1] + 3)


async def test_the_newest_encoder_with_the_key_wins(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)) as first:
        await wait_for_segments(lab, 1)
        async with run_encoder(lab.rtmp_url(SHOW)):
            async with asyncio.timeout(10):
                await first.wait()
            show = lab.gateway.find_show(SHOW)
            assert show is not None
            await until(lambda: show.has_picture)


async def test_an_ended_show_is_kicked_recorded_and_replayed(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)) as encoder:
        await wait_for_segments(lab, 3)
        lab.hooks.standing = Standing(is_allowed=False)
        async with asyncio.timeout(4):
            await encoder.wait()
        await until(lambda: ("closed", SHOW) in lab.hooks.heard)
    live = await lab.http.get(lab.path(SHOW, "index.m3u8"))
    assert "#EXT-X-ENDLIST" in live.text
    replay = await lab.http.get(lab.path(SHOW, "vod.m3u8", kind="replay"))
    assert replay.status_code == 200
    seconds = lab.hooks.recordings[SHOW].seconds
    assert seconds > 2.5
    frames, complaints = await decode(
        lab.url(SHOW, "vod.m3u8", kind="replay"), seconds=60
    )
    assert abs(frames / 24 - seconds) < 0.3, complaints


async def test_an_encoder_that_returns_while_its_show_is_closed_is_not_cut_off(
    lab: Lab,
) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, 1)
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    await until(lambda: show.publisher is None)
    async with show.turn:
        closing = asyncio.create_task(lab.gateway._close(show))
        await asyncio.sleep(0)
        show.publisher = came_back = object()  # type: ignore[assignment]
    await closing
    assert not show.is_closed
    assert show.publisher is came_back
    show.publisher = None
    await lab.gateway._close(show)
    assert show.is_closed


async def test_an_encoder_that_waited_for_a_closing_show_opens_it_anew(
    lab: Lab,
) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, 1)
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    await until(lambda: show.publisher is None)
    await show.turn.acquire()
    async with run_encoder(lab.rtmp_url(SHOW)):
        await until(lambda: bool(show.turn._waiters))
        show.is_closed = True
        show.turn.release()
        await until(lambda: lab.gateway.find_show(SHOW) is not show)
        await until(lambda: find_publisher(lab) is not None)
    assert show.publisher is None


def find_publisher(lab: Lab) -> object:
    show = lab.gateway.find_show(SHOW)
    return show and show.publisher


async def test_an_encoder_with_a_changed_key_is_sent_away_at_once(lab: Lab) -> None:
    lab.hooks.mark = "1"
    async with run_encoder(lab.rtmp_url(SHOW)) as encoder:
        await wait_for_segments(lab, 1)
        assert encoder.returncode is None
        lab.hooks.mark = "2"
        await until(lambda: encoder.returncode is not None)
    await until(lambda: (Fault.KEY_CHANGED.sentence, SHOW) in lab.hooks.heard)
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    before = show.packager.last_number
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, before + 2)


async def test_a_shop_that_is_away_kills_no_running_show(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)) as encoder:
        before = await wait_for_segments(lab, 1)
        lab.hooks.is_away = True
        await wait_for_segments(lab, numbers(before)[-1] + 3)
        assert encoder.returncode is None
        lab.hooks.is_away = False


async def test_a_strange_token_is_refused_on_list_segment_and_socket(
    lab: Lab,
) -> None:
    strange = "1-bbbbbbbbbbbbbbbbbbbbbb"
    async with run_encoder(lab.rtmp_url(SHOW)):
        text = await wait_for_segments(lab, 1)
        segment = f"seg{numbers(text)[0]}.m4s"
        for file in ("index.m3u8", segment, "poster.jpg"):
            answer = await lab.http.get(lab.path(SHOW, file, token=strange))
            assert answer.status_code == 403
        url = lab.url(SHOW, "ws").replace("http", "ws", 1)
        async with connect(url.replace(url.split("/")[3], strange)) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
        assert "expired" in closed.value.rcvd.reason


async def test_fragments_arrive_over_a_socket_from_a_key_frame_on(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, 1)
        url = lab.url(SHOW, "ws").replace("http", "ws", 1)
        async with connect(url, origin=Origin(SITE)) as socket:
            head = await socket.recv()
            assert isinstance(head, str)
            assert 'codecs=\\"avc1.' in head
            init = await socket.recv()
            assert isinstance(init, bytes)
            assert init[4:8] == b"ftyp"
            fragment = await socket.recv()
            assert isinstance(fragment, bytes)
            assert fragment[4:8] == b"moof"


async def test_a_still_is_made_when_asked_for(lab: Lab) -> None:
    async with run_encoder(lab.rtmp_url(SHOW)):
        await wait_for_segments(lab, 1)
        answer = await lab.http.get(lab.path(SHOW, "poster.jpg", kind="still"))
        assert answer.status_code == 200
        assert answer.content[:3] == b"\xff\xd8\xff"


async def test_a_picture_in_another_format_is_refused(lab: Lab) -> None:
    video = ("flv1", "-b:v", "300k")
    async with run_encoder(lab.rtmp_url(SHOW), video=video) as encoder:
        async with asyncio.timeout(15):
            _, complaints = await encoder.communicate()
        assert encoder.returncode != 0
    assert b"H.264" in complaints
    await until(lambda: (Fault.WRONG_CODEC.sentence, SHOW) in lab.hooks.heard)
    show = lab.gateway.find_show(SHOW)
    assert show is not None
    assert show.packager.last is None


async def test_only_the_site_may_read_answers_from_a_page(lab: Lab) -> None:
    ours = await lab.http.get("/healthz", headers={"origin": SITE})
    theirs = await lab.http.get("/healthz", headers={"origin": "http://other.example"})
    assert ours.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in theirs.headers
    assert (await lab.http.get("/readyz")).status_code == 200
    assert "shopfront_media_shows 0" in (await lab.http.get("/metrics")).text
