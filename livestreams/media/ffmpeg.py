"""Where ffmpeg is: the binary of its wheel, called as a child and never linked."""

from functools import cache

import imageio_ffmpeg


@cache
def find_ffmpeg() -> str:
    """Return the path of the ffmpeg binary."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())
