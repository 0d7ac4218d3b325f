"""Which media gateway a show's picture goes to and comes from."""

import time

from django.conf import settings

from livestreams.models import Gateway, Livestream

FRESH_SECONDS = 5.0
_addresses: dict[int, tuple[str, str]] = {}
_read_at = float("-inf")


def get_play_address(livestream: Livestream) -> str:
    """Return where players of a show connect to."""
    return _addresses_of(livestream)[0] or settings.MEDIA_BASE_URL


def get_encoder_address(livestream: Livestream) -> str:
    """Return what an encoder of a show is set to as its server."""
    return _addresses_of(livestream)[1] or settings.MEDIA_RTMP_URL


def get_intake_address(livestream: Livestream) -> str:
    """Return the socket that a browser publishes a show over."""
    base = get_play_address(livestream).replace("http", "ws", 1)
    return f"{base}/ingest/{livestream.public_id}"


def _addresses_of(livestream: Livestream) -> tuple[str, str]:
    """Return a gateway's addresses, empty ones where the site's own hold.

    The few rows are read at most once in five seconds and process: a page of shows
    must not ask for each.
    """
    global _addresses, _read_at
    key = livestream.gateway_id
    if key is None:
        return "", ""
    now = time.monotonic()
    if key not in _addresses or now - _read_at > FRESH_SECONDS:
        rows = Gateway.objects.values_list("pk", "base_url", "rtmp_url")
        _addresses = {pk: (base, rtmp) for pk, base, rtmp in rows}
        _read_at = now
    return _addresses.get(key, ("", ""))
