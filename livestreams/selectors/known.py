"""Known writers: who was read lately, believed only if nothing changed since.

Rows are remembered with the transaction that wrote them. The statement that stores
lines stores none when one of these rows was written since, or a sanction holds.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from livestreams.models import Livestream
from livestreams.selectors.writers import Writers
from shopfront.common import clock
from shopfront.models import User

MOST = 5_000
BELIEVED_FOR = 30.0
"""Seconds; what is reached from these rows has no version, and may be so old."""

UNCHANGED = """
WHERE EXISTS (
  SELECT FROM livestreams_livestream AS show
  JOIN creators_creator AS creator ON creator.id = show.creator_id
  LEFT JOIN livestreams_roomrules AS rules ON rules.livestream_id = show.id
  WHERE show.id = %s AND %s::text[] = ARRAY[
    show.xmin::text, creator.xmin::text, COALESCE(rules.xmin::text, '')]
)
AND NOT EXISTS (
  SELECT FROM unnest(%s::bigint[], %s::text[]) AS known(id, version)
  LEFT JOIN shopfront_user AS person
  ON person.id = known.id AND person.xmin::text = known.version
  WHERE person.id IS NULL
)
AND NOT EXISTS (
  SELECT FROM livestreams_sanction AS sanction
  WHERE sanction.user_id = ANY(%s) AND sanction.lifted_at IS NULL
  AND (sanction.until IS NULL OR sanction.until > %s)
)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A show and people as they were read, with the versions of their rows."""

    writers: Writers
    show: Livestream

    def list_values(self) -> list[Any]:
        """Return what `UNCHANGED` asks for."""
        versions = self.writers.versions
        people = self.writers.people
        keys = [person.pk for person in people.values()]
        seen = [versions[public_id] for public_id in people]
        show = self.show
        return [show.pk, versions[show.public_id], keys, seen, keys, clock.now()]


@dataclass(slots=True)
class _Remembered:
    row: Any
    version: Any
    until: float


@dataclass(slots=True)
class Memory:
    """Shows and people of this process's last lines."""

    _rows: dict[str, _Remembered] = field(default_factory=dict)

    def keep(self, writers: Writers) -> None:
        """Remember what was read outside of transactions; nobody with a sanction."""
        if len(self._rows) > MOST:
            self._rows.clear()
        until = time.monotonic() + BELIEVED_FOR
        stopped = {user_id for _, _, user_id, *_ in writers.sanctions}
        free = {
            public_id: person
            for public_id, person in writers.people.items()
            if person.pk not in stopped
        }
        for public_id, row in (writers.shows | free).items():
            version = writers.versions[public_id]
            self._rows[public_id] = _Remembered(row, version, until)

    def recall(self, rooms: Collection[str], people: Collection[str]) -> Known | None:
        """Return one room's show and all these people, or None if one is not known."""
        found = {public_id: self._find(public_id) for public_id in (*rooms, *people)}
        rows = {key: one.row for key, one in found.items() if one is not None}
        if len(rooms) != 1 or len(rows) < len(found):
            return None
        (room,) = rooms
        show: Livestream = rows.pop(room)
        everybody: dict[str, User] = rows
        versions = {key: one.version for key, one in found.items() if one is not None}
        return Known(Writers({room: show}, everybody, [], versions), show)

    def _find(self, public_id: str) -> _Remembered | None:
        found = self._rows.get(public_id)
        return found if found and found.until > time.monotonic() else None
