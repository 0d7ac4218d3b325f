"""What the markup of a picture asks for where it may be a reported one."""

from django import template
from django.db.models.fields.files import FieldFile

from livestreams.models import VeiledPicture
from livestreams.selectors.veils import find_veiled

register = template.Library()


@register.simple_tag
def veil_of(picture: FieldFile | None) -> VeiledPicture | None:
    """Return what a picture veils, or None; one query where it is a veil."""
    return find_veiled(str(picture)) if picture else None
