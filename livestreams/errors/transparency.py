"""Refusals around the transparency report, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing


class PeriodMissing(Missing):
    """There is no such report, or its period is not over yet."""

    code = "livestreams.period_missing"
    default_message = _("There is no report for this country and period.")
