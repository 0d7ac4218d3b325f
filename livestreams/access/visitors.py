"""How a person counts in the funnel of one show: a keyed hash, of no use elsewhere."""

import hashlib
import hmac

from django.conf import settings

LENGTH = 32


def name_visitor(shopper: str, livestream: str) -> str:
    """Return the name under which a shopper's steps in a show are counted."""
    message = f"funnel:{livestream}:{shopper}".encode()
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:LENGTH]
