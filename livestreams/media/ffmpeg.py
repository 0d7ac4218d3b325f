"""Where ffmpeg is, called as a child and never linked; and how a child is buried."""

import asyncio
import contextlib
from functools import cache

import imageio_ffmpeg


@cache
def find_ffmpeg() -> str:
    """Return the path of the ffmpeg binary."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


async def bury(
    process: asyncio.subprocess.Process, *readers: "asyncio.Task[None]"
) -> None:
    """Kill a child that still runs, end who reads from it, and close its pipes.

    Safe to repeat: yes.
    """
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            await pipe.read()  # what nobody took would hold its pipe open
    await process.wait()
