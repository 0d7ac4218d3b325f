"""Segments, parts, epochs, lists, and viewers that are too slow."""

import asyncio
import json
from pathlib import Path

import pytest

from livestreams.media.archive import COMPACT_AFTER, INDEX, Archive
from livestreams.media.fmp4 import Fragment, Init, Splitter
from livestreams.media.packager import LISTED_SEGMENTS, NoKeyFrameError, Packager
from livestreams.media.segments import Part, Segment, write_replay_list
from livestreams.media.subscribers import MOST_WAITING, Subscriber, Welcome
from tests.mp4_boxes import fragment, init_segment

NOON = 1_750_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


def new_packager(folder: Path, clock: Clock | None = None) -> Packager:
    return Packager(Archive(folder), wall_clock=clock or Clock())


async def feed(packager: Packager, data: bytes) -> None:
    for piece in Splitter().feed(data):
        if isinstance(piece, Init):
            packager.start_epoch(piece)
        else:
            await packager.add(piece)


async def feed_epoch(packager: Packager, seconds: int, clock: Clock) -> None:
    """Feed so many seconds with a key frame each, in four parts a second."""
    splitter = Splitter()
    data = init_segment()
    for quarter in range(seconds * 4):
        data += fragment(quarter / 4, 6, is_key=quarter % 4 == 0)
    for piece in splitter.feed(data):
        if isinstance(piece, Init):
            packager.start_epoch(piece)
        else:
            clock.now += 0.25
            await packager.add(piece)


async def test_a_segment_ends_at_a_key_frame_and_lies_on_disk(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 3, clock)
    text = packager.live_list(with_parts=False)
    assert text.count("#EXTINF:1.00000,") == 2
    assert (tmp_path / "seg0.m4s").stat().st_size > 0
    assert (tmp_path / "init0.mp4").read_bytes() == init_segment()
    assert "#EXT-X-MEDIA-SEQUENCE:0" in text


async def test_parts_are_listed_with_a_hint_of_the_next(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 2, clock)
    text = packager.live_list(with_parts=True)
    assert 'URI="part0.0.m4s",INDEPENDENT=YES' in text
    assert text.count("#EXT-X-PART:") == 8
    assert text.endswith('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part1.4.m4s"\n')
    assert packager.find_part(1, 3) is not None
    assert packager.find_part(1, 4) is None


async def test_programme_time_follows_the_picture(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 3, clock)
    moments = [
        line.partition(":")[2]
        for line in packager.live_list(with_parts=False).splitlines()
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME")
    ]
    assert moments == ["2025-06-15T15:06:40.000Z", "2025-06-15T15:06:41.000Z"]


async def test_a_new_epoch_is_a_discontinuity_and_numbers_go_on(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 2, clock)
    await packager.interrupt()
    await feed_epoch(packager, 2, clock)
    text = packager.live_list(with_parts=False)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert 'URI="init1.mp4"' in text
    assert "seg2.m4s" in text


async def test_a_new_gateway_goes_on_where_the_last_one_was_killed(
    tmp_path: Path,
) -> None:
    clock = Clock()
    await feed_epoch(new_packager(tmp_path, clock), 3, clock)
    with (tmp_path / INDEX).open("a") as index:
        index.write("[7, 0, 17500")  # the line that the crash cut off
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 2, clock)
    text = packager.live_list(with_parts=False)
    assert [line for line in text.splitlines() if line.startswith("seg")] == [
        "seg0.m4s",
        "seg1.m4s",
        "seg2.m4s",
    ]
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


async def test_an_epoch_without_a_key_frame_leaves_no_trace(tmp_path: Path) -> None:
    packager = new_packager(tmp_path)
    (init, piece) = Splitter().feed(init_segment() + fragment(0, 6, is_key=False))
    assert isinstance(init, Init)
    assert isinstance(piece, Fragment)
    packager.start_epoch(init)
    await packager.add(piece)
    assert packager.last is None
    assert packager.epoch == -1
    assert packager.live_list(with_parts=False).count("seg") == 0


async def test_a_picture_without_further_key_frames_is_refused(tmp_path: Path) -> None:
    packager = new_packager(tmp_path)
    data = init_segment() + fragment(0, 6)
    data += b"".join(fragment(n / 4, 6, is_key=False) for n in range(1, 60))
    with pytest.raises(NoKeyFrameError):
        await feed(packager, data)


async def test_the_window_and_the_memory_are_bounded(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 40, clock)
    text = packager.live_list(with_parts=True)
    assert text.count("#EXTINF") == LISTED_SEGMENTS - 1
    assert "#EXT-X-MEDIA-SEQUENCE:28" in text
    assert packager.find_segment(28) is None
    assert packager.find_segment(38) is not None


async def test_a_blocked_list_comes_with_its_part_or_after_a_while(
    tmp_path: Path,
) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 1, clock)
    assert await packager.wait_for(0, 3, seconds=1)
    assert not await packager.wait_for(0, 4, seconds=0.05)
    waiting = asyncio.create_task(packager.wait_for(1, None, seconds=5))
    await asyncio.sleep(0)
    await packager.end()
    assert await waiting
    assert packager.live_list(with_parts=True).endswith("#EXT-X-ENDLIST\n")


async def test_a_socket_begins_with_the_last_key_frame(tmp_path: Path) -> None:
    clock = Clock()
    packager = new_packager(tmp_path, clock)
    await feed_epoch(packager, 2, clock)
    subscriber = packager.subscribe()
    head = await subscriber.take()
    assert isinstance(head, str)
    assert json.loads(head)["clock"] == NOON
    assert await subscriber.take() == init_segment()
    parts = [await subscriber.take() for _ in range(4)]
    assert parts[0] == fragment(1, 6)
    await packager.end()
    assert await subscriber.take() is None


async def test_a_slow_viewer_skips_to_the_next_key_frame() -> None:
    subscriber = Subscriber()
    (init,) = Splitter().feed(init_segment())
    assert isinstance(init, Init)
    subscriber.welcome(Welcome(init, 0, NOON))
    for number in range(MOST_WAITING + 20):
        subscriber.offer(Part(b"%d" % number, 0.25, is_key=number % 4 == 0))
    assert subscriber.skipped_count > 10
    taken = [await subscriber.take() for _ in range(MOST_WAITING)]
    assert len(taken) == MOST_WAITING
    subscriber.offer(Part(b"between", 0.25, is_key=False))
    subscriber.offer(Part(b"key", 0.25, is_key=True))
    rest = [await subscriber.take()]
    while rest[-1] != b"key":
        rest.append(await subscriber.take())
    assert b"between" not in rest


def test_a_replay_lists_what_was_on_air(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for number in range(4):
        archive.write_segment(Segment(number, number // 2, NOON + number, 1.0))
    archive.live_since = NOON + 1.5
    facts = archive.close()
    text = write_replay_list(Archive(tmp_path).list_on_air())
    assert facts.seconds == 3
    assert "seg0" not in text
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.endswith("#EXT-X-ENDLIST\n")


def test_a_demo_show_keeps_a_bounded_recording(tmp_path: Path) -> None:
    archive = Archive(tmp_path, keep_seconds=10)
    for number in range(COMPACT_AFTER + 20):
        archive.write_segment(Segment(number, 0, NOON + number, 1.0))
    assert len(list(tmp_path.glob("seg*"))) == 10
    assert len((tmp_path / INDEX).read_text().splitlines()) < 40
    assert Archive(tmp_path).next_number == COMPACT_AFTER + 20


def test_a_full_disk_is_noticed_and_does_not_raise(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "show")
    (tmp_path / "show" / "seg0.m4s").mkdir()
    archive.write_segment(Segment(0, 0, NOON, 1.0))
    was_failing = archive.is_failing
    archive.write_segment(Segment(1, 0, NOON + 1, 1.0))
    assert (was_failing, archive.is_failing) == (True, False)
    assert [segment.number for segment in archive.segments] == [1]
