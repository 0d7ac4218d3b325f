"""Sanctions: mute and ban with who, why and until when (C9)."""

import datetime as dt

from django.db import transaction

from livestreams import broadcast
from livestreams.models import ChatMessage, Livestream, Sanction
from livestreams.services import chat
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit


def mute_person(
    livestream: Livestream,
    person: User,
    *,
    by: User,
    reason: str,
    until: dt.datetime | None = None,
    is_wiping: bool = False,
) -> Sanction:
    """Stop a person from writing in a show, and take back what was written."""
    with transaction.atomic():
        sanction = _write(livestream, person, Sanction.Kind.MUTE, by, reason, until)
        if is_wiping:
            shown = ChatMessage.objects.filter(
                livestream=livestream, author=person
            ).exclude(state=ChatMessage.State.REMOVED)
            for message in shown.select_related("livestream", "author"):
                chat.remove_message(message, by=by, reason=reason)
    return sanction


def ban_person(
    livestream: Livestream,
    person: User,
    *,
    by: User,
    reason: str,
    until: dt.datetime | None = None,
) -> Sanction:
    """Close a room to a person; open sockets close with 4403 after commit."""
    with transaction.atomic():
        sanction = _write(livestream, person, Sanction.Kind.BAN, by, reason, until)

        def close_sockets() -> None:
            broadcast.close_person(livestream.public_id, person.public_id, "banned")

        transaction.on_commit(close_sockets, robust=True)
    return sanction


def lift_sanction(sanction: Sanction, *, by: User, reason: str) -> None:
    """End a sanction before its time. Safe to repeat: yes."""
    with transaction.atomic():
        lifted = Sanction.objects.filter(pk=sanction.pk, lifted_at=None).update(
            lifted_at=clock.now()
        )
        if lifted:
            _audit("livestreams.lift_sanction", sanction, by, reason)


def _write(
    livestream: Livestream,
    person: User,
    kind: Sanction.Kind,
    by: User,
    reason: str,
    until: dt.datetime | None,
) -> Sanction:
    sanction = Sanction.objects.create(
        livestream=livestream,
        user=person,
        kind=kind,
        by=by,
        reason=reason[:200],
        until=until,
    )
    _audit(f"livestreams.{kind}_person", sanction, by, reason)
    return sanction


def _audit(action: str, sanction: Sanction, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="sanction",
        subject_ref=sanction.public_id,
        reason=reason,
        facts={"person": sanction.user.public_id},
    )
