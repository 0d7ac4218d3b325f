"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import moderation, shows, words

__all__ = ["moderation", "shows", "words"]
