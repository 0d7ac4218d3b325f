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


class AlreadyFiled(Conflict):
    """A whole report of a year of which the office has one, or one filed twice."""

    code = "catalog.already_filed"
    default_message = _(
        "The tax office has a report of this year. Make a correction of it instead."
    )


class NothingFiled(Conflict):
    """A correction of a year of which no report was filed."""

    code = "catalog.nothing_filed"
    default_message = _(
        "No report of this year was filed, so there is nothing to correct. Make a "
        "whole one."
    )


class NothingToCorrect(Conflict):
    """A correction where all that was filed is still right."""

    code = "catalog.nothing_to_correct"
    default_message = _("All that was filed of this year is still right.")


class ReportOutdated(Conflict):
    """A correction of what the office no longer goes by, or filed before its turn."""

    code = "catalog.report_outdated"
    default_message = _(
        "Another report is to be filed before this one, or was filed since it was "
        "made. File them in the order of their numbers, or make the correction anew."
    )


class ReportUnreadable(Conflict):
    """A report that was sealed with another secret key."""

    code = "catalog.report_unreadable"
    default_message = _(
        "This report was sealed with another SECRET_KEY and cannot be read."
    )
