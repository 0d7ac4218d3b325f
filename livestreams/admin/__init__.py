"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import (
    briefings,
    claims,
    duties,
    moderation,
    shield,
    shows,
    veils,
    words,
)

__all__ = [
    "briefings",
    "claims",
    "duties",
    "moderation",
    "shield",
    "shows",
    "veils",
    "words",
]
