"""Refusals of yearly reports to tax offices, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class YearNotOver(Conflict):
    """A year that is still running, or before there were such reports."""

    code = "catalog.year_not_over"
    default_message = _("A report is made of a whole year from 2023 on, once it ended.")


class NoOperator(Conflict):
    """A market without a payout rule, which names who runs it and pays."""

    code = "catalog.no_operator"
    default_message = _(
        "This market has no payout rule. It names the operator who reports; add it "
        "first."
    )


class ReportUnsound(Conflict):
    """A file that is not as the published schema has it."""

    code = "catalog.report_unsound"
    default_message = _(
        "The tax office would refuse this report, so it was not made. Mend the data "
        "first: %(faults)s"
    )
