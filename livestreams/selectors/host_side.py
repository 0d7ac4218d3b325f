"""Who has a duty in a show now: asked for sockets that say they have one."""

from collections.abc import Collection

from django.db import connection

Place = tuple[str, str]
"""Public ids of a show and of a person."""

# Each process asks once a second: what the ORM takes to write it costs more.
HOST_SIDE = """
SELECT asked.show, asked.person
FROM unnest(%s::text[], %s::text[]) AS asked(show, person)
JOIN livestreams_livestream AS show ON show.public_id = asked.show
JOIN creators_creator AS creator ON creator.id = show.creator_id
JOIN shopfront_user AS person ON person.public_id = asked.person
WHERE person.is_active
  AND (person.is_staff OR creator.user_id = person.id
       OR EXISTS (SELECT FROM livestreams_cohost AS duty
                  WHERE duty.livestream_id = show.id AND duty.user_id = person.id))
"""


def list_host_side(places: Collection[Place]) -> set[Place]:
    """Return those of these people who have a duty in their show; one query for all.

    No query for none. It says of each what `access.shows.find_role` says of one.
    """
    if not places:
        return set()
    rooms, people = zip(*places, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(HOST_SIDE, [list(rooms), list(people)])
        return {(room, person) for room, person in cursor.fetchall()}
