"""Files out of a recording: clips, and what a creator downloads."""

import asyncio
import re
from pathlib import Path

from livestreams.media.answers import NOT_HERE, Answer, FileAnswer
from livestreams.media.archive import Archive
from livestreams.media.bundling import BUNDLE
from livestreams.media.cutting import CuttingError, list_show_runs, write_part

CLIP = re.compile(r"clip_[0-9a-z]{6,32}\.(mp4|jpg)")
SHOW = re.compile(r"show([1-9]\d?)\.mp4")
DOWNLOAD = re.compile(rf"{SHOW.pattern}|{re.escape(BUNDLE)}")
KINDS = {
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "vtt": "text/vtt",
    "zip": "application/zip",
}
PRIVATE = "private, max-age=3600"


async def find_file(folder: Path, kind: str, name: str) -> Answer | FileAnswer:
    """Return a clip's file, or a recording as MP4, which the first demand makes."""
    if kind == "clip":
        match = CLIP.fullmatch(name)
        if match is not None and await asyncio.to_thread((folder / name).is_file):
            return FileAnswer(folder / name, KINDS[match[1]], PRIVATE)
        return NOT_HERE
    if name == BUNDLE:
        if await asyncio.to_thread((folder / name).is_file):
            return FileAnswer(folder / name, KINDS["zip"], PRIVATE, name)
        return NOT_HERE
    try:
        if name == "parts.json":
            return Answer.json(200, {"parts": await _count_parts(folder)})
        if numbered := SHOW.fullmatch(name):
            path = await asyncio.to_thread(write_part, folder, int(numbered[1]))
            return FileAnswer(path, KINDS["mp4"], PRIVATE, f"{folder.name}-{name}")
    except CuttingError:
        return NOT_HERE
    return NOT_HERE


async def _count_parts(folder: Path) -> int:
    archive = await asyncio.to_thread(Archive, folder)
    if archive.is_stored:
        return archive.count_stored_parts()
    return len(await asyncio.to_thread(list_show_runs, folder))
