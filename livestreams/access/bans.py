"""Which mutes and bans hold where: in a show, a creator's shows, by a shared list."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from livestreams.models import BanShare, Livestream, Sanction
from shopfront.common import clock
from shopfront.models import User

SHARED_FOR = dt.timedelta(days=365)
"""A ban holds by a shared list for twelve months (C4)."""

# Asked with each batch of chat: what the ORM takes to write it costs more.
HOLDING = """
SELECT sanction.livestream_id, sanction.creator_id, sanction.user_id, sanction.kind,
sanction.created_at
FROM livestreams_sanction AS sanction
JOIN shopfront_user AS person ON person.id = sanction.user_id
WHERE person.public_id = ANY(%s) AND sanction.lifted_at IS NULL
AND (sanction.until IS NULL OR sanction.until > %s)
"""

Holding = tuple[int, int | None, int, str, dt.datetime]
"""What holds: in a show, in whose shows too, for whom, its kind and since when."""
Key = tuple[int, int]
"""A show and a person."""


def is_banned(user: User, livestream: Livestream) -> bool:
    """Whether a ban of this person holds in this show now; mostly one query."""
    return _find_strongest(user, livestream) == Sanction.Kind.BAN


def is_stopped(user: User, livestream: Livestream) -> bool:
    """Whether a ban or mute of this person holds in this show now, as `is_banned`."""
    return _find_strongest(user, livestream) is not None


def _find_strongest(user: User, livestream: Livestream) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(HOLDING, [[user.public_id], clock.now()])
        kinds = choose_strongest([livestream], cursor.fetchall())
    return kinds.get((livestream.pk, user.pk))


def choose_strongest(
    shows: Iterable[Livestream], found: Sequence[Holding]
) -> dict[Key, str]:
    """Return the strongest of what holds for each person in each show.

    No query, and one where somebody is banned from a creator's shows.
    """
    strongest: dict[Key, str] = {}
    if not found:
        return strongest
    takers = find_takers({giver for _, giver, _, kind, _ in found if giver})
    oldest = clock.now() - SHARED_FOR
    for show in shows:
        for livestream, giver, user, kind, created_at in found:
            is_ban = kind == Sanction.Kind.BAN
            is_shared = is_ban and created_at > oldest
            followed = takers.get(giver, ()) if giver and is_shared else ()
            holds = (
                livestream == show.pk
                or giver == show.creator_id
                or show.creator_id in followed
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
