"""Calling off a planned show: who waits for it, or has a duty in it, is told."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from livestreams.models import Livestream
from livestreams.selectors.planner import list_expecting
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "livestreams.called_off"
LETTER_TOPIC = "livestreams.called_off_letter"


def post_called_off(show: Livestream) -> None:
    """Write into the open transaction that a show ended before it began.

    A rehearsal tells nobody.
    """
    if show.started_at is None and not show.is_rehearsal:
        outbox.post(TOPIC, show.public_id, {"show": show.public_id})


def carry_called_off(message: Outbox) -> None:
    """Post a letter to each who wants a reminder or has a duty; the host knows.

    Safe to repeat: yes, each is written to once.
    """
    show = Livestream.objects.get(public_id=message.payload["show"])
    with transaction.atomic():
        for name in list_expecting(show):
            facts = {"show": show.public_id, "user": name}
            outbox.post(LETTER_TOPIC, f"{show.public_id}:{name}", facts)


def send_called_off(message: Outbox) -> None:
    """Tell one person that a show is called off, and why.

    Safe to repeat: the Message-ID stays the same.
    """
    person = User.objects.filter(
        public_id=message.payload["user"], is_active=True
    ).first()
    if person is None:
        return
    show = Livestream.objects.select_related("creator", "market").get(
        public_id=message.payload["show"]
    )
    with translation.override(person.language):
        context = {
            "name": person.name,
            "show": show,
            "address": f"{settings.SITE_URL}/c/{show.creator.handle}/",
            "site_name": settings.SITE_NAME,
        }
        EmailMessage(
            subject=_("Called off: %(title)s") % {"title": show.title},
            body=render_to_string("livestreams/called_off_email.txt", context),
            to=[person.email],
            headers=name_letter(f"called-off-{message.key}"),
        ).send()
