"""What the markup of a picture asks for where it may be a reported one."""

from typing import Any

from django import template
from django.db.models.fields.files import FieldFile

from livestreams.selectors.veils import Veil, find_veil
from shopfront.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def veil_of(context: dict[str, Any], picture: FieldFile | str | None) -> Veil | None:
    """Return what a picture veils, or None; one query where it is a veil."""
    user = context.get("user")
    person = user if isinstance(user, User) else None
    return find_veil(str(picture), person) if picture else None
