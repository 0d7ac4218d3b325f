"""How much one gateway takes: per publisher, in all, and of its disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a gateway; the shop sets them by `MEDIA_*`."""

    most_bytes_per_second: int = 2_000_000  # 16 Mbit/s
    longest_side: int = 3_840  # pixels: 4K passes, 8K does not
    rate_seconds: float = 5
    most_shows: int = 40
    most_ladders: int = 0
    most_converted: int = 2  # pictures of browsers that record no H.264
    least_free_bytes: int = 512 * 1024 * 1024
    seconds_to_picture: float = 15
    seconds_to_sound: float = 8


def count_free_bytes(folder: Path) -> int:
    """Return what is free on the disk of a folder; nothing where it cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
