"""Reminders by e-mail, 15 minutes before a show begins."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.models import Livestream, Rsvp
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox
from shopfront.services import outbox

REMIND_BEFORE = dt.timedelta(minutes=15)
REMIND_AFTER = dt.timedelta(minutes=15)
"""A host who is late is still announced for so long."""
TOPIC = "livestreams.send_reminder"
BATCH = 500


def queue_reminders() -> int:
    """Post a reminder for every RSVP to a show that begins in 15 minutes.

    Returns how many were posted.

    Locks: the RSVP rows, skipping those that another sweep holds.
    Safe to repeat: each row is marked in the transaction that posts its reminder.
    """
    posted = 0
    while count := _queue_batch():
        posted += count
    return posted


def send_reminder(message: Outbox) -> None:
    """Send one reminder, unless it was taken back or the show is over or was moved.

    Safe to repeat: the Message-ID stays the same.
    """
    rsvp = (
        Rsvp.objects.select_related("user", "livestream__creator", "livestream__market")
        .filter(public_id=message.payload["rsvp"], user__is_active=True)
        .first()
    )
    if rsvp is None or rsvp.livestream.state == Livestream.State.ENDED:
        return
    if rsvp.reminded_at is None:  # moved since: another reminder comes in time
        return
    with translation.override(rsvp.user.language):
        _write(rsvp, name=message.key).send()


def _queue_batch() -> int:
    now = clock.now()
    with transaction.atomic():
        rows = list(
            Rsvp.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(
                reminded_at=None,
                livestream__state=Livestream.State.SCHEDULED,
                livestream__starts_at__lte=now + REMIND_BEFORE,
                livestream__starts_at__gt=now - REMIND_AFTER,
            )
            .select_related("livestream")
            .order_by("id")[:BATCH]
        )
        for row in rows:
            key = f"{row.public_id}:{row.livestream.calendar_sequence}"
            outbox.post(TOPIC, key, {"rsvp": row.public_id})
        Rsvp.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)


def _write(rsvp: Rsvp, *, name: str) -> EmailMessage:
    show = rsvp.livestream
    context = {
        "name": rsvp.user.name,
        "show": show,
        "address": settings.SITE_URL + show.get_absolute_url(),
        "site_name": settings.SITE_NAME,
    }
    return EmailMessage(
        subject=_("Soon live: %(title)s") % {"title": show.title},
        body=render_to_string("livestreams/reminder_email.txt", context),
        to=[rsvp.user.email],
        headers=name_letter(f"reminder-{name}"),
    )
