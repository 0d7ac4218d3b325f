"""Sanctions: mute and ban with who, why and until when (C9)."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from livestreams import broadcast
from livestreams.access.bans import find_takers
from livestreams.access.shows import HOST_SIDE, find_role
from livestreams.errors.moderation import NotOverHosts
from livestreams.models import (
    Category,
    ChatMessage,
    Livestream,
    ModerationAction,
    Sanction,
)
from livestreams.models.sayings import Saying, keep
from livestreams.services import actions, ban_lists, removals, room
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import audit, outbox

WIPED_TOPIC = "livestreams.person_wiped"
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)
LASTING = dt.datetime.max.replace(tzinfo=dt.UTC)


def mute_person(
    livestream: Livestream,
    person: User,
    *,
    by: User | None,
    reason: str,
    until: dt.datetime | None = None,
    is_wiping: bool = False,
    is_everywhere: bool = False,
    category: str = Category.OTHER,
) -> Sanction:
    """Stop a person from writing in a show, and take back what was written.

    Args:
        livestream: where it was decided.
        person: who may not write.
        by: who decides, or None where a rule acts.
        reason: why, in words for the person.
        until: when it ends by itself; None lasts until undone.
        is_wiping: take away what the person wrote in this show.
        is_everywhere: it holds in all shows of this creator.
        category: what was wrong.

    Raises:
        NotOverHosts: the person has a duty in the show.

    Locks: the person's row. Safe to repeat: one that holds as long stands.
    """
    with transaction.atomic():
        kind = Sanction.Kind.MUTE
        sanction = _write(
            livestream, person, kind, by, reason, until, is_everywhere, category
        )
        if is_wiping:
            _wipe(sanction)
    return sanction


def ban_person(
    livestream: Livestream,
    person: User,
    *,
    by: User | None,
    reason: str,
    until: dt.datetime | None = None,
    is_wiping: bool = False,
    is_everywhere: bool = False,
    category: str = Category.OTHER,
) -> Sanction:
    """Close a room to a person; open sockets close with 4403 after commit.

    Everywhere, it closes all shows of the creator, and of those who take the
    creator's list; of those too the person reads by mail.

    Raises:
        NotOverHosts: the person has a duty in the show.

    Locks: the person's row; everywhere, the creator's shared lists too.
    Safe to repeat: one that holds as long stands.
    """
    with transaction.atomic():
        kind = Sanction.Kind.BAN
        sanction = _write(
            livestream, person, kind, by, reason, until, is_everywhere, category
        )
        if is_wiping:
            _wipe(sanction)
        rooms = list_rooms(sanction)

        def close_sockets() -> None:
            for public_id in rooms:
                broadcast.close_person(public_id, person.public_id, "banned")

        transaction.on_commit(close_sockets, robust=True)
    return sanction


def wipe_late(message: Outbox) -> None:
    """Take away what was on its way to the room when its author was stopped.

    So too what that person wrote beyond one portion, a portion each time.
    A line on its way was let in before, and stored after, the sanction was. What was
    written once the sanction had ended, or while it is taken back, is not touched.

    Locks: the room's sequence row, in a transaction of its own: who stores a line
    has it then, or reads the sanction. Then the act's row, the lines in key order,
    and the sequence row. Safe to repeat: yes.
    """
    rows = ModerationAction.objects.select_related("livestream")
    known = rows.filter(public_id=message.payload["action"]).first()
    if known is None:
        return
    room.await_chat(known.livestream)
    with transaction.atomic():
        action = actions.lock(known)
        late = ChatMessage.objects.filter(
            livestream=action.livestream, author=action.person
        )
        if action.until is not None:
            late = late.filter(at__lt=action.until)
        gone = removals.take_away(action, late) if action.undone_at is None else []
        if len(gone) == removals.MOST_AT_ONCE:
            key = f"{action.public_id}:wiped:{gone[-1].pk}"
            outbox.post(WIPED_TOPIC, key, message.payload)


def lift_sanction(sanction: Sanction, *, by: User, reason: str) -> None:
    """End a sanction before its time and give back what it took.

    Locks: its act's row, the sanction's, then as `undo_action` does.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        action = actions.lock(sanction.action) if sanction.action else None
        lifted = Sanction.objects.filter(pk=sanction.pk, lifted_at=None).update(
            lifted_at=clock.now()
        )
        if not lifted:
            return
        _audit("livestreams.lift_sanction", sanction, by, reason)
        if action is not None and action.undone_at is None:
            removals.undo_action(action, by=by, reason=reason)


def list_rooms(sanction: Sanction) -> list[str]:
    """Return the public ids of the rooms on air that a sanction is about."""
    if sanction.creator_id is None:
        return [sanction.livestream.public_id]
    creators = find_takers({sanction.creator_id})[sanction.creator_id]
    shows = Livestream.objects.filter(
        state__in=ON_AIR, creator__in={sanction.creator_id, *creators}
    )
    return list(shows.order_by("pk").values_list("public_id", flat=True))


def _write(
    livestream: Livestream,
    person: User,
    kind: Sanction.Kind,
    by: User | None,
    reason: str,
    until: dt.datetime | None,
    is_everywhere: bool,
    category: str,
) -> Sanction:
    if find_role(person, livestream) in HOST_SIDE:
        raise NotOverHosts
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    creator = livestream.creator if is_everywhere else None
    known = Sanction.objects.holding(clock.now()).filter(
        livestream=livestream, user=person, kind=kind, creator=creator
    )
    shorter = list(known.select_related("action", "livestream"))
    for row in shorter:
        if (row.until or LASTING) >= (until or LASTING):
            return row
    action = actions.record(
        actions.Kind(kind),
        livestream,
        person=person,
        by=by,
        reason=reason,
        until=until,
        category=category,
    )
    sanction = Sanction.objects.create(
        livestream=livestream,
        creator=creator,
        user=person,
        kind=kind,
        category=action.category,
        by=by,
        reason=reason[:200],
        until=until,
        action=action,
    )
    if kind == Sanction.Kind.BAN and creator is not None:
        ban_lists.tell_of_takers(sanction)
    _replace(shorter, sanction)
    _audit(f"livestreams.{kind}_person", sanction, by, reason)
    return sanction


def _wipe(sanction: Sanction) -> None:
    """Take away what a person wrote, in the open transaction, and what is late."""
    action = sanction.action
    if action is not None:
        removals.take_away(action, _select_written(sanction))
        key = f"{action.public_id}:wiped"
        outbox.post(WIPED_TOPIC, key, {"action": action.public_id})


def _replace(shorter: list[Sanction], longer: Sanction) -> None:
    """End sanctions whose place a longer one takes, with the lines they took."""
    if not shorter:
        return
    now, old = clock.now(), [row.action_id for row in shorter if row.action_id]
    ModerationAction.objects.filter(pk__in=old, undone_at=None).update(
        undone_at=now, undo_reason=keep(Saying.REPLACED)
    )
    Sanction.objects.filter(pk__in=[row.pk for row in shorter]).update(lifted_at=now)
    removals.lock_lines(_select_written(longer))
    ChatMessage.objects.filter(taken_by__in=old).update(taken_by=longer.action)


def _select_written(sanction: Sanction) -> QuerySet[ChatMessage]:
    """Choose what the person wrote in the show in which a sanction was decided."""
    return ChatMessage.objects.filter(
        livestream=sanction.livestream, author=sanction.user
    )


def _audit(action: str, sanction: Sanction, by: User | None, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="sanction",
        subject_ref=sanction.public_id,
        reason=reason,
        facts={"person": sanction.user.public_id},
    )
