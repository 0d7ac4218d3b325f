"""Walls of shows, with their viewers filled in."""

from collections.abc import Sequence
from dataclasses import replace

from livestreams.broadcast.counts import count_viewers, say_viewers
from livestreams.selectors.tiles import ShowTile


def with_viewers(shows: Sequence[ShowTile]) -> list[ShowTile]:
    """Return shows with the public's words for their viewers, most watched first."""
    counts = count_viewers([show.public_id for show in shows])
    ranked = sorted(shows, key=lambda show: -counts.get(show.public_id, 0))
    return [
        replace(show, viewers=say_viewers(counts.get(show.public_id, 0)))
        for show in ranked
    ]
