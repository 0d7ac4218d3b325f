"""Letters about working time: what a human decided, and what waits for one."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from creators.models import WorkDecision
from creators.selectors.work_sayings import explain
from shopfront.models import Outbox, User

Outcome = WorkDecision.Outcome


def send_decision(message: Outbox) -> None:
    """Write to a person what a human decided about their working time, and why.

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
            f"{settings.SITE_URL}/creator/hours/",
        ]
        EmailMessage(
            subject=_("Your working time was looked at again"),
            body="\n\n".join(lines),
            to=[row.user.email],
            headers={"Message-ID": f"<hours-{row.public_id}@shopfront>"},
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
        subject=_("A decision about working time is due"),
        body="\n\n".join([explain(row), row.asked_why, queue]),
        bcc=sorted(person.email for person in staff),
        headers={"Message-ID": f"<hours-due-{row.public_id}@shopfront>"},
    ).send()
