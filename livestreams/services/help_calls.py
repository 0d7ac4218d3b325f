"""Calls for help from a show: who is called, who comes, who is called next (C11)."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from livestreams.models import HelpCall, Livestream
from livestreams.protocol.envelopes import HOSTS, seal
from livestreams.selectors.duties import find_called, list_called
from livestreams.selectors.moderation import describe_help
from livestreams.services import room
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

TOPIC = "livestreams.help_called"
ANSWER_WITHIN = dt.timedelta(seconds=60)


def call_for_help(livestream: Livestream, *, by: User, words: str = "") -> bool:
    """Call the show's moderators, who is on duty in its market, or else all of staff.

    Which of these it is stands on the call, for the host to read. Returns whether
    this was a new call; one that nobody answered stands.

    Locks: the livestream's row.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if HelpCall.objects.filter(livestream=show, answered_at=None).exists():
            return False
        call = HelpCall.objects.create(
            livestream=show, by=by, words=words[:500], reach=find_called(show).reach
        )
        room.announce(show, [seal(describe_help(call), to=HOSTS)])
        audit.record(
            TOPIC,
            actor=by,
            subject_kind="livestream",
            subject_ref=show.public_id,
            reason=call.words,
        )
        payload = {"call": call.public_id, "wave": "first"}
        outbox.post(TOPIC, f"help:{call.public_id}", payload)
    return True


def answer_help(call: HelpCall, *, by: User) -> bool:
    """Say that this person is on it; False when somebody was first.

    Safe to repeat: yes; the first answer stands.
    """
    with transaction.atomic():
        answered = HelpCall.objects.filter(pk=call.pk, answered_at=None).update(
            answered_at=clock.now(), answered_by=by
        )
        if answered:
            call.refresh_from_db()
            room.announce(call.livestream, [seal(describe_help(call), to=HOSTS)])
            audit.record(
                "livestreams.answer_help",
                actor=by,
                subject_kind="livestream",
                subject_ref=call.livestream.public_id,
            )
    return bool(answered)


def call_next(limit: int = 100) -> int:
    """Call everybody of staff where a call waits for more than a minute.

    Returns how many calls were widened. Safe to repeat: yes; each is widened once.
    """
    now = clock.now()
    with transaction.atomic():
        late = (
            HelpCall.objects.select_for_update(skip_locked=True)
            .filter(answered_at=None, widened_at=None)
            .filter(called_at__lte=now - ANSWER_WITHIN)
        )
        rows = list(late.order_by("id")[:limit])
        HelpCall.objects.filter(pk__in=[row.pk for row in rows]).update(widened_at=now)
        for row in rows:
            payload = {"call": row.public_id, "wave": "next"}
            outbox.post(TOPIC, f"help:{row.public_id}:next", payload)
    return len(rows)


def send_help_call(message: Outbox) -> None:
    """Write to those who are called to a show.

    Safe to repeat: the Message-ID stays the same.
    """
    call = HelpCall.objects.select_related("by", "livestream__creator").get(
        public_id=message.payload["call"]
    )
    wave = message.payload["wave"]
    people = _list_called(call, wave)
    if not people or call.answered_at is not None:
        return
    show = call.livestream
    facts = {
        "title": show.title,
        "host": show.creator.display_name,
        "caller": call.by.name,
    }
    first = (
        _("%(caller)s calls for help in “%(title)s” by %(host)s.")
        if wave == "first"
        else _("Nobody answered for a minute: “%(title)s” by %(host)s needs help.")
    )
    is_alone = wave == "first" and call.reach == HelpCall.Reach.STAFF
    lines = [
        first % facts,
        call.get_reach_display() if is_alone else "",
        call.words,
        f"{settings.SITE_URL}/creator/studio/{show.public_id}/",
    ]
    EmailMessage(
        subject=_("Help is called: %(title)s") % facts,
        body="\n\n".join(line for line in lines if line),
        bcc=people,
        headers=name_letter(f"help-{call.public_id}-{wave}"),
    ).send()


def _list_called(call: HelpCall, wave: str) -> list[str]:
    """Return whom a wave calls: who is called first, then all of staff."""
    if wave == "first":
        return [one for one in list_called(call.livestream) if one != call.by.email]
    staff = User.objects.filter(is_staff=True, is_active=True)
    return sorted(person.email for person in staff)
