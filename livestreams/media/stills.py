"""Stills: one picture of a show as JPEG, made when somebody asks for it."""

import asyncio
import time

from livestreams.media.archive import Archive
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.packager import Packager

FRESH_SECONDS = 2.5  # a shown one is at most 5 s old, by way of key frame and caches
MAKE_SECONDS = 10
MOST_AT_ONCE = 1
WIDTH = 480


def still_line() -> list[str]:
    """Return the command that turns a key frame into a JPEG."""
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-threads", "1"),
        *("-f", "mp4", "-i", "pipe:0", "-map", "0:v:0", "-frames:v", "1"),
        *("-vf", f"scale='min({WIDTH},iw)':-2", "-q:v", "4"),
        *("-f", "mjpeg", "pipe:1"),
    ]


async def decode_still(data: bytes) -> bytes | None:
    """Return the first picture of an init segment with a fragment as JPEG."""
    process = await asyncio.create_subprocess_exec(
        *still_line(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(MAKE_SECONDS):
            picture, _ = await process.communicate(data)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return picture or None


class Stills:
    """Makes at most one still per show in a few seconds, one at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)
        self._made_at: dict[str, float] = {}

    async def find(self, packager: Packager | None, archive: Archive) -> bytes | None:
        """Return the newest still, or None while the show has no picture."""
        if packager is not None and not self._is_fresh(archive):
            async with self._turn:
                if not self._is_fresh(archive):
                    await self._make(packager, archive)
        try:
            return await asyncio.to_thread(archive.poster.read_bytes)
        except OSError:
            return None

    def _is_fresh(self, archive: Archive) -> bool:
        made_at = self._made_at.get(archive.folder.name)
        return made_at is not None and time.monotonic() - made_at < FRESH_SECONDS

    async def _make(self, packager: Packager, archive: Archive) -> None:
        data = packager.find_still()
        picture = await decode_still(data) if data else None
        if picture:
            archive.keep_poster(picture)
            self._made_at[archive.folder.name] = time.monotonic()

    def forget(self, show: str) -> None:
        """Drop what is known of a closed show."""
        self._made_at.pop(show, None)
