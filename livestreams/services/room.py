"""The room's memory: numbers without gaps, and telling it after commit.

Acts on a room lock in one order, or two of them would wait for each other until
PostgreSQL ends one: the show, the person acted against, the act, its sanctions and
appeals, what the shield told of a line, the lines in key order, what is on screen
(question, poll, the line at the top), the room's sequence row, the row of the minute,
reports. Each may leave rows out and lock again what it holds. The sequence row
is late because all chat of the room waits for it.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from livestreams import broadcast
from livestreams.models import Livestream, RoomEvent
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import Event, ShowPaused
from shopfront.common import clock

TAKE_NUMBERS = """
INSERT INTO livestreams_roomsequence AS room (livestream_id, seq) VALUES (%s, %s)
ON CONFLICT (livestream_id) DO UPDATE SET seq = room.seq + EXCLUDED.seq
RETURNING seq
"""


def take_numbers(livestream: Livestream, count: int) -> int:
    """Take the next numbers of a room and return the first.

    Locks: the room's sequence row until the transaction ends, so that numbers are
    given in the order of commits and a rollback leaves no gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NUMBERS, [livestream.pk, count])
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def await_chat(livestream: Livestream) -> None:
    """Return once all who were about to store lines in a room have done so.

    Locks: the room's sequence row, for an instant.
    """
    with transaction.atomic(durable=True):
        take_numbers(livestream, 0)


def append_events(livestream: Livestream, events: Sequence[Event]) -> int:
    """Store durable events in the open transaction and tell the room after commit.

    Returns the number of the first.

    Locks: the room's sequence row.
    """
    first = take_numbers(livestream, len(events))
    at = clock.now()
    RoomEvent.objects.bulk_create(
        RoomEvent(
            livestream=livestream,
            seq=first + index,
            type=event.type,
            body=_keep_ids(event),
            at=getattr(event, "at", at),
        )
        for index, event in enumerate(events)
    )
    announce(
        livestream,
        [seal(event, seq=first + index) for index, event in enumerate(events)],
    )
    return first


def announce(livestream: Livestream, envelopes: Sequence[Envelope]) -> None:
    """Tell the room once the open transaction has committed."""
    told, tell = list(envelopes), broadcast.publish

    def tell_room() -> None:
        tell(livestream.public_id, told)

    transaction.on_commit(tell_room, robust=True)


def _keep_ids(event: Event) -> dict[str, str]:
    """Events hold ids only, so that removed text never comes back."""
    if isinstance(event, ShowPaused):
        return {"why": event.why}
    public_id = getattr(event, "id", None)
    return {"id": public_id} if public_id else {}
