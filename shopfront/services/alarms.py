"""Alarms: books that disagree are told to staff, once a day for the same faults."""

import hashlib
from collections.abc import Callable, Sequence

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Audit, Outbox, User
from shopfront.services import audit, outbox

TOPIC = "shopfront.books_alarm"
MOST_TOLD = 50
log = structlog.get_logger(__name__)


def watch(subject: str, check: Callable[[], Sequence[str]]) -> int:
    """Run a check and alarm staff of its faults; return how many there are.

    What a step under way makes look wrong is gone at a second look, and no fault.

    Args:
        subject: which books.
        check: returns a sentence per fault.

    Safe to repeat: yes; the same faults are told once a day.
    """
    first = check()
    faults = sorted(set(first) & set(check())) if first else []
    if not faults:
        return 0
    log.error("books.disagree", subject=subject, faults=faults[:MOST_TOLD])
    digest = hashlib.sha256("\n".join(faults).encode()).hexdigest()[:16]
    key = f"{subject}:{clock.now().date()}:{digest}"
    with transaction.atomic():
        if Outbox.objects.filter(topic=TOPIC, key=key).exists():
            return len(faults)
        alarm = audit.record(
            TOPIC,
            actor=None,
            subject_kind="books",
            subject_ref=subject,
            facts={"faults": faults[:MOST_TOLD], "count": len(faults)},
        )
        outbox.post(TOPIC, key, {"alarm": alarm.public_id})
    return len(faults)


def send_alarm(message: Outbox) -> None:
    """Write to every member of staff which books disagree.

    Safe to repeat: the Message-ID stays the same.
    """
    alarm = Audit.objects.get(public_id=message.payload["alarm"])
    people = User.objects.filter(is_staff=True, is_active=True)
    facts = {"subject": alarm.subject_ref, "count": alarm.facts["count"]}
    EmailMessage(
        subject=_("The books of %(subject)s disagree: %(count)s faults") % facts,
        body="\n".join(alarm.facts["faults"]),
        bcc=list(people.values_list("email", flat=True)),
        headers=name_letter(f"books-{alarm.public_id}"),
    ).send()
