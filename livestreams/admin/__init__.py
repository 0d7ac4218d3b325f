"""Shows, rooms and what was decided in them, in the admin."""

from livestreams.admin import moderation, shows

__all__ = ["moderation", "shows"]
