"""Shield mode: one switch that leaves a room to people whom the host knows (C5)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from creators.models import Follow
from livestreams.errors import ShowNotOnAir
from livestreams.errors.moderation import ShieldOn
from livestreams.models import Livestream, ModerationAction
from livestreams.models.sayings import Saying, keep
from livestreams.protocol.envelopes import seal
from livestreams.selectors.moderation import describe_shield, find_shield
from livestreams.selectors.rules import list_buyers
from livestreams.services import actions, room
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

FOLLOWING_FOR = dt.timedelta(days=7)


def raise_shield(livestream: Livestream, *, by: User) -> ModerationAction:
    """Let only known people write until it is undone or the show ends.

    Known is who bought what the host sells, or has followed for a week; links are
    refused and everybody waits 30 seconds between two messages.

    Raises:
        ShowNotOnAir: the room is closed anyway.

    Locks: the livestream's row. Safe to repeat: yes; one shield stands.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if not show.is_on_air:
            raise ShowNotOnAir
        standing = find_shield(show)
        if standing is not None:
            return standing
        reason = keep(Saying.SHIELD)
        action = actions.record(actions.Kind.SHIELD, show, by=by, reason=reason)
        show.shielded_at = clock.now()
        show.save(update_fields=["shielded_at"])
        room.announce(show, [seal(describe_shield(show))])
        audit.record(
            "livestreams.raise_shield",
            actor=by,
            subject_kind="livestream",
            subject_ref=show.public_id,
            reason=reason,
        )
    return action


def lower_shield(livestream: Livestream) -> None:
    """Open the room again in the open transaction, and say so."""
    show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
    if show.shielded_at is None:
        return
    told = seal(describe_shield(show, is_on=False))
    show.shielded_at = None
    show.save(update_fields=["shielded_at"])
    room.announce(show, [told])


class Shield:
    """Whom shield mode lets write; no query while it is off in all rooms."""

    def __init__(self, shows: Iterable[Livestream], users: Iterable[User]) -> None:
        people = [user.pk for user in users]
        self._known: dict[int, set[int]] = {}
        since = clock.now() - FOLLOWING_FOR
        for show in shows:
            if show.shielded_at is not None:
                follows = Follow.objects.filter(
                    creator=show.creator_id, user__in=people, created_at__lte=since
                )
                loyal = set(follows.order_by().values_list("user_id", flat=True))
                self._known[show.pk] = loyal | list_buyers(show.creator, people)

    def check(self, show: Livestream, author: User) -> None:
        """Let a person write who is known to the host.

        Raises:
            ShieldOn: the room is for known people now.
        """
        if show.pk in self._known and author.pk not in self._known[show.pk]:
            raise ShieldOn
