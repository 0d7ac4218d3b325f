"""Reports of messages: taken with a receipt, decided once, answered by mail (C7)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.errors import OwnReport
from livestreams.models import ChatMessage, Report
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.report_decided"


def report_message(message: ChatMessage, *, reporter: User, reason: str) -> Report:
    """Take a report of a message for the moderators.

    Safe to repeat: the same person's second report is the first.
    """
    report, _created = Report.objects.get_or_create(
        message=message,
        reporter=reporter,
        defaults={"livestream": message.livestream, "reason": reason[:200]},
    )
    return report


def dismiss_reports(message: ChatMessage, *, by: User, reason: str) -> int:
    """Let a reported message stand; return how many reports that answers.

    Raises:
        OwnReport: nobody decides on reports of what they wrote themselves.

    Locks: the open reports of the message.
    Safe to repeat: yes; a decided report keeps its decision.
    """
    if message.author_id == by.pk:
        raise OwnReport
    return _decide(message, Report.State.DISMISSED, by, reason)


def uphold_reports(message: ChatMessage, *, by: User, reason: str) -> int:
    """Agree with the open reports of a removed message; return how many.

    Locks: the open reports of the message.
    Safe to repeat: yes; a decided report keeps its decision.
    """
    return _decide(message, Report.State.UPHELD, by, reason)


def send_decision(message: Outbox) -> None:
    """Write to the reporter what was decided and why.

    Safe to repeat: the Message-ID stays the same.
    """
    report = (
        Report.objects.select_related("reporter", "livestream")
        .filter(public_id=message.payload["report"], reporter__is_active=True)
        .first()
    )
    if report is None:
        return
    with translation.override(report.reporter.language):
        _write(report, message.payload["reason"]).send()


def _decide(message: ChatMessage, state: Report.State, by: User, reason: str) -> int:
    with transaction.atomic():
        rows = list(
            Report.objects.select_for_update()
            .filter(message=message, state=Report.State.OPEN)
            .order_by("id")
        )
        Report.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, decided_at=clock.now()
        )
        for row in rows:
            payload = {"report": row.public_id, "reason": reason}
            outbox.post(TOPIC, row.public_id, payload)
            audit.record(
                f"livestreams.report_{state}",
                actor=by,
                subject_kind="report",
                subject_ref=row.public_id,
                reason=reason,
                facts={"message": message.public_id},
            )
    return len(rows)


def _write(report: Report, reason: str) -> EmailMessage:
    facts = {"receipt": report.public_id, "title": report.livestream.title}
    if report.state == Report.State.UPHELD:
        decision = _("A moderator agreed with you: the message is gone.")
    else:
        decision = _("A moderator looked at the message and lets it stand.")
    lines = [
        _("You reported a message in “%(title)s”.") % facts,
        decision,
        reason,
        _("Receipt: %(receipt)s") % facts,
    ]
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    return EmailMessage(
        subject=_("Your report was decided: %(title)s") % facts,
        body="\n\n".join(lines),
        to=[report.reporter.email],
        headers={"Message-ID": f"<report-{report.public_id}@{host}>"},
    )
