"""What one publisher or viewer makes a gateway hold, in bytes that wait (V-6).

Bytes are counted where they wait, not in the memory of the process, which keeps what
it once had.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from livestreams.media.archive import Archive
from livestreams.media.ingest import MOST_MESSAGE_BYTES
from livestreams.media.packager import Packager
from livestreams.media.remuxer import Remuxer
from livestreams.media.rtmp_chunks import MOST_PUBLISHER_BYTES
from livestreams.media.segments import Part
from livestreams.media.subscribers import MOST_WAITING_BYTES, Subscriber
from tests.media_lab import until

MOST_GROWTH = 20_000_000
CHUNK = bytes(64 * 1024)
LARGE_PART = bytes(400_000)  # a quarter of a second at 12.8 Mbit/s
SWALLOW = "import sys\nwhile sys.stdin.buffer.read(65536): pass"
TURNS = 300


async def pour(remuxer: Remuxer, written: list[int]) -> None:
    while True:
        await remuxer.write(CHUNK)
        written[0] += len(CHUNK)


async def until_still(written: list[int]) -> int:
    """Turn the loop until nothing has been written for many turns of it."""
    still, before = 0, -1
    while still < TURNS:
        still = still + 1 if written[0] == before else 0
        before = written[0]
        await asyncio.sleep(0)
    return before


async def test_a_publisher_is_read_no_faster_than_ffmpeg_takes(tmp_path: Path) -> None:
    packager = Packager(Archive(tmp_path), wall_clock=lambda: 0.0)
    line = [sys.executable, "-c", SWALLOW]
    remuxer = await Remuxer.start(packager, line, longest_side=1920)
    written = [0]
    os.kill(remuxer.pid, signal.SIGSTOP)
    pouring = asyncio.create_task(pour(remuxer, written))
    held = await until_still(written)
    assert 0 < held < 1_000_000
    assert held + max(MOST_PUBLISHER_BYTES, MOST_MESSAGE_BYTES) < MOST_GROWTH
    os.kill(remuxer.pid, signal.SIGCONT)
    await until(lambda: written[0] > held)
    pouring.cancel()
    await asyncio.gather(pouring, return_exceptions=True)
    await remuxer.stop()


async def test_a_viewer_that_takes_nothing_makes_the_gateway_hold_little() -> None:
    viewer = Subscriber()
    for number in range(400):
        viewer.offer(Part(LARGE_PART, 0.25, is_key=number % 4 == 0))
    viewer.end()
    held = 0
    while frame := await viewer.take():
        held += len(frame)
    assert held <= MOST_WAITING_BYTES + len(LARGE_PART)
    assert held < MOST_GROWTH
    assert viewer.skipped_count > 300
