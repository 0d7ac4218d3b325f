"""Addresses that the shop connects to because somebody typed them in."""

import ipaddress
import socket

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Invalid


class AddressInternal(Invalid):
    """An address inside our own network, where only we may connect to."""

    code = "shopfront.address_internal"
    default_message = _("This address is not on the public internet.")


class AddressUnknown(Invalid):
    """A name that no server has."""

    code = "shopfront.address_unknown"
    default_message = _("No server has this name.")


def resolve_outgoing(host: str, port: int) -> str:
    """Return a public IP address of a host, to be connected to as it is.

    Every address of the name must be public: one that points inside would be found
    by trying again. `OUTGOING_INTERNAL` lets tests connect to this machine.

    Raises:
        AddressInternal: an address of it is not on the public internet.
        AddressUnknown: the name cannot be resolved.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise AddressUnknown from fault
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.OUTGOING_INTERNAL and not all(map(_is_public, addresses)):
        raise AddressInternal
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        address = inner
    return address.is_global and not address.is_multicast
