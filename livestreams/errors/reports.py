"""Refusals about reports of messages and shows, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Missing


class ReportMissing(Missing):
    """No such report, or a link that is not ours."""

    code = "livestreams.report_missing"
    default_message = _("We cannot find this report.")


class ReportNotDismissed(Conflict):
    """Nobody decided against it, or we agreed after all."""

    code = "livestreams.report_not_dismissed"
    default_message = _("We did not decide against this report.")


class ReportAppealTooLate(Conflict):
    """The decision is older than six months."""

    code = "livestreams.report_appeal_too_late"
    default_message = _("The six months to appeal against this decision are over.")


class ReportAppealedBefore(Conflict):
    """Who reported appealed before: once is looked at."""

    code = "livestreams.report_appealed_before"
    default_message = _("You appealed against this decision already.")
