"""Recording a finished video file, as if it had been broadcast."""

import asyncio
from pathlib import Path

from livestreams.media.archive import Archive
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.fmp4 import Fragment, Init, Splitter
from livestreams.media.hooks import RecordingFacts
from livestreams.media.packager import Packager
from livestreams.media.stills import decode_still

READ_BYTES = 256 * 1024


def fragment_line(video: Path) -> list[str]:
    """Return the command that cuts a file into fragments without re-encoding."""
    flags = "frag_keyframe+empty_moov+default_base_moof+skip_trailer"
    return [
        find_ffmpeg(),
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-i", str(video)),
        *("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-f", "mp4", "-movflags", flags, "-frag_duration", "250000", "pipe:1"),
    ]


async def record_file(
    video: Path, archive: Archive, *, starts_at: float
) -> RecordingFacts:
    """Put a video into a show's folder as its recording, with a still.

    Raises:
        BrokenMp4Error: the file is no video that can be copied.
    """
    now = starts_at
    packager = Packager(archive, wall_clock=lambda: now)
    process = await asyncio.create_subprocess_exec(
        *fragment_line(video), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    splitter = Splitter()
    still: bytes | None = None
    while data := await process.stdout.read(READ_BYTES):
        for piece in splitter.feed(data):
            if isinstance(piece, Init):
                packager.start_epoch(piece)
                continue
            now = _end_of(piece, starts_at)
            await packager.add(piece)
            still = still or packager.find_still()
    await process.wait()
    await packager.end()
    picture = await decode_still(still) if still else None
    if picture:
        archive.keep_poster(picture)
    archive.live_since = starts_at
    return archive.close()


def _end_of(fragment: Fragment, starts_at: float) -> float:
    timing = fragment.timing
    return starts_at + (timing.start + timing.duration if timing else 0.0)
