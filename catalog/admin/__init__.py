"""The catalogue in the admin: goods, and what brands offer to creators."""

from catalog.admin import collaborations, goods

__all__ = ["collaborations", "goods"]
