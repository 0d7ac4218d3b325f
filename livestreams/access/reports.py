"""The way to one's own report of a message or a show: by the link in its letter."""

from django.urls import reverse

from livestreams.errors.reports import ReportMissing
from livestreams.models import Report
from shopfront.common.links import SignedLink
from shopfront.models import User

REPORT_LINK = SignedLink("livestreams.report-link")


def mint_report_path(report: Report) -> str:
    """Return where on this site a reporter reads a decision, and may appeal."""
    code = REPORT_LINK.mint(report.public_id)
    return reverse("livestreams:report-decided", args=[code])


def get_own_report_for(user: User, public_id: str) -> Report:
    """Return what this very person reported.

    Raises:
        ReportMissing: they reported no such thing.
    """
    report = Report.objects.filter(reporter=user, public_id=public_id).first()
    if report is None:
        raise ReportMissing
    return report


def get_report_by_code(code: str) -> Report:
    """Return the report that a letter's link names.

    Raises:
        ReportMissing: the link is not ours, or its reporter's account is closed.
    """
    public_id = REPORT_LINK.read(code)
    rows = Report.objects.select_related("livestream", "reporter__market", "appeal")
    report = rows.filter(public_id=public_id, reporter__is_active=True).first()
    if public_id is None or report is None:
        raise ReportMissing
    return report
