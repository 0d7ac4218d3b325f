"""The fault table: each fault is told to the host and leaves other shows alone."""

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio

from livestreams.media import gateway as engine
from livestreams.media.faults import Fault
from livestreams.media.flv import AUDIO, VIDEO, Tag
from livestreams.media.hooks import Standing
from livestreams.media.limits import Limits
from livestreams.media.show import Show
from tests.media_lab import Lab, run_lab, until
from tests.rtmp_pen import Pen, endless, feed, make_tags, run_feed, run_pen, shift

SHOW, OTHER = "show00000001", "other0000001"
NAME = f"{SHOW}?key=right"
LIMITS = Limits(
    rate_seconds=1, seconds_to_picture=0.5, seconds_to_sound=0.5, least_free_bytes=1
)


@dataclass
class Stage:
    """A gateway with a show that is well; what each case plays its fault on."""

    lab: Lab
    clip: list[Tag]
    folder: Path

    def pen(self, name: str = NAME) -> "contextlib.AbstractAsyncContextManager[Pen]":
        """Connect one more encoder."""
        return run_pen(self.lab.server.rtmp.port, name)

    def show(self, name: str = SHOW) -> Show:
        """Return a show that is open."""
        show = self.lab.gateway.find_show(name)
        assert show is not None
        return show

    async def until_picture(self, count: int = 1) -> Show:
        """Wait until the show has so many segments."""
        gateway = self.lab.gateway

        def has_picture() -> bool:
            show = gateway.find_show(SHOW)
            return show is not None and show.packager.last_number >= count

        await until(has_picture)
        return self.show()


Case: TypeAlias = Callable[[Stage], Awaitable[None]]
CASES: dict[Fault, Case] = {}
OF_BROWSERS = {
    Fault.TAKEN_OVER_BY,
    Fault.BROWSER_FIRST,
    Fault.DISMISSED,
    Fault.BROWSER_GARBAGE,
    Fault.BROWSER_NO_PICTURE,
    Fault.BROWSER_FORMAT,
    Fault.TOO_MANY_CONVERTED,
}  # their cases stand in test_ingest.py


def case(fault: Fault) -> Callable[[Case], Case]:
    """Name the fault that a case shows."""

    def keep(function: Case) -> Case:
        CASES[fault] = function
        return function

    return keep


@pytest_asyncio.fixture
async def stage(
    tmp_path: Path, clip: list[Tag], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(engine, "WATCH_SECONDS", 0.2)
    async with run_lab(tmp_path / "media", limits=LIMITS) as lab:
        yield Stage(lab, clip, tmp_path)


def sending(
    stage: Stage, tags: Iterator[Tag], name: str = NAME
) -> "contextlib.AbstractAsyncContextManager[Pen]":
    """Let an encoder send until the block ends."""
    return run_feed(stage.lab.server.rtmp.port, name, tags)


async def until_heard(stage: Stage, fault: Fault) -> None:
    """Wait until the shop heard the sentence that the studio shows."""
    await until(lambda: (fault.sentence, SHOW) in stage.lab.hooks.heard)


def test_every_fault_has_a_case() -> None:
    assert set(CASES) | OF_BROWSERS == set(Fault)


def test_every_fault_says_something_of_its_own_and_fits_its_field() -> None:
    sentences = {fault.sentence for fault in Fault}
    assert len(sentences) == len(Fault)
    assert all(10 < len(sentence) <= 200 for sentence in sentences)


@pytest.mark.parametrize(
    "fault",
    [fault for fault in Fault if fault not in OF_BROWSERS],
    ids=lambda fault: fault.name.lower(),
)
async def test_a_fault_is_told_and_leaves_other_shows_alone(
    stage: Stage, fault: Fault
) -> None:
    async with sending(stage, endless(stage.clip), f"{OTHER}?key=right"):
        await until(lambda: stage.lab.gateway.find_show(OTHER) is not None)
        other = stage.show(OTHER)
        await until(lambda: other.packager.last_number >= 1)
        publisher, epoch = other.publisher, other.packager.epoch
        await CASES[fault](stage)
        before = other.packager.last_number
        await until(lambda: other.packager.last_number >= before + 2)
        assert other.publisher is publisher
        assert other.packager.epoch == epoch
    assert all(
        show == SHOW
        for sentence, show in stage.lab.hooks.heard
        if sentence in {fault.sentence for fault in Fault} - {NOT_RECORDED}
    )


NOT_RECORDED = Fault.NOT_RECORDED.sentence  # told to all whom it concerns


@case(Fault.GARBAGE)
async def garbage(stage: Stage) -> None:
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\x03" + os.urandom(9000)):
        port = stage.lab.server.rtmp.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(junk)
        writer.write_eof()
        async with asyncio.timeout(10):
            await reader.read()
        writer.close()
    async with stage.pen() as pen:
        await pen.send(stage.clip)
        await stage.until_picture()
        pen.write(b"\x03" + bytes(3) + b"\xff\xff\xff\x09" + bytes(4))
        await pen.until_over()
    await until_heard(stage, Fault.GARBAGE)


@case(Fault.WRONG_CODEC)
async def wrong_codec(stage: Stage) -> None:
    async with stage.pen() as pen:
        await pen.send([Tag(VIDEO, 0, b"\x12" + bytes(100))])
        assert await pen.until_over() == Fault.WRONG_CODEC.sentence
    await until_heard(stage, Fault.WRONG_CODEC)


@case(Fault.TOO_LARGE)
async def too_large(stage: Stage) -> None:
    source = ("-f", "lavfi", "-i", "color=size=7680x4320:rate=24")
    tags = make_tags(stage.folder, size="8k", frames=14, inputs=source)
    async with sending(stage, endless(tags)) as pen:
        assert await pen.until_over() == Fault.TOO_LARGE.sentence
    await until_heard(stage, Fault.TOO_LARGE)
    assert stage.show().packager.last is None


@case(Fault.TOO_MUCH)
async def too_much(stage: Stage) -> None:
    fat = [replace(tag, body=tag.body + bytes(400_000)) for tag in stage.clip[-1:]]
    async with stage.pen() as pen:
        await pen.send(stage.clip)
        while not pen.is_over.is_set():
            await pen.send(fat)
            await asyncio.sleep(0.01)
        assert await pen.until_over() == Fault.TOO_MUCH.sentence
    await until_heard(stage, Fault.TOO_MUCH)


@case(Fault.NO_PICTURE)
async def audio_only(stage: Stage) -> None:
    sound = [tag for tag in stage.clip if tag.kind == AUDIO]
    async with sending(stage, itertools.cycle(sound)) as pen:
        await asyncio.sleep(LIMITS.seconds_to_picture)
        await feed(pen, itertools.cycle(sound))
        assert await pen.until_over() == Fault.NO_PICTURE.sentence
    await until_heard(stage, Fault.NO_PICTURE)


@case(Fault.NO_SOUND)
async def video_only_plays_without_sound(stage: Stage) -> None:
    picture = [tag for tag in stage.clip if tag.kind == VIDEO]
    async with sending(stage, endless(picture)) as pen:
        show = await stage.until_picture(2)
        await until_heard(stage, Fault.NO_SOUND)
        assert show.packager.init is not None
        assert "mp4a" not in show.packager.init.codecs
        assert not pen.is_over.is_set()


@case(Fault.NO_KEY_FRAME)
async def never_a_key_frame(stage: Stage) -> None:
    tags = [tag for tag in stage.clip if tag.is_setup or not tag.is_key]
    async with sending(stage, endless(tags)) as pen:
        assert await pen.until_over() == Fault.NO_KEY_FRAME.sentence
    await until_heard(stage, Fault.NO_KEY_FRAME)


@case(Fault.CLOCK_JUMPED)
async def clock_jumps(stage: Stage) -> None:
    async with stage.pen() as pen:
        await pen.send(shift(stage.clip, 3_600_000))
        show = await stage.until_picture()
        await pen.send(stage.clip)
        await until(lambda: show.packager.epoch == 1)
        assert not pen.is_over.is_set()
        await until_heard(stage, Fault.CLOCK_JUMPED)


@case(Fault.NOT_READABLE)
async def not_readable(stage: Stage) -> None:
    junk = [
        replace(tag, body=tag.body[:5] + os.urandom(60))
        if tag.kind == VIDEO and tag.is_setup
        else tag
        for tag in stage.clip
        if tag.kind == VIDEO
    ]
    async with sending(stage, endless(junk)) as pen:
        assert await pen.until_over() == Fault.NOT_READABLE.sentence
    await until_heard(stage, Fault.NOT_READABLE)


@case(Fault.RESTARTED)
async def ffmpeg_killed(stage: Stage) -> None:
    async with sending(stage, endless(stage.clip)) as pen:
        show = await stage.until_picture()
        assert show.publisher is not None
        pid = show.publisher.ffmpeg_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: show.packager.epoch == 1)
        await until_heard(stage, Fault.RESTARTED)
        assert not pen.is_over.is_set()


@case(Fault.TAKEN_OVER)
async def two_publishers(stage: Stage) -> None:
    async with sending(stage, endless(stage.clip)) as first:
        await stage.until_picture()
        async with sending(stage, endless(stage.clip)) as second:
            assert await first.until_over() == Fault.TAKEN_OVER.sentence
            await until_heard(stage, Fault.TAKEN_OVER)
            await until(lambda: stage.show().packager.epoch == 1)
            assert not second.is_over.is_set()


@case(Fault.KEY_CHANGED)
async def key_changed(stage: Stage) -> None:
    async with sending(stage, endless(stage.clip)) as pen:
        show = await stage.until_picture()
        assert show.publisher is not None
        stage.lab.hooks.marks[SHOW] = "2"
        assert await pen.until_over() == Fault.KEY_CHANGED.sentence
    await until_heard(stage, Fault.KEY_CHANGED)


@case(Fault.SHOW_OVER)
async def a_moderator_ends_the_show(stage: Stage) -> None:
    async with sending(stage, endless(stage.clip)) as pen:
        await stage.until_picture()
        stage.lab.hooks.standings[SHOW] = Standing(is_allowed=False)
        assert await pen.until_over() == Fault.SHOW_OVER.sentence
    await until(lambda: ("closed", SHOW) in stage.lab.hooks.heard)
    await until_heard(stage, Fault.SHOW_OVER)


@case(Fault.TOO_MANY_FAILURES)
async def a_flood_of_wrong_keys(stage: Stage) -> None:
    async def guess() -> str:
        async with stage.pen(f"{SHOW}?key=wrong") as pen:
            return await pen.until_over()

    said = [sentence for _ in range(5) for sentence in await _together(guess, 40)]
    assert set(said) <= {"", "This stream key is wrong.", TOO_MANY}
    assert said.count(TOO_MANY) > said.count("This stream key is wrong.")
    assert stage.lab.gateway.find_show(SHOW) is None


TOO_MANY = Fault.TOO_MANY_FAILURES.sentence


async def _together(guess: Callable[[], Awaitable[str]], count: int) -> list[str]:
    answers = await asyncio.gather(
        *(guess() for _ in range(count)), return_exceptions=True
    )
    return [answer for answer in answers if isinstance(answer, str)]


@case(Fault.TOO_MANY_SHOWS)
async def too_many_shows(stage: Stage) -> None:
    stage.lab.gateway.limits = replace(LIMITS, most_shows=1)
    async with stage.pen() as pen:
        assert await pen.until_over() == Fault.TOO_MANY_SHOWS.sentence
    await until_heard(stage, Fault.TOO_MANY_SHOWS)


@case(Fault.SHOP_AWAY)
async def the_shop_is_away(stage: Stage) -> None:
    stage.lab.hooks.is_away = True
    async with stage.pen() as pen:
        assert await pen.until_over() == Fault.SHOP_AWAY.sentence
    stage.lab.hooks.is_away = False


@case(Fault.DISK_FULL)
async def no_new_show_on_a_full_disk(stage: Stage) -> None:
    stage.lab.gateway.limits = replace(LIMITS, least_free_bytes=1 << 60)
    await stage.lab.gateway.look_at_disk()
    async with stage.pen() as pen:
        assert await pen.until_over() == Fault.DISK_FULL.sentence
    await until_heard(stage, Fault.DISK_FULL)
    assert not (stage.lab.gateway.folder / SHOW).exists()


@case(Fault.NOT_RECORDED)
async def the_disk_fills_during_a_show(stage: Stage) -> None:
    gateway = stage.lab.gateway
    async with sending(stage, endless(stage.clip)) as pen:
        show = await stage.until_picture()
        gateway.limits = replace(LIMITS, least_free_bytes=1 << 60)
        await gateway.look_at_disk()
        kept = len(show.packager.archive.segments)
        await stage.until_picture(show.packager.last_number + 8)
        assert len(show.packager.archive.segments) == kept
        assert not pen.is_over.is_set()
        await until_heard(stage, Fault.NOT_RECORDED)
        text = (await stage.lab.http.get(stage.lab.path(SHOW, "plain.m3u8"))).text
        for name in (n for n in text.splitlines() if n.startswith("seg")):
            answer = await stage.lab.http.get(stage.lab.path(SHOW, name))
            assert answer.status_code == 200
        gateway.limits = LIMITS
        await gateway.look_at_disk()
        await until(lambda: len(show.packager.archive.segments) > kept)


async def test_a_disk_that_fails_at_writing_costs_the_recording_only(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    async with sending(stage, endless(stage.clip)) as pen:
        show = await stage.until_picture()
        monkeypatch.setattr(Path, "write_bytes", refuse)
        await stage.until_picture(show.packager.last_number + 3)
        await stage.lab.gateway.look_at_disk()
        await until_heard(stage, Fault.NOT_RECORDED)
        assert not pen.is_over.is_set()


async def test_no_folder_can_be_made_on_a_full_disk(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    async with stage.pen() as pen:
        assert await pen.until_over() == Fault.DISK_FULL.sentence
