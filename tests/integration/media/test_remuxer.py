"""One ffmpeg of a publisher ends with whoever stops it, whatever happens to them."""

import asyncio
import os
from pathlib import Path

import pytest

from livestreams.media import remuxer as engine
from livestreams.media.archive import Archive
from livestreams.media.packager import Packager
from livestreams.media.remuxer import Remuxer

STUBBORN = ["sleep", "60"]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def start(folder: Path) -> Remuxer:
    packager = Packager(Archive(folder), wall_clock=lambda: 0.0)
    return await Remuxer.start(packager, STUBBORN, longest_side=3840)


async def test_a_child_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "STOP_SECONDS", 0.1)
    remuxer = await start(tmp_path)
    await remuxer.stop()
    assert not is_there(remuxer.pid)


async def test_no_child_outlives_a_stop_that_was_cancelled(tmp_path: Path) -> None:
    remuxer = await start(tmp_path)
    stopping = asyncio.create_task(remuxer.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    assert stopping.cancelled()
    assert not is_there(remuxer.pid)
