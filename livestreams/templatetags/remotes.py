"""The code that a second device scans."""

from dataclasses import dataclass

import segno
from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from livestreams.access.remotes import mint_remote_link

register = template.Library()


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """An address and its picture."""

    address: str
    picture: SafeString


@register.simple_tag(takes_context=True)
def remote_link(context: template.Context, public_id: str) -> RemoteLink:
    """Return the link of a remote control that waits, and its QR code as SVG."""
    request: HttpRequest = context["request"]
    path = reverse("creators:remote-open", args=[mint_remote_link(public_id)])
    address = request.build_absolute_uri(path)
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return RemoteLink(address, mark_safe(drawn))  # noqa: S308  # drawn by us alone
