"""The one record of moderation: written with each act, told to whom it concerns."""

import datetime as dt

from livestreams.errors.moderation import ActionUndone
from livestreams.models import Category, Livestream, ModerationAction
from livestreams.selectors.moderation import TOLD, tell_about
from livestreams.services import room
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

TOPIC = "livestreams.action_told"
Kind = ModerationAction.Kind


def record(
    kind: ModerationAction.Kind,
    livestream: Livestream,
    *,
    by: User | None,
    reason: str,
    person: User | None = None,
    until: dt.datetime | None = None,
    category: str = Category.OTHER,
    phrase: str = "",
) -> ModerationAction:
    """Write an act in the open transaction and tell the person it is about.

    A mute or ban is told in the room at once, a ban by mail too.
    """
    action = ModerationAction.objects.create(
        kind=kind,
        livestream=livestream,
        person=person,
        by=by,
        reason=reason[:200],
        until=until,
        category=category if category in Category.values else Category.OTHER,
        phrase=phrase[:100],
    )
    tell(action)
    return action


def lock(action: ModerationAction) -> ModerationAction:
    """Lock an act against who would take it back, and read it as it is now."""
    rows = ModerationAction.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("livestream", "person").get(pk=action.pk)


def mark_undone(action: ModerationAction, *, by: User | None, reason: str) -> None:
    """Take back an act in the open transaction, once.

    Raises:
        ActionUndone: somebody was first.

    Locks: the act's row.
    """
    undone = ModerationAction.objects.filter(pk=action.pk, undone_at=None).update(
        undone_at=clock.now(), undone_by=by, undo_reason=reason[:200]
    )
    if not undone:
        raise ActionUndone
    action.refresh_from_db()
    audit.record(
        "livestreams.undo_action",
        actor=by,
        subject_kind="moderation_action",
        subject_ref=action.public_id,
        reason=reason,
        facts={"kind": action.kind},
    )
    tell(action)


def tell(action: ModerationAction) -> None:
    """Tell the person where an act stands, after commit."""
    if action.person is None or action.kind not in TOLD:
        return
    room.announce(action.livestream, [tell_about(action)])
    if action.kind == Kind.BAN:
        state = "undone" if action.undone_at else "made"
        payload = {"action": action.public_id}
        outbox.post(TOPIC, f"{action.public_id}:{state}", payload)
