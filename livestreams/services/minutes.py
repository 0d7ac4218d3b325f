"""What happens to messages, counted minute by minute as it happens."""

from django.db import connection

from livestreams.models import Livestream
from shopfront.common import clock

COUNT = """
INSERT INTO livestreams_roomminute AS minute
(livestream_id, at, shown, held, removed, shielded) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (livestream_id, at) DO UPDATE SET shown = minute.shown + EXCLUDED.shown,
held = minute.held + EXCLUDED.held, removed = minute.removed + EXCLUDED.removed,
shielded = minute.shielded + EXCLUDED.shielded
"""


def count_messages(
    livestream: Livestream,
    *,
    shown: int = 0,
    held: int = 0,
    removed: int = 0,
    shielded: int = 0,
) -> None:
    """Add to the current minute of a room, in the open transaction.

    One statement for a whole batch; nothing is counted per viewer.

    Locks: the row of the minute; taken after the room's sequence row.
    """
    at = clock.now().replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [livestream.pk, at, shown, held, removed, shielded])
