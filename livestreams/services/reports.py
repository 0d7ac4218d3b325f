"""Reports: taken with a receipt, decided once, answered by mail (C7)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.access.reports import mint_report_path
from livestreams.errors import OwnReport
from livestreams.models import ChatMessage, ErasureWish, Livestream, Report
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.report_decided"
ERASE_TASK = "livestreams.erase_decided_task"


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


def report_livestream(
    livestream: Livestream, *, reporter: User, reason: str, words: str = ""
) -> Report:
    """Take a report of a whole show for the staff.

    Safe to repeat: the same person's second report is the first.
    """
    said = " ".join(words.split())
    report, _created = Report.objects.get_or_create(
        livestream=livestream,
        message=None,
        reporter=reporter,
        defaults={"reason": f"{reason}: {said}"[:200] if said else reason},
    )
    return report


def decide_show_report(
    report: Report, state: Report.State, *, by: User, reason: str
) -> int:
    """Uphold or dismiss one report of a show; 0 when somebody was first.

    Raises:
        OwnReport: nobody decides on reports of their own show.

    Locks: the report's row. Safe to repeat: a decided report keeps its decision.
    """
    if report.livestream.creator.user_id == by.pk:
        raise OwnReport
    chosen = Report.objects.filter(pk=report.pk, message=None)
    return _decide(chosen, state, by, reason)


def dismiss_reports(message: ChatMessage, *, by: User, reason: str) -> int:
    """Let a reported message stand; return how many reports that answers.

    Raises:
        OwnReport: nobody decides on reports of what they wrote themselves.

    Locks: the open reports of the message.
    Safe to repeat: yes; a decided report keeps its decision.
    """
    if message.author_id == by.pk:
        raise OwnReport
    return _decide(_about(message), Report.State.DISMISSED, by, reason)


def uphold_reports(message: ChatMessage, *, by: User | None, reason: str) -> int:
    """Agree with the open reports of a removed message; return how many.

    Locks: the open reports of the message.
    Safe to repeat: yes; a decided report keeps its decision.
    """
    return _decide(_about(message), Report.State.UPHELD, by, reason)


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


def _about(message: ChatMessage) -> QuerySet[Report]:
    return Report.objects.filter(message=message)


def _decide(
    chosen: QuerySet[Report], state: Report.State, by: User | None, reason: str
) -> int:
    with transaction.atomic():
        open_ones = chosen.filter(state=Report.State.OPEN).order_by("id")
        rows = list(open_ones.select_for_update(of=("self",)).select_related("message"))
        Report.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, decided_at=clock.now(), decided_by=by, answer=reason[:200]
        )
        for row in rows:
            payload = {"report": row.public_id, "reason": reason}
            outbox.post(TOPIC, row.public_id, payload)
            about = row.message.public_id if row.message else ""
            audit.record(
                f"livestreams.report_{state}",
                actor=by,
                subject_kind="report",
                subject_ref=row.public_id,
                reason=reason,
                facts={"message": about} if about else {},
            )
        decided = {row.message_id for row in rows if row.message_id}
        if ErasureWish.objects.filter(message__in=decided).exists():
            enqueue_on_commit(ERASE_TASK)
    return len(rows)


def _write(report: Report, reason: str) -> EmailMessage:
    facts = {"receipt": report.public_id, "title": report.livestream.title}
    first = _("You reported a message in “%(title)s”.")
    if report.message_id is None:
        first = _("You reported the show “%(title)s”.")
        decision = (
            _("We agree with you, and act on it.")
            if report.state == Report.State.UPHELD
            else _("We looked at the show and let it stand.")
        )
    elif report.state == Report.State.UPHELD:
        decision = _("A moderator agreed with you: the message is gone.")
    else:
        decision = _("A moderator looked at the message and lets it stand.")
    appeal: list[str] = []
    if report.can_be_appealed:
        wrong = _("If you think this is wrong, say so here; somebody else looks at it:")
        appeal = [wrong, f"{settings.SITE_URL}{mint_report_path(report)}"]
    lines = [
        first % facts,
        decision,
        reason,
        *appeal,
        _("Receipt: %(receipt)s") % facts,
    ]
    return EmailMessage(
        subject=_("Your report was decided: %(title)s") % facts,
        body="\n\n".join(lines),
        to=[report.reporter.email],
        headers=name_letter(f"report-{report.public_id}"),
    )
