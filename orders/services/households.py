"""Whom a limit counts: the shopper, and the household behind an address (B6)."""

import unicodedata
from collections.abc import Mapping

from catalog.services.stock import limit_key_of
from orders.access import Shopper, find_address_for


def list_limit_keys(
    shopper: Shopper, address: Mapping[str, str] | None = None
) -> list[str]:
    """List the keyed hashes that limits count for a purchase.

    Args:
        shopper: who buys.
        address: where to; the one that the account keeps when left out.
    """
    keys = [limit_key_of("shopper", shopper.name)]
    place = _describe(address if address is not None else _find_kept(shopper))
    return [*keys, limit_key_of("household", place)] if place else keys


def _find_kept(shopper: Shopper) -> Mapping[str, str]:
    kept = find_address_for(shopper)
    names = ("street", "postcode", "country")
    return {name: getattr(kept, name) for name in names} if kept is not None else {}


def _describe(address: Mapping[str, str]) -> str:
    """Write an address as everybody who lives there would, however they type."""
    parts = [address.get(name, "") for name in ("country", "postcode", "street")]
    if not (parts[1] and parts[2]):
        return ""
    return "|".join(_fold(part) for part in parts)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
