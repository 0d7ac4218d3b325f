"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import moderation, shield, shows, words

__all__ = ["moderation", "shield", "shows", "words"]
