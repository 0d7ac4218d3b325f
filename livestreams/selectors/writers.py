"""Shows and people of a batch of chat, read as cheaply as they can be."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from creators.models import Creator
from livestreams.access.bans import HOLDING, Holding
from livestreams.models import Livestream, RoomRules
from shopfront.common import clock
from shopfront.common.rows import RowReader
from shopfront.models import User

Row = tuple[Any, ...]

SHOWS = """
SELECT {show}, {creator}, {rules},
ARRAY[show.xmin::text, creator.xmin::text, COALESCE(rules.xmin::text, '')]
FROM livestreams_livestream AS show
JOIN creators_creator AS creator ON creator.id = show.creator_id
LEFT JOIN livestreams_roomrules AS rules ON rules.livestream_id = show.id
WHERE show.public_id = ANY(%s)
"""
PEOPLE = """
SELECT {person}, person.xmin::text FROM shopfront_user AS person
WHERE person.public_id = ANY(%s) AND person.is_active
"""


@dataclass(frozen=True, slots=True)
class Writers:
    """Shows and open accounts by public id, and the sanctions of these people."""

    shows: dict[str, Livestream]
    people: dict[str, User]
    sanctions: list[Holding]
    versions: dict[str, Any]
    """By public id, which transaction wrote what was read; see `known`."""


def read_writers(rooms: Iterable[str], people: Iterable[str]) -> Writers:
    """Return all that is known of who writes where; one trip to the database."""
    wanted = list(people)
    reads = ";".join([_prepare_shows()[1], _prepare_people()[1], HOLDING])
    with connection.cursor() as cursor:
        cursor.execute(reads, [list(rooms), wanted, wanted, clock.now()])
        # Named by its place each: within a request, what notes who changes rows has
        # gone on to the last of them.
        cursor.set_result(0)
        of_shows = cursor.fetchall()
        cursor.set_result(1)
        of_people = cursor.fetchall()
        cursor.set_result(2)
        shows, found = _make_shows(of_shows), _make_people(of_people)
        versions = dict(zip(shows, (row[-1] for row in of_shows), strict=True))
        versions |= zip(found, (row[-1] for row in of_people), strict=True)
        return Writers(shows, found, cursor.fetchall(), versions)


def _make_shows(rows: Iterable[Row]) -> dict[str, Livestream]:
    readers, _statement = _prepare_shows()
    first, second = readers[0].width, readers[0].width + readers[1].width
    shows: dict[str, Livestream] = {}
    for row in rows:
        show = readers[0].read(row[:first])
        assert show is not None
        _remember(show, "creator", readers[1].read(row[first:second]))
        _remember(show, "rules", readers[2].read(row[second:-1]))
        shows[show.public_id] = show
    return shows


def _make_people(rows: Iterable[Row]) -> dict[str, User]:
    reader, _statement = _prepare_people()
    found = (reader.read(row[:-1]) for row in rows)
    return {person.public_id: person for person in found if person is not None}


Readers = tuple[RowReader[Livestream], RowReader[Creator], RowReader[RoomRules]]


@cache
def _prepare_shows() -> tuple[Readers, str]:
    readers = (
        RowReader(Livestream, "show"),
        RowReader(Creator, "creator"),
        RowReader(RoomRules, "rules"),
    )
    show, creator, rules = (reader.columns for reader in readers)
    return readers, SHOWS.format(show=show, creator=creator, rules=rules)


@cache
def _prepare_people() -> tuple[RowReader[User], str]:
    reader = RowReader(User, "person")
    return reader, PEOPLE.format(person=reader.columns)


def _remember(show: Livestream, name: str, row: Creator | RoomRules | None) -> None:
    """Do what select_related does, for a foreign key and for a one-to-one back."""
    show._state.fields_cache[name] = row
    if isinstance(row, RoomRules):
        row._state.fields_cache["livestream"] = show
