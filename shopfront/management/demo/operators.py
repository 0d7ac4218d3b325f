"""Who runs the demo in its markets: traders that are plainly invented."""

from collections.abc import Mapping
from typing import Any

from shopfront.models import Market, Operator

OPERATORS: Mapping[str, Mapping[str, Any]] = {
    "GB": {
        "name": "Shopfront Demo Ltd (invented)",
        "address": "1 Market Row\nLeeds LS1 6AA\nUnited Kingdom",
        "represented_by": "Ada Example",
        "email": "hello@demo.example",
        "phone": "+44 113 496 0000",
        "register_name": "Companies House (invented)",
        "register_number": "00000000",
        "vat_number": "GB980780684",
        "contact_languages": ["en"],
    },
    "DE": {
        "name": "Shopfront Demo GmbH (erfunden)",
        "address": "Musterstraße 1\n12345 Musterstadt\nDeutschland",
        "represented_by": "Erika Mustermann",
        "email": "hallo@demo.example",
        "phone": "+49 30 23125 000",
        "register_name": "Amtsgericht Musterstadt (erfunden)",
        "register_number": "HRB 00000",
        "vat_number": "DE123456788",
        "authorities_email": "behoerden@demo.example",
        "contact_languages": ["de", "en"],
    },
}
"""Their telephones are of numbers that the two countries keep for fiction."""


def ensure_operators(markets: Mapping[str, Market]) -> None:
    """Name who runs each market, unless somebody changed it."""
    for code, facts in OPERATORS.items():
        Operator.objects.get_or_create(market=markets[code], defaults=facts)
