"""Stored sentences as the reader of the admin says them."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from livestreams.models.sayings import say


@admin.display(description=_("reason"))
def said_reason(row: Any) -> str:
    """Return why somebody, or a rule, acted."""
    return say(row.reason)


@admin.display(description=_("why undone"))
def said_undo_reason(row: Any) -> str:
    """Return why an act was undone."""
    return say(row.undo_reason)


@admin.display(description=_("why held or removed"))
def said_why(row: Any) -> str:
    """Return why a message is held or gone."""
    return say(row.why)


@admin.display(description=_("why it ended"))
def said_end_reason(row: Any) -> str:
    """Return why a show ended."""
    return say(row.end_reason)
