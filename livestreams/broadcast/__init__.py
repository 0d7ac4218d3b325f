"""The only place that talks to the channel layer and to the room's sockets."""

from livestreams.broadcast.publish import close_person, publish

__all__ = ["close_person", "publish"]
