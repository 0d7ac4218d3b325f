"""Secrets of others that we keep and must be able to read: encrypted at rest."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SealBrokenError(ValueError):
    """The text was sealed with another SECRET_KEY, or is damaged."""


def seal(text: str, *, purpose: str) -> str:
    """Encrypt a text for one purpose; it is read again by `unseal` only."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Decrypt what `seal` wrote.

    Raises:
        SealBrokenError: it cannot be read with this SECRET_KEY and purpose.
    """
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise SealBrokenError from fault


def _fernet(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}\0{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
