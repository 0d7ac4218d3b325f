"""Refusals of what pages tell of the funnel."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Invalid


class StepsUnreadable(Invalid):
    """Not a list of pairs of step and source."""

    code = "livestreams.steps_unreadable"
    default_message = _("We could not read this.")
