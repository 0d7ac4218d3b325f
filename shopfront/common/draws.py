"""How something is drawn: pure sums over what is published, nothing else."""

import hashlib
import hmac
from collections.abc import Iterable


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_list(pseudonyms: Iterable[str]) -> str:
    """Return the hash of the list: its lines in alphabetical order, joined by \\n."""
    return hash_text("\n".join(sorted(pseudonyms)))


def rank_entries(
    pseudonyms: Iterable[str], *, seed: str, public_value: str
) -> list[str]:
    """Return the list in the order of the draw; the first ones win.

    The key is the seed; the message joins the list's hash, the public value and the
    pseudonym by colons. Whoever holds the seed could not choose the list, and whoever
    fills the list does not know the seed.
    """
    listed = sorted(pseudonyms)
    digest = hash_list(listed)

    def draw(pseudonym: str) -> str:
        message = f"{digest}:{public_value}:{pseudonym}"
        return hmac.new(seed.encode(), message.encode(), hashlib.sha256).hexdigest()

    return sorted(listed, key=draw)
