"""Moving a planned show: who waits for it, or has a duty in it, is told (F6)."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.access.rsvps import mint_leave_link
from livestreams.models import Livestream, Rsvp
from livestreams.selectors.planner import list_expecting
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "livestreams.moved"
LETTER_TOPIC = "livestreams.moved_letter"


def post_moved(show: Livestream, *, was: dt.datetime) -> None:
    """Write into the open transaction that a planned show begins at another time.

    Who was reminded of the old time is reminded of the new one too.

    Args:
        show: with its new time and a calendar sequence of this move.
        was: when it was to begin before.
    """
    Rsvp.objects.filter(livestream=show).update(reminded_at=None)
    facts = {
        "show": show.public_id,
        "was": was.isoformat(),
        "now": show.starts_at.isoformat(),
    }
    outbox.post(TOPIC, f"{show.public_id}:{show.calendar_sequence}", facts)


def carry_moved(message: Outbox) -> None:
    """Post a letter to each who wants a reminder or has a duty; the host knows.

    Safe to repeat: yes, each is written to once for every move.
    """
    show = Livestream.objects.get(public_id=message.payload["show"])
    with transaction.atomic():
        for person in list_expecting(show):
            facts = message.payload | {"user": person}
            outbox.post(LETTER_TOPIC, f"{message.key}:{person}", facts)


def send_moved(message: Outbox) -> None:
    """Tell one person the old time and the new one, with a way out in one tap.

    Who took the reminder back meanwhile hears nothing, nor does anybody of a show that
    is over.

    Safe to repeat: the Message-ID stays the same.
    """
    facts = message.payload
    show = (
        Livestream.objects.select_related("creator", "market")
        .exclude(state=Livestream.State.ENDED)
        .filter(public_id=facts["show"])
        .first()
    )
    person = User.objects.filter(public_id=facts["user"], is_active=True).first()
    if show is None or person is None:
        return
    rsvp = Rsvp.objects.filter(livestream=show, user=person).first()
    if rsvp is not None or show.co_hosts.filter(user=person).exists():
        with translation.override(person.language):
            _write(message, show, person, rsvp).send()


def _write(
    message: Outbox, show: Livestream, person: User, rsvp: Rsvp | None
) -> EmailMessage:
    headers = name_letter(f"moved-{message.key}")
    leave = ""
    if rsvp is not None:
        path = reverse("livestreams:rsvp-leave", args=[mint_leave_link(rsvp)])
        leave = settings.SITE_URL + path
        headers["List-Unsubscribe"] = f"<{leave}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    context = {
        "name": person.name,
        "show": show,
        "was": dt.datetime.fromisoformat(message.payload["was"]),
        "now": dt.datetime.fromisoformat(message.payload["now"]),
        "address": settings.SITE_URL + show.get_absolute_url(),
        "leave": leave,
        "site_name": settings.SITE_NAME,
    }
    return EmailMessage(
        subject=_("New time: %(title)s") % {"title": show.title},
        body=render_to_string("livestreams/moved_email.txt", context),
        to=[person.email],
        headers=headers,
    )
