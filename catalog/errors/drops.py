"""Refusals of changes to a drop."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class DropOpened(Conflict):
    """Places are drawn: its moments stand."""

    code = "catalog.drop_opened"
    default_message = _("This drop has opened and can no longer be moved.")
