"""A browser publishes over a socket: recorded, packaged and played as any other."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from livestreams.media.faults import Fault
from livestreams.media.ingest import (
    BEGIN_AGAIN,
    MOST_REASON_BYTES,
    NOT_ALLOWED,
    SENT_AWAY,
    UNUSABLE,
)
from livestreams.media.show import Show
from tests.media_lab import KEY, Lab, decode, run_lab, until
from tests.recorder import VP8, make_recording, run_recorder
from tests.rtmp_pen import endless, make_tags, run_feed, run_pen

SHOW = "show00000001"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_recording(tmp_path_factory.mktemp("recording"))


@pytest_asyncio.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with run_lab(tmp_path) as running:
        yield running


async def until_picture(lab: Lab, *, epoch: int = 0) -> Show:
    """Wait until viewers have two segments of an epoch."""
    gateway = lab.gateway

    def has_picture() -> bool:
        show = gateway.find_show(SHOW)
        if show is None or show.packager.epoch < epoch:
            return False
        return show.packager.last_number >= 1

    await until(has_picture)
    show = gateway.find_show(SHOW)
    assert show is not None
    return show


async def test_a_browsers_picture_is_packaged_and_acknowledged(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(lab.port, SHOW, recording=recording) as recorder:
        await until_picture(lab)
        await until(lambda: bool(recorder.acks) and recorder.acks[-1] > 0)
        await until(lambda: ("published", SHOW) in lab.hooks.heard)
        assert recorder.acks[-1] <= len(recording)
        frames, complaints = await decode(lab.url(SHOW, "plain.m3u8"), seconds=1)
        assert frames >= 20, complaints
    await until(lambda: ("unpublished", SHOW) in lab.hooks.heard)


async def test_a_recording_without_h264_is_converted(lab: Lab, tmp_path: Path) -> None:
    recording = make_recording(tmp_path, VP8)
    async with run_recorder(lab.port, SHOW, recording=recording):
        await until_picture(lab)
        frames, complaints = await decode(lab.url(SHOW, "plain.m3u8"), seconds=1)
        assert frames >= 10, complaints


async def test_a_new_recorder_of_the_same_person_goes_on_without_a_slate(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(lab.port, SHOW, recording=recording) as first:
        await until_picture(lab)
        async with run_recorder(lab.port, SHOW, recording=recording):
            await first.until_over()
            assert (first.code, first.reason) == (SENT_AWAY, "")
            await until_picture(lab, epoch=1)
            assert ("unpublished", SHOW) not in lab.hooks.heard
    said = {sentence for sentence, _ in lab.hooks.heard}
    assert said.isdisjoint(fault.sentence for fault in Fault)


async def test_a_co_host_takes_the_picture_over_by_name(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(lab.port, SHOW, recording=recording) as first:
        await until_picture(lab)
        async with run_recorder(
            lab.port, SHOW, ticket="right.Bo", recording=recording
        ) as second:
            sentence = "Bo took over the picture of this show."
            assert await first.until_over() == sentence
            assert first.code == SENT_AWAY
            await until_picture(lab, epoch=1)
            await until(lambda: (sentence, SHOW) in lab.hooks.heard)
            assert not second.is_over.is_set()
            assert ("unpublished", SHOW) not in lab.hooks.heard


async def test_a_co_host_who_was_dismissed_is_sent_away_and_the_host_stays(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(
        lab.port, SHOW, ticket="right.Bo", recording=recording
    ) as sent:
        await until_picture(lab)
        lab.hooks.dismissed.add("Bo")
        assert await sent.until_over() == Fault.DISMISSED.sentence
        assert sent.code == SENT_AWAY
    async with run_recorder(lab.port, SHOW, recording=recording) as host:
        await until_picture(lab, epoch=1)
        await until(lambda: (Fault.DISMISSED.sentence, SHOW) in lab.hooks.heard)
        assert not host.is_over.is_set()


async def test_an_encoder_that_reconnects_takes_nothing_back_from_a_person(
    lab: Lab, recording: bytes, tmp_path: Path
) -> None:
    clip = make_tags(tmp_path)
    port, name = lab.server.rtmp.port, f"{SHOW}?key={KEY}"
    async with run_feed(port, name, endless(clip)) as encoder:
        await until_picture(lab)
        async with run_recorder(
            lab.port, SHOW, ticket="right.Bo", recording=recording
        ) as recorder:
            assert await encoder.until_over() == Fault.TAKEN_OVER_BY.tell_of("Bo")
            await until_picture(lab, epoch=1)
            async with run_pen(port, name) as again:
                assert await again.until_over() == Fault.BROWSER_FIRST.sentence
            assert (Fault.BROWSER_FIRST.sentence, SHOW) in lab.hooks.heard
            assert not recorder.is_over.is_set()
    await until(lambda: ("unpublished", SHOW) in lab.hooks.heard)
    async with run_feed(port, name, endless(clip)):
        await until_picture(lab, epoch=2)


@pytest.mark.parametrize("name", ["Bo", "ö" * 100, "語" * 50, "n" * 150])
def test_who_took_over_is_named_within_what_a_socket_can_say(name: str) -> None:
    said = Fault.TAKEN_OVER_BY.tell_of(name)
    assert said.startswith(name[:20])
    assert said.endswith(" took over the picture of this show.")
    assert len(said.encode()) <= MOST_REASON_BYTES


async def test_who_takes_over_and_sends_nothing_loses_the_picture(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(lab.port, SHOW, recording=recording):
        show = await until_picture(lab)
        async with run_recorder(lab.port, SHOW, ticket="right.Bo"):
            await until(lambda: show.publisher is not None)
        await until(lambda: ("unpublished", SHOW) in lab.hooks.heard)


@pytest.mark.parametrize(
    ("ticket", "origin", "sentence"),
    [
        ("wrong", "http://testserver", "This stream key is wrong."),
        ("right.anna", "https://foreign.test", "This page may not publish here."),
    ],
)
async def test_a_foreign_ticket_or_page_is_refused_with_a_reason(
    lab: Lab, ticket: str, origin: str, sentence: str
) -> None:
    async with run_recorder(lab.port, SHOW, ticket=ticket, origin=origin) as recorder:
        assert await recorder.until_over() == sentence
        assert recorder.code == NOT_ALLOWED
    assert list(lab.gateway.folder.iterdir()) == []


async def test_an_ffmpeg_that_dies_asks_the_page_to_begin_again(
    lab: Lab, recording: bytes
) -> None:
    async with run_recorder(lab.port, SHOW, recording=recording) as recorder:
        show = await until_picture(lab)
        assert show.publisher is not None
        assert show.publisher.ffmpeg_pid is not None
        os.kill(show.publisher.ffmpeg_pid, signal.SIGKILL)
        assert await recorder.until_over() == Fault.RESTARTED.sentence
        assert recorder.code == BEGIN_AGAIN


async def _send_noise(lab: Lab) -> tuple[int, str]:
    async with run_recorder(lab.port, SHOW) as recorder:
        await recorder.send(os.urandom(4000))
        await recorder.until_over()
        return recorder.code, recorder.reason


async def _send_text(lab: Lab) -> tuple[int, str]:
    async with run_recorder(lab.port, SHOW) as recorder:
        await recorder.send("hello")
        await recorder.until_over()
        return recorder.code, recorder.reason


async def _send_header_then_noise(lab: Lab) -> tuple[int, str]:
    async with run_recorder(lab.port, SHOW) as recorder:
        await recorder.send(b"\x1a\x45\xdf\xa3" + b"V_MPEG4/ISO/AVC" + bytes(20))
        for _ in range(40):
            await recorder.send(os.urandom(9000))
        await recorder.until_over()
        return recorder.code, recorder.reason


BAD: list[Callable[[Lab], Awaitable[tuple[int, str]]]] = [
    _send_noise,
    _send_text,
    _send_header_then_noise,
]


@pytest.mark.parametrize("send", BAD)
async def test_garbage_ends_its_own_socket_with_a_sentence(
    lab: Lab, send: Callable[[Lab], Awaitable[tuple[int, str]]]
) -> None:
    assert await send(lab) == (UNUSABLE, Fault.BROWSER_GARBAGE.sentence)


async def test_sound_alone_is_told_to_choose_a_camera(lab: Lab, tmp_path: Path) -> None:
    sound = make_recording(tmp_path, ())
    async with run_recorder(lab.port, SHOW, recording=sound) as recorder:
        assert await recorder.until_over() == Fault.BROWSER_NO_PICTURE.sentence


async def test_a_form_that_we_do_not_take_is_named(lab: Lab, tmp_path: Path) -> None:
    recording = make_recording(tmp_path, VP8).replace(b"V_VP8", b"V_AV1")
    async with run_recorder(lab.port, SHOW, recording=recording) as recorder:
        assert await recorder.until_over() == Fault.BROWSER_FORMAT.sentence


async def test_no_more_pictures_are_converted_than_the_server_can(
    lab: Lab, tmp_path: Path
) -> None:
    lab.gateway.limits = replace(lab.gateway.limits, most_converted=0)
    recording = make_recording(tmp_path, VP8)
    async with run_recorder(lab.port, SHOW, recording=recording) as recorder:
        assert await recorder.until_over() == Fault.TOO_MANY_CONVERTED.sentence
