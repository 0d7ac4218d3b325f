"""The ASGI application: pages and sockets."""

import gc
import os
import sys

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopfront.settings")

pages = get_asgi_application()

from django.conf import settings  # noqa: E402

from livestreams.routing import websocket_urlpatterns  # noqa: E402
from livestreams.services.shield import warm  # noqa: E402
from shopfront.common.gate import Gate  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Gate(pages, settings.POOL_SIZE),
        "websocket": URLRouter(websocket_urlpatterns),
    }
)

warm()  # no line of a room waits for what chat is weighed by
gc.freeze()  # what is loaded by now stays: full collections need not look at it
sys.setswitchinterval(0.0005)  # rooms' loop waits less for threads that read tables
