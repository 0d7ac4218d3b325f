"""Reports: somebody tells us about a message; the receipt is its id (C7)."""

from livestreams.models import ChatMessage, Report
from shopfront.models import User


def report_message(message: ChatMessage, *, reporter: User, reason: str) -> Report:
    """Take a report of a message for the moderators.

    Safe to repeat: the same person's second report is the first.
    """
    report, _ = Report.objects.get_or_create(
        message=message,
        reporter=reporter,
        defaults={"livestream": message.livestream, "reason": reason[:200]},
    )
    return report
