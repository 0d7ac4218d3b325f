"""Erasure of one person's chat (C8; Regulation (EU) 2016/679 Art. 17)."""

from django.db import transaction
from django.db.models import QuerySet

from livestreams.models import ChatMessage, ChatTurn, Livestream, Report
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import ChatRemoved, Event
from livestreams.selectors.room import describe_held
from livestreams.services import chat_pins, room
from livestreams.services.questions import erase_questions
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit


def erase_chat(user: User, *, by: User, reason: str = "") -> int:
    """Erase text and name of all that a person wrote; return how many messages.

    Rooms and replays lose them at once. What an open report is about stays until
    it is decided (Art. 17(3)); sanctions and decisions keep their facts, not the
    text.

    Locks: a show's messages of this person, then its sequence row; show by show.
    Safe to repeat: yes.
    """
    shows = Livestream.objects.filter(
        pk__in=_select_erasable(user).order_by().values("livestream")
    )
    erased = sum(_erase_in(show, user) for show in shows.order_by("pk"))
    erased += erase_questions(user)
    if erased:
        audit.record(
            "livestreams.erase_chat",
            actor=by,
            subject_kind="user",
            subject_ref=user.public_id,
            reason=reason,
            facts={"messages": erased},
        )
    return erased


def _erase_in(show: Livestream, user: User) -> int:
    with transaction.atomic():
        chosen = _select_erasable(user).filter(livestream=show)
        rows = list(chosen.select_for_update(of=("self",)).order_by("pk"))
        ChatMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=ChatMessage.State.REMOVED,
            text="",
            author_name="",
            looked_at=clock.now(),
        )
        seen: list[Event] = [
            ChatRemoved(id=row.public_id)
            for row in rows
            if row.seq is not None and row.state == ChatMessage.State.VISIBLE
        ]
        seen += chat_pins.take_down(rows)
        if seen:
            room.append_events(show, seen)
        own = [row for row in rows if row.state != ChatMessage.State.VISIBLE]
        erased = [describe_held(row, state="erased") for row in own]
        room.announce(show, [seal(one, to=user.public_id) for one in erased])
        ChatTurn.objects.filter(livestream=show, user=user).delete()
    return len(rows)


def _select_erasable(user: User) -> QuerySet[ChatMessage]:
    under_report = Report.objects.filter(
        state=Report.State.OPEN, message__author=user
    ).values("message")
    written = ChatMessage.objects.filter(author=user).exclude(text="")
    return written.exclude(pk__in=under_report)
