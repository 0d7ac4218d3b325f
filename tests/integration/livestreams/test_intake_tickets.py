"""Tickets of the studio: who may publish from a browser, and for how long."""

import datetime as dt

import pytest
import time_machine

from livestreams.access.intake import mint_intake_ticket
from livestreams.access.studio import get_studio_seat
from livestreams.errors import ShowEnded, TicketInvalid
from livestreams.models import CoHost, Livestream
from livestreams.services.publishing import (
    admit_browser,
    check_standing,
    rotate_stream_key,
)
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_user

pytestmark = pytest.mark.django_db


def ticket_of(show: Livestream, user: User) -> str:
    return mint_intake_ticket(get_studio_seat(user, show.public_id), user)


def test_a_ticket_lets_its_person_into_its_show() -> None:
    show = make_livestream()
    host = show.creator.user
    found, person = admit_browser(show.public_id, ticket_of(show, host), at="")
    assert (found, person) == (show, host)


def test_a_ticket_is_no_ticket_for_another_show_or_in_other_words() -> None:
    show, other = make_livestream(), make_livestream()
    ticket = ticket_of(show, show.creator.user)
    for public_id, text in (
        (other.public_id, ticket),
        (show.public_id, ticket[:-1]),
        (show.public_id, "a.b.c.d"),
        (show.public_id, ""),
    ):
        with pytest.raises(TicketInvalid):
            admit_browser(public_id, text, at="")


def test_a_ticket_runs_out_with_time_and_with_the_key() -> None:
    show = make_livestream()
    ticket = ticket_of(show, show.creator.user)
    later = clock.now() + dt.timedelta(minutes=3)
    with time_machine.travel(later, tick=False), pytest.raises(TicketInvalid):
        admit_browser(show.public_id, ticket, at="")
    rotate_stream_key(show, by=show.creator.user)
    with pytest.raises(TicketInvalid):
        admit_browser(show.public_id, ticket, at="")


def test_a_co_host_who_was_dismissed_publishes_no_more() -> None:
    show, friend = make_livestream(), make_user()
    duty = CoHost.objects.create(livestream=show, user=friend, duty=CoHost.Duty.CO_HOST)
    ticket = ticket_of(show, friend)
    assert admit_browser(show.public_id, ticket, at="")[1] == friend
    name, person = show.public_id, friend.public_id
    assert not check_standing(name, person=person).is_dismissed
    duty.duty = CoHost.Duty.MODERATOR
    duty.save()
    with pytest.raises(TicketInvalid):
        admit_browser(show.public_id, ticket, at="")
    assert check_standing(name, person=person).is_dismissed
    duty.delete()
    with pytest.raises(TicketInvalid):
        admit_browser(show.public_id, ticket, at="")
    assert check_standing(name, person=person).is_dismissed
    assert not check_standing(name).is_dismissed


def test_nobody_publishes_into_a_show_that_is_over() -> None:
    show = make_livestream()
    ticket = ticket_of(show, show.creator.user)
    Livestream.objects.filter(pk=show.pk).update(state=Livestream.State.ENDED)
    with pytest.raises(ShowEnded):
        admit_browser(show.public_id, ticket, at="")
