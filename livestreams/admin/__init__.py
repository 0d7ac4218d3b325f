"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import duties, moderation, shield, shows, words

__all__ = ["duties", "moderation", "shield", "shows", "words"]
