"""Refusals of texts in other languages, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Invalid


class TextsUnsound(Invalid):
    """Texts of another shape, language or field, or too long ones."""

    code = "catalog.texts_unsound"
    default_message = _("These texts cannot be kept.")
