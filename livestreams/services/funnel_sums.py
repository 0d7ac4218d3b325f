"""Sums of the funnel: recomputed in one statement for what had new steps (N1)."""

import datetime as dt

from django.db import connection
from django.db.models import Max

from livestreams.models import FunnelSum
from livestreams.services.funnel import LOOK_BACK
from shopfront.common import clock

LONGEST = dt.timedelta(days=400)

# Whole products of shows are summed anew, so that a run that was cut off, or two at
# once, end with the same numbers. Old steps may be gone: a sum never falls.
SUM_UP = """
WITH touched AS (
    SELECT DISTINCT livestream_id, product_id FROM livestreams_funnelevent
    WHERE at >= %(since)s
),
summed AS (
    SELECT event.livestream_id, event.pin_id, event.product_id, event.kind,
        count(*) AS steps, count(DISTINCT event.visitor) AS people
    FROM livestreams_funnelevent AS event
    JOIN touched USING (livestream_id, product_id)
    JOIN livestreams_livestream AS show ON show.id = event.livestream_id
    WHERE event.pin_id IS NULL OR EXISTS (
        SELECT 1 FROM livestreams_pin WHERE id = event.pin_id
    )
    GROUP BY event.livestream_id, event.pin_id, event.product_id, event.kind
)
INSERT INTO livestreams_funnelsum
    (livestream_id, pin_id, product_id, kind, steps_count, people_count, summed_at)
SELECT livestream_id, pin_id, product_id, kind, steps, people, %(now)s FROM summed
ORDER BY livestream_id, pin_id, product_id, kind
ON CONFLICT ON CONSTRAINT livestreams_funnelsum_once DO UPDATE SET
    steps_count = greatest(livestreams_funnelsum.steps_count, excluded.steps_count),
    people_count = greatest(livestreams_funnelsum.people_count, excluded.people_count),
    summed_at = excluded.summed_at
"""


def sum_funnels() -> int:
    """Sum up the products of shows that had steps since the last run; return how many.

    Safe to repeat: yes, and side by side.
    """
    now = clock.now()
    last = FunnelSum.objects.aggregate(at=Max("summed_at"))["at"]
    # Steps of carts and orders are stored up to so much later than they were taken.
    since = (last or now - LONGEST) - 2 * LOOK_BACK
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP, {"since": since, "now": now})
        return int(cursor.rowcount)
