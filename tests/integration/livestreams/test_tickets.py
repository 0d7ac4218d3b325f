"""Tickets: who sits where, signed, short-lived, refused where they do not belong."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from creators.models import Creator
from livestreams.access.shows import Role
from livestreams.access.tickets import (
    LIFETIME,
    Ticket,
    mint_ticket,
    read_ticket,
    renew_tickets,
)
from livestreams.errors import Banned, TicketForeign, TicketInvalid
from livestreams.models import Livestream
from livestreams.services.sanctions import ban_person
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user

pytestmark = pytest.mark.django_db


def renew(ticket: Ticket) -> Ticket:
    (renewal,) = renew_tickets([ticket])
    assert isinstance(renewal, str)
    return read_ticket(renewal, ticket.livestream)


def test_a_ticket_says_who_sits_there(show: Livestream, shopper: User) -> None:
    ticket = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    assert (ticket.person, ticket.viewer) == (shopper.public_id, shopper.public_id)
    assert (ticket.name, ticket.role, ticket.badges) == ("Sam", Role.VIEWER, ())
    assert ticket.is_counted


def test_a_ticket_is_read_without_a_query(
    show: Livestream, shopper: User, django_assert_num_queries: "object"
) -> None:
    value = mint_ticket(show, user=shopper)
    with django_assert_num_queries(0):  # type: ignore[operator]
        read_ticket(value, show.public_id)


def test_a_guest_is_counted_by_browser_and_not_by_its_key(show: Livestream) -> None:
    values = [
        mint_ticket(show, user=AnonymousUser(), browser_key="the key of a cart")
        for _ in range(2)
    ]
    first, second = (read_ticket(value, show.public_id) for value in values)
    assert first.viewer == second.viewer
    assert "cart" not in first.viewer
    assert first.person == ""


def test_hosts_and_staff_are_never_counted_as_viewers(
    show: Livestream, creator: Creator, staff: User
) -> None:
    for person, badge in ((creator.user, "host"), (staff, "staff")):
        ticket = read_ticket(mint_ticket(show, user=person), show.public_id)
        assert not ticket.is_counted
        assert ticket.is_host_side
        assert ticket.badges == (badge,)


def test_invented_shoppers_are_marked(show: Livestream) -> None:
    ticket = read_ticket(
        mint_ticket(show, user=make_user(is_demo=True)), show.public_id
    )
    assert ticket.badges == ("demo",)
    assert not ticket.is_counted


def test_who_tries_the_demo_is_a_person(creator: Creator) -> None:
    show = make_livestream(creator=creator, is_demo=True)
    ticket = read_ticket(
        mint_ticket(show, user=make_user(is_demo=True)), show.public_id
    )
    assert ticket.badges == ()
    assert ticket.is_counted


def test_a_ticket_ends_after_ten_minutes(show: Livestream, shopper: User) -> None:
    value = mint_ticket(show, user=shopper)
    later = clock.now() + dt.timedelta(seconds=LIFETIME + 1)
    with time_machine.travel(later), pytest.raises(TicketInvalid):
        read_ticket(value, show.public_id)


def test_a_forged_or_foreign_ticket_is_refused(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    value = mint_ticket(show, user=shopper)
    body, _, signature = value.partition(".")
    for forged in ("", ".", value[:-2], f"{body[:-4]}AAAA.{signature}"):
        with pytest.raises(TicketInvalid):
            read_ticket(forged, show.public_id)
    other = make_livestream(creator=creator)
    with pytest.raises(TicketForeign):
        read_ticket(value, other.public_id)


def test_renewal_looks_at_the_account_again(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    ticket = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    assert renew(ticket).person == shopper.public_id
    ban_person(show, shopper, by=creator.user, reason="Threats")
    assert isinstance(renew_tickets([ticket])[0], Banned)
    User.objects.filter(pk=shopper.pk).update(is_active=False)
    assert isinstance(renew_tickets([ticket])[0], TicketInvalid)


def test_a_crowd_of_guests_is_renewed_with_one_query(
    show: Livestream, django_assert_num_queries: "object"
) -> None:
    keys = [f"key {number}" for number in range(30)]
    values = [mint_ticket(show, user=None, browser_key=key) for key in keys]
    tickets = [read_ticket(value, show.public_id) for value in values]
    with django_assert_num_queries(1):  # type: ignore[operator]
        renewals = renew_tickets(tickets)
    assert [
        read_ticket(str(renewal), show.public_id).viewer for renewal in renewals
    ] == [ticket.viewer for ticket in tickets]


def test_a_guest_keeps_the_seat_when_renewed(show: Livestream) -> None:
    ticket = read_ticket(
        mint_ticket(show, user=None, browser_key="key"), show.public_id
    )
    assert renew(ticket).viewer == ticket.viewer
