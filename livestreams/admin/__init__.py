"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import (
    briefings,
    duties,
    moderation,
    shield,
    shows,
    veils,
    words,
)

__all__ = ["briefings", "duties", "moderation", "shield", "shows", "veils", "words"]
