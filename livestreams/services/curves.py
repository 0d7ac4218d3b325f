"""The audience of shows on air, noted minute by minute for their reports (P7)."""

from collections.abc import Mapping

from django.db import connection

from livestreams.broadcast.counts import count_viewers
from livestreams.broadcast.viewers import list_watched
from livestreams.models import Livestream
from shopfront.common import clock

KEEP = """
UPDATE livestreams_livestream AS show SET viewers_total = seen.total
FROM unnest(%s::bigint[], %s::int[]) AS seen(pk, total)
WHERE show.id = seen.pk AND show.viewers_total < seen.total
"""
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)
NOTE = """
INSERT INTO livestreams_audienceminute AS minute (livestream_id, at, viewers)
SELECT pk, %s, viewers FROM unnest(%s::bigint[], %s::int[]) AS seen(pk, viewers)
ON CONFLICT ON CONSTRAINT livestreams_audienceminute_once
DO UPDATE SET viewers = greatest(minute.viewers, EXCLUDED.viewers)
"""


def count_audiences() -> int:
    """Note how many watch each show on air now; return how many shows that are.

    Without Valkey nothing is known and nothing is noted: the curve has a gap there,
    and does not fall to nobody.

    Safe to repeat: yes; a minute keeps the most that were seen in it.
    """
    shows = dict(
        Livestream.objects.filter(state__in=ON_AIR)
        .order_by("pk")
        .values_list("public_id", "pk")
    )
    _keep_totals(shows)
    counts = count_viewers(list(shows))
    if counts:
        at = clock.now().replace(second=0, microsecond=0)
        keys = [shows[public_id] for public_id in counts]
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [at, keys, list(counts.values())])
    return len(counts)


def _keep_totals(shows: Mapping[str, int]) -> None:
    """Keep by the minute how many different viewers each show has had, never fewer.

    Who they were stands in Valkey alone: the table holds a number and no people. If
    Valkey is lost, its set begins anew, and who was in it and is there again cannot
    be told from who is new. The number then stays where it stood until the new set
    has outgrown it: it may be less than the truth, never more.
    """
    totals = list_watched(list(shows))
    if totals:
        keys = [shows[public_id] for public_id in totals]
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [keys, list(totals.values())])
