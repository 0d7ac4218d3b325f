"""Lines: chat of a room stored, numbered, counted and kept as events at one blow."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import Field

from livestreams.models import ChatMessage, Livestream
from livestreams.protocol.events import ChatPosted
from livestreams.selectors.known import UNCHANGED, Known
from shopfront.common import clock

# Half of what three statements cost through the ORM; preparing it won nothing.
STORE = """
WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true) {guard}),
room AS (
  INSERT INTO livestreams_roomsequence AS room (livestream_id, seq)
  SELECT %s, %s FROM quickly
  ON CONFLICT (livestream_id) DO UPDATE SET seq = room.seq + EXCLUDED.seq
  RETURNING seq
),
line AS (
  SELECT line.*, room.seq - %s + line.place AS number
  FROM room, jsonb_to_recordset(%s) AS line({kinds}, place bigint)
),
event AS (
  INSERT INTO livestreams_roomevent (livestream_id, seq, type, body, at)
  SELECT livestream_id, number, %s, jsonb_build_object('id', public_id), at
  FROM line WHERE number IS NOT NULL
),
counted AS (
  INSERT INTO livestreams_roomminute AS minute
  (livestream_id, at, shown, held, removed, shielded)
  SELECT %s, %s, %s, %s, 0, 0 FROM room
  ON CONFLICT (livestream_id, at) DO UPDATE SET
  shown = minute.shown + EXCLUDED.shown, held = minute.held + EXCLUDED.held
)
INSERT INTO livestreams_chatmessage ({columns}, seq)
SELECT {columns}, number FROM line
RETURNING public_id, id, seq
"""


def store_lines(
    livestream: Livestream, rows: Sequence[ChatMessage], *, known: Known | None = None
) -> bool:
    """Store rows of a room and count them; what all may see gets a number.

    Rows made from what was remembered are stored only if all of that still holds;
    answers whether they were.

    One statement, which outside a transaction is one of its own. Its commit does not
    wait for the disk: a crash of PostgreSQL may lose the last half second of chat.

    Locks: the room's sequence row until the transaction ends, so that numbers are
    given in the order of commits and a rollback leaves no gap; then the row of the
    minute.
    """
    places = _number(rows)
    shown = sum(place is not None for place in places)
    held = sum(row.state == ChatMessage.State.HELD for row in rows)
    minute = clock.now().replace(second=0, microsecond=0)
    values = known.list_values() if known else []
    values += [livestream.pk, shown, shown, _pack(rows, places)]
    values += [ChatPosted.type, livestream.pk, minute, shown, held]
    with connection.cursor() as cursor:
        cursor.execute(_write_statement(UNCHANGED if known else ""), values)
        stored = {public_id: (pk, seq) for public_id, pk, seq in cursor.fetchall()}
    if known and not stored:
        return False
    for row in rows:
        row.pk, row.seq = stored[row.public_id]
        row._state.adding = False
    return True


def _number(rows: Sequence[ChatMessage]) -> list[int | None]:
    """Count those that all may see; the others get no place in the order."""
    places: list[int | None] = []
    shown = 0
    for row in rows:
        is_shown = row.state == ChatMessage.State.VISIBLE
        shown += is_shown
        places.append(shown if is_shown else None)
    return places


def _pack(rows: Sequence[ChatMessage], places: Sequence[int | None]) -> str:
    """Write all rows as one value; an array of each column costs thrice the time."""
    names = [(str(field.column), field.attname) for field in _list_fields()]
    packed = [
        {column: getattr(row, name) for column, name in names} | {"place": place}
        for row, place in zip(rows, places, strict=True)
    ]
    return orjson.dumps(packed).decode()


@cache
def _list_fields() -> "list[Field[Any, Any]]":
    fields = ChatMessage._meta.concrete_fields
    return [one for one in fields if not one.primary_key and one.name != "seq"]


@cache
def _write_statement(guard: str) -> str:
    """Name each column once; a length in a cast would cut text without a word."""
    quote = connection.ops.quote_name
    names = [quote(str(one.column)) for one in _list_fields()]
    types = [str(one.db_type(connection)).partition("(")[0] for one in _list_fields()]
    kinds = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
    return STORE.format(kinds=kinds, columns=", ".join(names), guard=guard)
