"""Shows and people of a batch of chat, read as cheaply as they can be."""

from collections.abc import Iterable
from functools import cache

from django.db import connection

from creators.models import Creator
from livestreams.models import Livestream, RoomRules
from shopfront.common.rows import RowReader
from shopfront.models import User

SHOWS = """
SELECT {show}, {creator}, {rules}
FROM livestreams_livestream AS show
JOIN creators_creator AS creator ON creator.id = show.creator_id
LEFT JOIN livestreams_roomrules AS rules ON rules.livestream_id = show.id
WHERE show.public_id = ANY(%s)
"""
PEOPLE = """
SELECT {person} FROM shopfront_user AS person
WHERE person.public_id = ANY(%s) AND person.is_active
"""


def read_shows(public_ids: Iterable[str]) -> dict[str, Livestream]:
    """Return shows by public id, each with its creator and rules, in one query."""
    readers, statement = _prepare_shows()
    shows: dict[str, Livestream] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(public_ids)])
        for row in cursor.fetchall():
            first, second = readers[0].width, readers[0].width + readers[1].width
            show = readers[0].read(row[:first])
            assert show is not None
            _remember(show, "creator", readers[1].read(row[first:second]))
            _remember(show, "rules", readers[2].read(row[second:]))
            shows[show.public_id] = show
    return shows


def read_people(public_ids: Iterable[str]) -> dict[str, User]:
    """Return open accounts by public id, in one query."""
    reader, statement = _prepare_people()
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(public_ids)])
        found = [reader.read(row) for row in cursor.fetchall()]
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
