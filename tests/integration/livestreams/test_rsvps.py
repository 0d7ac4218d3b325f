"""Reminders of upcoming shows: the button, the calendar, the e-mail."""

import datetime as dt

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from icalendar import Calendar
from time_machine import TimeMachineFixture

from livestreams.errors import ShowNotUpcoming
from livestreams.models import Livestream, Rsvp
from livestreams.services import reminders, rsvps
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db


def sent() -> list[EmailMessage]:
    """Relay the outbox and return all e-mails so far."""
    outbox.relay()
    return list(mail.outbox)


def make_soon(minutes: int = 10) -> Livestream:
    return make_livestream(starts_at=clock.now() + dt.timedelta(minutes=minutes))


def test_rsvp_is_kept_once_however_often_it_is_set(shopper: User) -> None:
    show = make_livestream()
    assert rsvps.add_rsvp(show, user=shopper) == rsvps.add_rsvp(show, user=shopper)


def test_rsvp_is_refused_once_the_show_has_begun(shopper: User) -> None:
    show = make_livestream(state=Livestream.State.LIVE)
    with pytest.raises(ShowNotUpcoming):
        rsvps.add_rsvp(show, user=shopper)


def test_the_button_sets_a_reminder_and_takes_it_back(
    client: Client, shopper: User
) -> None:
    client.force_login(shopper)
    address = f"/live/{make_livestream().public_id}/rsvp/"
    answer = client.post(address, {"wanted": "1"}, headers={"HX-Request": "true"})
    assert "undo" in answer.content.decode()
    assert Rsvp.objects.count() == 1
    client.post(address, {"wanted": "0"}, headers={"HX-Request": "true"})
    assert Rsvp.objects.count() == 0


def test_the_button_works_without_javascript(client: Client, shopper: User) -> None:
    client.force_login(shopper)
    show = make_livestream()
    answer = client.post(f"/live/{show.public_id}/rsvp/", {"wanted": "1"})
    assert answer.headers["Location"] == show.get_absolute_url()
    assert Rsvp.objects.get().user == shopper


@pytest.mark.parametrize("is_part", [True, False])
def test_a_guest_is_sent_to_sign_in_and_back_to_the_show(
    client: Client, is_part: bool
) -> None:
    show = make_livestream()
    headers = {"HX-Request": "true"} if is_part else {}
    answer = client.post(f"/live/{show.public_id}/rsvp/", headers=headers)
    target = answer.headers["HX-Redirect" if is_part else "Location"]
    assert target == f"/accounts/login/?next=%2Flive%2F{show.public_id}%2F"


def test_an_unknown_show_has_neither_reminder_nor_calendar(
    client: Client, shopper: User
) -> None:
    client.force_login(shopper)
    assert client.post("/live/nothere/rsvp/").status_code == 404
    assert client.get("/live/nothere/calendar.ics").status_code == 404


def test_the_calendar_keeps_its_uid_and_counts_moves(client: Client) -> None:
    show = make_livestream(starts_at=dt.datetime(2026, 7, 1, 18, tzinfo=dt.UTC))
    address = f"/live/{show.public_id}/calendar.ics"
    first = Calendar.from_ical(client.get(address).content).events[0]
    show.starts_at += dt.timedelta(days=1)
    show.calendar_sequence = 1
    show.save()
    answer = client.get(address)
    second = Calendar.from_ical(answer.content).events[0]
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert first["UID"] == second["UID"]
    assert (first.sequence, second.sequence) == (0, 1)
    assert second.start - first.start == dt.timedelta(days=1)
    assert first.start.isoformat() == "2026-07-01T19:00:00+01:00"
    assert show.get_absolute_url() in str(second["URL"])


def test_a_reminder_goes_out_once_fifteen_minutes_before(
    shopper: User, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(clock.now())
    show = make_livestream(starts_at=clock.now() + dt.timedelta(minutes=60))
    rsvps.add_rsvp(show, user=shopper)
    assert reminders.queue_reminders() == 0
    time_machine.shift(dt.timedelta(minutes=46))
    assert reminders.queue_reminders() == 1
    assert reminders.queue_reminders() == 0
    (message,) = sent()
    assert message.to == [shopper.email]
    assert show.title in message.subject
    assert f"http://testserver/live/{show.public_id}/" in message.body


def test_a_repeated_reminder_has_the_same_message_id(shopper: User) -> None:
    rsvps.add_rsvp(make_soon(), user=shopper)
    reminders.queue_reminders()
    (row,) = outbox.claim()
    reminders.send_reminder(row)
    reminders.send_reminder(row)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_no_reminder_for_a_show_that_was_called_off(shopper: User) -> None:
    show = make_soon()
    rsvps.add_rsvp(show, user=shopper)
    reminders.queue_reminders()
    Livestream.objects.update(state=Livestream.State.ENDED)
    assert sent() == []


def test_no_reminder_once_it_was_taken_back(shopper: User) -> None:
    show = make_soon()
    rsvps.add_rsvp(show, user=shopper)
    reminders.queue_reminders()
    rsvps.remove_rsvp(show, user=shopper)
    assert sent() == []
