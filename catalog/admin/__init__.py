"""The catalogue in the admin: goods, offers, drops, and collaborations."""

from catalog.admin import collaborations, drops, goods, offers

__all__ = ["collaborations", "drops", "goods", "offers"]
