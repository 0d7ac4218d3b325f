"""What was taken away stops working in the open room, whatever the bus does."""

import asyncio
from typing import Any, cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creators.models import Creator
from livestreams import broadcast
from livestreams.access.tickets import mint_ticket, read_ticket
from livestreams.broadcast.room import Member
from livestreams.consumers.commands import Seat, _write_message
from livestreams.errors import NotYourShow
from livestreams.models import CoHost, Livestream, ShowInvitation, TeamMember
from livestreams.selectors.host_side import list_host_side
from livestreams.selectors.room import read_marks
from livestreams.services.audiences import (
    claim_invitation,
    invite,
    revoke_invitation,
)
from livestreams.services.team import end_member
from shopfront.common import clock
from shopfront.models import User
from shopfront.services.people import take_roles
from tests.factories import make_livestream, make_user
from tests.rooms import RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)


def make_member(show: Livestream, user: User, duty: str = "moderator") -> TeamMember:
    CoHost.objects.create(livestream=show, user=user, duty=duty)
    return TeamMember.objects.create(
        creator=show.creator,
        email=user.email,
        duty=duty,
        user=user,
        accepted_at=clock.now(),
    )


def test_who_leaves_the_team_is_sent_for_another_ticket_in_all_processes(
    server: RoomServer,
    portable_server: RoomServer,
    show: Livestream,
    creator: Creator,
    shopper: User,
    stranger: User,
) -> None:
    member = make_member(show, shopper)
    make_member(show, stranger)
    old = mint_ticket(show, user=shopper)
    with (
        enter(server, show, shopper) as one,
        enter(portable_server, show, shopper) as two,
        enter(server, show, stranger) as other,
        enter(server, show, creator.user) as host,
    ):
        for client in (one, two, other, host):
            client.wait_for("hello")
        end_member(member, by=creator.user)
        for client in (one, two):
            assert client.wait_for_close() == (4401, "duty ended")
        for client in (other, host):
            assert (
                client.tell("chat.post", text="see https://shop.example/")["type"]
                == "ok"
            )
    with RoomClient(server, show.public_id, ticket=old) as again:
        assert again.wait_for_close() == (4401, "duty ended")
    with enter(server, show, shopper) as viewer:
        assert viewer.wait_for("hello")["you"]["role"] == "viewer"
        answer = viewer.tell("chat.post", text="see https://shop.example/")
        assert answer["code"] == "livestreams.links_denied"


def test_staff_without_roles_leave_the_host_side(
    server: RoomServer, show: Livestream, staff: User, creator: Creator
) -> None:
    with enter(server, show, staff) as client:
        assert client.wait_for("hello")["you"]["role"] == "staff"
        take_roles(staff, by=creator.user, reason="Left")
        assert client.wait_for_close() == (4401, "duty ended")


def test_no_line_is_taken_by_a_duty_that_ended(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    member = make_member(show, shopper)
    ticket = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    nobody = cast("Any", None)
    seat = Seat(nobody, Member(sink=nobody), ticket, nobody, nobody)
    assert asyncio.run(_write_message(seat, "Hello")).is_host_side
    end_member(member, by=creator.user)
    with pytest.raises(NotYourShow):
        asyncio.run(_write_message(seat, "Hello"))


def test_the_host_side_of_many_rooms_is_one_query(
    show: Livestream, creator: Creator, shopper: User, stranger: User, staff: User
) -> None:
    make_member(show, shopper, "co_host")
    closed = make_user(is_staff=True, is_active=False)
    people = [creator.user, shopper, stranger, staff, closed]
    asked = {(show.public_id, person.public_id) for person in people}
    asked.add(("elsewhere", creator.user.public_id))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = list_host_side(asked)
    assert len(queries) == 1
    assert {person for _, person in found} == {
        person.public_id for person in (creator.user, shopper, staff)
    }
    with CaptureQueriesContext(connection) as queries:
        assert list_host_side([]) == set()
    assert not queries


def limit(show: Livestream) -> None:
    show.audience = Livestream.Audience.INVITED
    show.save(update_fields=["audience"])


def seat(show: Livestream, user: User) -> ShowInvitation:
    place = invite(show, name="A friend", by=show.creator.user)
    claim_invitation(place, user)
    return place


def test_a_withdrawn_place_ends_although_nobody_was_told(
    server: RoomServer,
    show: Livestream,
    shopper: User,
    stranger: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(show)
    place, _ = seat(show, shopper), seat(show, stranger)
    old = mint_ticket(show, user=shopper)
    told: list[str] = []
    monkeypatch.setattr(
        broadcast, "close_person", lambda _room, person, _why: told.append(person)
    )
    expected = (4403, "invitation withdrawn")
    with enter(server, show, shopper) as one, enter(server, show, stranger) as other:
        one.wait_for("hello")
        other.wait_for("hello")
        revoke_invitation(place)
        assert told == [shopper.public_id]
        assert one.wait_for_close() == expected
        with RoomClient(server, show.public_id, ticket=old) as again:
            assert again.wait_for_close() == expected
        assert other.tell("chat.post", text="Still here")["type"] == "ok"
    seat(show, shopper)
    with enter(server, show, shopper) as back:
        assert back.tell("chat.post", text="Back again")["type"] == "ok"
        mark = read_marks([show.public_id])[show.public_id]
        assert mark.withdrawn == []


def test_a_show_that_becomes_limited_closes_who_has_no_ticket_for_it(
    server: RoomServer,
    show: Livestream,
    creator: Creator,
    shopper: User,
    stranger: User,
) -> None:
    old = mint_ticket(show, user=stranger)
    with (
        RoomClient(server, show.public_id) as guest,
        enter(server, show) as reader,
        enter(server, show, stranger) as viewer,
        enter(server, show, creator.user) as host,
    ):
        for client in (guest, reader, viewer, host):
            client.wait_for("hello")
        seat(show, shopper)
        limit(show)
        for client in (guest, reader, viewer):
            assert client.wait_for_close() == (4401, "audience changed")
        assert host.tell("chat.post", text="Among us now")["type"] == "ok"
        with RoomClient(server, show.public_id) as guest:
            assert guest.wait_for_close() == (4403, "not open to everybody")
        with RoomClient(server, show.public_id, ticket=old) as viewer:
            assert viewer.wait_for_close() == (4401, "audience changed")
        with enter(server, show, shopper) as invited:
            assert invited.tell("chat.post", text="Thank you")["type"] == "ok"


def test_withdrawn_places_of_many_rooms_are_one_query(
    show: Livestream, shopper: User, stranger: User
) -> None:
    limit(show)
    others = [make_livestream(creator=show.creator) for _ in range(3)]
    for other in others:
        limit(other)
    counts = []
    for rooms in ([show], [show, *others]):
        with CaptureQueriesContext(connection) as queries:
            read_marks([room.public_id for room in rooms])
        counts.append(len(queries))
    assert counts[0] == counts[1]
    revoke_invitation(seat(show, shopper))
    marks = read_marks([room.public_id for room in (show, *others)])
    assert marks[show.public_id].withdrawn == [shopper.public_id]
    assert marks[others[0].public_id].withdrawn == []
