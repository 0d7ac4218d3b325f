"""Which mutes and bans hold where: in a show, a creator's shows, by a shared list."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connection

from livestreams.models import BanShare, Livestream, Sanction
from shopfront.common import clock
from shopfront.models import User

SHARED_FOR = dt.timedelta(days=365)
"""A ban holds by a shared list for twelve months (C4)."""

# Asked for each batch of chat: what the ORM takes to write it costs more.
HOLDING = """
SELECT livestream_id, creator_id, user_id, kind, created_at FROM livestreams_sanction
WHERE user_id = ANY(%s) AND lifted_at IS NULL AND (until IS NULL OR until > %s)
"""

Key = tuple[int, int]
"""A show and a person."""


def is_banned(user: User, livestream: Livestream) -> bool:
    """Whether a ban of this person holds in this show now; mostly one query."""
    kinds = find_sanctions([livestream], [user])
    return kinds.get((livestream.pk, user.pk)) == Sanction.Kind.BAN


def find_sanctions(
    shows: Iterable[Livestream], users: Iterable[User]
) -> dict[Key, str]:
    """Return the strongest sanction that holds for each person in each show.

    One query; another one only where somebody is banned from a creator's shows.
    """
    people = [user.pk for user in users]
    strongest: dict[Key, str] = {}
    if not people:
        return strongest
    with connection.cursor() as cursor:
        cursor.execute(HOLDING, [people, clock.now()])
        found = cursor.fetchall()
    if not found:
        return strongest
    takers = find_takers({giver for _, giver, _, kind, _ in found if giver})
    oldest = clock.now() - SHARED_FOR
    for show in shows:
        for livestream, giver, user, kind, created_at in found:
            is_ban = kind == Sanction.Kind.BAN
            is_shared = is_ban and created_at > oldest
            holds = (
                livestream == show.pk
                or giver == show.creator_id
                or (is_shared and show.creator_id in takers.get(giver, ()))
            )
            if holds and (is_ban or (show.pk, user) not in strongest):
                strongest[show.pk, user] = kind
    return strongest


def find_takers(givers: Collection[int]) -> dict[int, set[int]]:
    """Return which creators take the ban lists of these; no query for none."""
    takers: dict[int, set[int]] = defaultdict(set)
    if givers:
        rows = BanShare.objects.filter(giver__in=givers, ended_at=None)
        accepted = rows.exclude(accepted_at=None)
        for giver, taker in accepted.values_list("giver_id", "taker_id"):
            takers[giver].add(taker)
    return takers
