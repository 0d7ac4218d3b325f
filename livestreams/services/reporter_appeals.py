"""Appeals of people whose report of a message or a show changed nothing (C7, S5).

Answered by another person than who decided (Regulation (EU) 2022/2065 Art. 20(1) and
(6)); the letter of the decision leads to the page that takes them.
"""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.errors.moderation import AppealDecided, AppealEmpty, OwnDecision
from livestreams.errors.reports import (
    ReportAppealedBefore,
    ReportAppealTooLate,
    ReportNotDismissed,
)
from livestreams.models import Report, ReporterAppeal
from livestreams.services import chat
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.models.appeals import DECIDED_WITHIN, REMIND_BEFORE, WORDS_KEPT
from shopfront.services import audit, outbox

TOPIC = "livestreams.report_appeal_decided"
DUE_TOPIC = "livestreams.report_appeal_due"
MOST_WORDS = 500

Answer = ReporterAppeal.State


def appeal_report(report: Report, *, text: str) -> ReporterAppeal:
    """Ask for who reported a message or show that somebody else looks at it again.

    Raises:
        AppealEmpty: not a word was said.
        ReportNotDismissed: it is not decided yet, or we agreed.
        ReportAppealTooLate: that was decided more than six months ago.
        ReportAppealedBefore: this report was appealed for already.
    """
    said = " ".join(text.replace("\x00", "").split())[:MOST_WORDS]
    if not said:
        raise AppealEmpty
    report.refresh_from_db()
    until = report.appeal_until
    if until is None:
        raise ReportNotDismissed
    if clock.now() >= until:
        raise ReportAppealTooLate
    try:
        with transaction.atomic():
            return ReporterAppeal.objects.create(report=report, text=said)
    except IntegrityError as error:
        raise ReportAppealedBefore from error


def grant_appeal(appeal: ReporterAppeal, *, by: User, answer: str) -> None:
    """Agree with a report after all: a message goes; a show is ended on its own page.

    Raises:
        OwnDecision: the same person decided, reported, or is reported.
        AppealDecided: somebody was first.

    Locks: the appeal's row, then as `remove_message` does, then the report's.
    """
    with transaction.atomic():
        report = _claim(appeal, Answer.GRANTED, by=by, answer=answer)
        if report.message is not None:
            chat.remove_message(report.message, by=by, reason=answer)
        Report.objects.filter(pk=report.pk).update(
            state=Report.State.UPHELD, answer=answer[:200]
        )


def refuse_appeal(appeal: ReporterAppeal, *, by: User, answer: str) -> None:
    """Let what was reported stand, and tell who appealed why.

    Raises:
        OwnDecision: the same person decided, reported, or is reported.
        AppealDecided: somebody was first.

    Locks: the appeal's row.
    """
    with transaction.atomic():
        _claim(appeal, Answer.REFUSED, by=by, answer=answer)


def remind_of_due() -> int:
    """Remind staff of appeals that are due within two days; return how many wait.

    Safe to repeat: yes, each is told once.
    """
    latest = clock.now() + REMIND_BEFORE - DECIDED_WITHIN
    soon = ReporterAppeal.objects.filter(state=Answer.OPEN, created_at__lte=latest)
    refs = list(soon.order_by("id").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, ref, {"appeal": ref})
    return len(refs)


def send_answer(message: Outbox) -> None:
    """Write to who appealed what became of it, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find(message)
    if appeal is None or not appeal.report.reporter.is_active:
        return
    person = appeal.report.reporter
    with translation.override(person.language):
        facts = {"title": appeal.report.livestream.title}
        decision = (
            _("We looked again at “%(title)s”: you were right, and we act on it.")
            if appeal.state == Answer.GRANTED
            else _("We looked again at “%(title)s”: the decision stands.")
        )
        _write(
            person.email,
            _("Your appeal was decided: %(title)s") % facts,
            [decision % facts, appeal.answer],
            name=f"report-appeal-{appeal.public_id}",
        )


def send_due(message: Outbox) -> None:
    """Write to staff that who reported something still waits for an answer.

    Safe to repeat: the Message-ID stays the same.
    """
    appeal = _find(message)
    if appeal is None or appeal.state != Answer.OPEN:
        return
    facts = {"title": appeal.report.livestream.title}
    queue = f"{settings.SITE_URL}/admin/livestreams/reporterappeal/?state__exact=open"
    staff = User.objects.filter(is_staff=True, is_active=True)
    for person in staff.order_by("pk"):
        with translation.override(person.language):
            _write(
                person.email,
                _("An appeal is due: %(title)s") % facts,
                [appeal.text, queue],
                name=f"report-appeal-due-{appeal.public_id}-{person.public_id}",
            )


def _claim(
    appeal: ReporterAppeal, state: ReporterAppeal.State, *, by: User, answer: str
) -> Report:
    """Answer an appeal in the open transaction, once; return its report."""
    report = appeal.report
    author = report.message.author_id if report.message else None
    host = report.livestream.creator.user_id
    if by.pk in {report.decided_by_id, report.reporter_id, author, host}:
        raise OwnDecision
    answered = ReporterAppeal.objects.filter(pk=appeal.pk, state=Answer.OPEN).update(
        state=state,
        decided_by=by,
        decided_at=clock.now(),
        answer=answer[:200],
        text=WORDS_KEPT,
    )
    if not answered:
        raise AppealDecided
    outbox.post(TOPIC, appeal.public_id, {"appeal": appeal.public_id})
    audit.record(
        f"livestreams.report_appeal_{state}",
        actor=by,
        subject_kind="report",
        subject_ref=report.public_id,
        reason=answer,
    )
    return report


def _find(message: Outbox) -> ReporterAppeal | None:
    rows = ReporterAppeal.objects.select_related(
        "report__reporter", "report__livestream"
    )
    return rows.filter(public_id=message.payload["appeal"]).first()


def _write(to: str, subject: str, lines: list[str], *, name: str) -> None:
    EmailMessage(
        subject=subject,
        body="\n\n".join(line for line in lines if line),
        to=[to],
        headers=name_letter(name),
    ).send()
