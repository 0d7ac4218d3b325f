"""The catalogue in the admin: goods, their offers, and collaborations."""

from catalog.admin import collaborations, goods, offers

__all__ = ["collaborations", "goods", "offers"]
