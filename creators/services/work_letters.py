"""Letters about decisions of rules: what a human decided, what waits for one."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from creators.models import WorkDecision
from creators.selectors.work_sayings import explain
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User

Outcome = WorkDecision.Outcome


def send_decision(message: Outbox) -> None:
    """Write to a person what a human decided anew about their work, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    row = (
        WorkDecision.objects.select_related("user", "market")
        .filter(public_id=message.payload["decision"], user__is_active=True)
        .first()
    )
    if row is None:
        return
    with translation.override(row.user.language):
        said = (
            _("We looked again: you were right, and it is undone.")
            if row.outcome == Outcome.OVERTURNED
            else _("We looked again: the decision stands.")
        )
        lines = [
            f"{row}",
            explain(row),
            said,
            row.reason,
            _say_until(row),
            f"{settings.SITE_URL}/creator/decisions/",
        ]
        EmailMessage(
            subject=_("A human looked at it again: %(what)s")
            % {"what": row.get_kind_display()},
            body="\n\n".join(line for line in lines if line),
            to=[row.user.email],
            headers=name_letter(f"hours-{row.public_id}"),
        ).send()


def send_due(message: Outbox) -> None:
    """Write to staff that a person still waits for a human's decision.

    Safe to repeat: the Message-ID stays the same.
    """
    row = WorkDecision.objects.select_related("market").get(
        public_id=message.payload["decision"]
    )
    if not row.waits:
        return
    staff = User.objects.filter(is_staff=True, is_active=True)
    queue = f"{settings.SITE_URL}/admin/creators/workdecision/?asked=waits"
    EmailMessage(
        subject=_("A decision that a human was asked about is due"),
        body="\n\n".join([explain(row), row.asked_why, queue]),
        bcc=sorted(person.email for person in staff),
        headers=name_letter(f"hours-due-{row.public_id}"),
    ).send()


def _say_until(row: WorkDecision) -> str:
    if row.allowed_until is None:
        return ""
    local = row.allowed_until.astimezone(ZoneInfo(row.market.time_zone))
    return _("It may be pinned until %(when)s.") % {
        "when": date_format(local, "j F, H:i")
    }
