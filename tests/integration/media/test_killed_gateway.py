"""A gateway killed in mid-show: the next one closes what it left open."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from livestreams.media.archive import Archive
from livestreams.media.hooks import Standing
from tests.media_lab import LabHooks, decode, run_encoder, run_lab, until

SHOW = "show00000001"
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import asyncio, sys
from pathlib import Path
from tests.media_lab import run_lab

async def run():
    async with run_lab(Path(sys.argv[1]), ports=(0, int(sys.argv[2]))):
        await asyncio.Event().wait()

asyncio.run(run())
"""


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_what_a_killed_gateway_left_open_becomes_a_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = find_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SCRIPT, str(tmp_path), str(port)), cwd=ROOT
    )
    folder = tmp_path / SHOW
    try:
        await until(lambda: can_connect(port))
        async with run_encoder(f"rtmp://127.0.0.1:{port}/live/{SHOW}?key=right"):
            await until(lambda: (folder / "seg2.m4s").exists())
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    kept = len(Archive(folder).segments)
    (folder / "seg99.m4s.half").write_bytes(b"half")
    with (folder / "index.jsonl").open("a") as index:
        index.write("[3, 0, 17")

    async def list_left_open(hooks: LabHooks) -> list[str]:
        hooks.standing = Standing(is_allowed=False)
        return [SHOW]

    monkeypatch.setattr(LabHooks, "list_left_open", list_left_open)
    async with run_lab(tmp_path) as lab:
        await until(lambda: SHOW in lab.hooks.recordings)
        assert lab.hooks.recordings[SHOW].seconds >= 2
        assert not list(folder.glob("*.half"))
        listed = (await lab.http.get(lab.path(SHOW, "vod.m3u8", "replay"))).text
        assert listed.count("#EXTINF") == kept
        assert "#EXT-X-ENDLIST" in listed
        frames, complaints = await decode(
            lab.url(SHOW, "vod.m3u8", "replay"), seconds=60
        )
        assert frames > 24
        assert "error" not in complaints.lower()


def can_connect(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
