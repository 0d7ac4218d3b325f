"""Files that the gateway gives out of recordings: ranges, parts, clips."""

import asyncio
from pathlib import Path

import pytest

from livestreams.media.bundling import BUNDLE, Bundle
from tests.media_lab import record_show, run_lab

SHOW = "show00000001"


async def test_a_recording_is_downloaded_as_mp4_by_ranges(tmp_path: Path) -> None:
    async with run_lab(tmp_path / "media") as lab:
        archive = await asyncio.to_thread(record_show, lab.gateway.folder / SHOW)
        folder = archive.folder
        address = lab.path(SHOW, "show1.mp4", "download")
        whole = await lab.http.get(address)
        assert whole.status_code == 200
        assert whole.headers["accept-ranges"] == "bytes"
        assert "attachment" in whole.headers["content-disposition"]
        size = len(whole.content)
        assert size == (folder / "show1.mp4").stat().st_size
        part = await lab.http.get(address, headers={"range": "bytes=10-19"})
        assert part.status_code == 206
        assert part.content == whole.content[10:20]
        assert part.headers["content-range"] == f"bytes 10-19/{size}"
        tail = await lab.http.get(address, headers={"range": "bytes=-7"})
        assert tail.content == whole.content[-7:]
        far = await lab.http.get(address, headers={"range": f"bytes={size}-"})
        assert far.status_code == 416
        head = await lab.http.head(address)
        assert (head.content, head.headers["content-length"]) == (b"", str(size))
        parts = await lab.http.get(lab.path(SHOW, "parts.json", "download"))
        assert parts.json() == {"parts": 1}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("clip", "show1.mp4"),
        ("clip", "closed.json"),
        ("clip", "clip_0000000000000000.mp4"),
        ("download", "clip_aaaaaaaa.mp4"),
        ("download", "show9.mp4"),
        ("download", "index.jsonl"),
        ("replay", "clip_aaaaaaaa.mp4"),
    ],
)
async def test_a_kind_opens_its_own_files_only(
    tmp_path: Path, kind: str, name: str
) -> None:
    async with run_lab(tmp_path / "media") as lab:
        folder = lab.gateway.folder / SHOW
        folder.mkdir(parents=True)
        (folder / "clip_aaaaaaaa.mp4").write_bytes(b"clip")
        (folder / "closed.json").write_bytes(b"{}")
        assert (await lab.http.get(lab.path(SHOW, name, kind))).status_code == 404


async def test_a_clip_is_given_with_the_right_token_only(tmp_path: Path) -> None:
    async with run_lab(tmp_path / "media") as lab:
        folder = lab.gateway.folder / SHOW
        folder.mkdir(parents=True)
        (folder / "clip_aaaaaaaa.mp4").write_bytes(b"clip")
        address = lab.path(SHOW, "clip_aaaaaaaa.mp4", "clip")
        assert (await lab.http.get(address)).content == b"clip"
        lab.hooks.tokens.clear()
        assert (await lab.http.get(address)).status_code == 403


async def test_what_a_creator_takes_along_is_fetched_by_ranges(tmp_path: Path) -> None:
    async with run_lab(tmp_path / "media") as lab:
        address = lab.path(SHOW, BUNDLE, "download")
        assert (await lab.http.get(address)).status_code == 404
        bundle = Bundle(lab.gateway.folder / SHOW, 1)
        bundle.add_text("READ-ME.txt", ["Yours."])
        path = bundle.finish()
        whole = await lab.http.get(address)
        assert whole.content == path.read_bytes()
        assert whole.headers["content-type"] == "application/zip"
        assert BUNDLE in whole.headers["content-disposition"]
        part = await lab.http.get(address, headers={"range": "bytes=0-1"})
        assert (part.status_code, part.content) == (206, b"PK")
        assert (await lab.http.get(lab.path(SHOW, BUNDLE, "clip"))).status_code == 404
        lab.hooks.tokens.clear()
        assert (await lab.http.get(address)).status_code == 403
