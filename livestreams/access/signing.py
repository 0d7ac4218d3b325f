"""Signing: short values that only we can write and anybody may carry."""

import base64
import hmac

from django.utils.crypto import salted_hmac


def sign(salt: str, body: str) -> str:
    """Return the signature of a body: one HMAC-SHA-256."""
    return encode(salted_hmac(salt, body, algorithm="sha256").digest())


def is_signed(salt: str, body: str, signature: str) -> bool:
    """Whether a signature from outside is ours, in constant time."""
    return hmac.compare_digest(sign(salt, body).encode(), signature.encode())


def encode(raw: bytes) -> str:
    """Write bytes in letters that addresses and headers may hold."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read what `encode` wrote."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
