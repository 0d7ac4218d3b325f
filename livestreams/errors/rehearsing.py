"""Refusals of rehearsals, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class NotInRehearsal(Conflict):
    """A rehearsal does not do this."""

    code = "livestreams.not_in_rehearsal"
    default_message = _("A rehearsal is for the invited only, so this stays off in it.")
