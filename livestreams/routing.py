"""Addresses of sockets."""

from typing import Any

from django.urls import path, re_path

from livestreams.consumers import refuse_unknown, serve_room

_room: Any = serve_room
_unknown: Any = refuse_unknown

websocket_urlpatterns = [
    path("ws/live/<slug:public_id>/", _room, name="room-socket"),
    re_path(r"", _unknown),
]
