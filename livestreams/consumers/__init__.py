"""The edge of the room's socket: seats, commands, answers."""

from livestreams.consumers.room import refuse_unknown, serve_room

__all__ = ["refuse_unknown", "serve_room"]
