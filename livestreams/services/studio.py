"""Acts of the studio that are more than a change of state: go live, call for help."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from livestreams.errors import NoPictureYet
from livestreams.models import ChatMessage, Livestream
from livestreams.services import sanctions
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from shopfront.models import Audit, Outbox, User
from shopfront.services import audit, outbox

HELP_TOPIC = "livestreams.help_called"
ONE_CALL = dt.timedelta(seconds=60)
MUTE_FOR = dt.timedelta(minutes=30)


def go_live(livestream: Livestream, *, by: User) -> Livestream:
    """Put a show on air once its picture arrives; a paused one goes on.

    Raises:
        NoPictureYet: viewers would see nothing.
        ShowEnded: the show is over for good.

    Safe to repeat: yes.
    """
    livestream.refresh_from_db()
    waits = livestream.state == Livestream.State.SCHEDULED
    if waits and livestream.publisher_seen_at is None:
        raise NoPictureYet
    return start_livestream(livestream, by=by)


def call_for_help(livestream: Livestream, *, by: User, words: str = "") -> bool:
    """Call the staff on duty to a show (C11): an audit row they see, and an e-mail.

    Returns whether this was a new call; within a minute the first one stands.
    """
    now = clock.now()
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(pk=livestream.pk)
        recent = Audit.objects.filter(
            action=HELP_TOPIC, subject_ref=show.public_id, at__gt=now - ONE_CALL
        )
        if recent.exists():
            return False
        call = audit.record(
            HELP_TOPIC,
            actor=by,
            subject_kind="livestream",
            subject_ref=show.public_id,
            reason=words[:500],
        )
        outbox.post(HELP_TOPIC, f"help:{call.public_id}", {"call": call.public_id})
    return True


def find_last_call(livestream: Livestream) -> dt.datetime | None:
    """Return when help was last called to a show, if it was."""
    return (
        Audit.objects.filter(action=HELP_TOPIC, subject_ref=livestream.public_id)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )


def send_help_call(message: Outbox) -> None:
    """Write to every member of staff that a show calls for help.

    Safe to repeat: the Message-ID stays the same.
    """
    call = Audit.objects.select_related("actor").get(public_id=message.payload["call"])
    show = Livestream.objects.select_related("creator").get(public_id=call.subject_ref)
    people = User.objects.filter(is_staff=True, is_active=True)
    caller = call.actor.name if call.actor else show.creator.display_name
    facts = {"title": show.title, "host": show.creator.display_name, "caller": caller}
    lines = [
        _("%(caller)s calls for help in “%(title)s” by %(host)s.") % facts,
        call.reason,
        f"{settings.SITE_URL}/creator/studio/{show.public_id}/",
    ]
    EmailMessage(
        subject=_("Help is called: %(title)s") % facts,
        body="\n\n".join(line for line in lines if line),
        bcc=list(people.values_list("email", flat=True)),
        headers={"Message-ID": f"<help-{call.public_id}@shopfront>"},
    ).send()


def mute_author(message: ChatMessage, *, by: User, reason: str) -> None:
    """Mute a message's author for half an hour and take back what they wrote."""
    sanctions.mute_person(
        message.livestream,
        message.author,
        by=by,
        reason=reason,
        until=clock.now() + MUTE_FOR,
        is_wiping=True,
    )
