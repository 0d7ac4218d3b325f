"""The usual way, as a control: each viewer a member of the group, with a session."""

import os

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings_server")
pages = get_asgi_application()
GROUP = "control.room"


class MemberConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Sends what anybody says to every member by the channel layer."""

    async def connect(self) -> None:
        """Join the group and greet."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        await self.send('[{"type":"hello","seq":0}]')

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        """Hand a line to the group."""
        await self.channel_layer.group_send(
            GROUP, {"type": "room.said", "text": text_data}
        )

    async def room_said(self, event: dict[str, str]) -> None:
        """Hand a line of the group to this socket."""
        await self.send(event["text"])


application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AuthMiddlewareStack(
            URLRouter([re_path(r"", MemberConsumer.as_asgi())])
        ),
    }
)
