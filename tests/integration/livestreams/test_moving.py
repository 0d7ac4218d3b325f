"""Moving a planned show: who waits for it is told old and new time, and can leave."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from time_machine import TimeMachineFixture

from livestreams.models import CoHost, Livestream, Rsvp
from livestreams.selectors.calendars import write_calendar
from livestreams.services import moving, reminders, rsvps
from livestreams.services.planning import (
    ShowPlan,
    call_off_livestream,
    change_livestream,
)
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
SOON, LATER = NOON + dt.timedelta(hours=6), NOON + dt.timedelta(days=1, hours=7)


@pytest.fixture(autouse=True)
def at_noon(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOON, tick=False)


def plan_of(show: Livestream) -> ShowPlan:
    return ShowPlan(
        title=show.title,
        description=show.description,
        starts_at=show.starts_at,
        language=show.language,
        latency=show.latency,
    )


def move(show: Livestream, starts_at: dt.datetime) -> None:
    change_livestream(show, replace(plan_of(show), starts_at=starts_at))


def letters() -> list[EmailMessage]:
    """Relay the outbox; return the letters about new times."""
    outbox.relay()
    return [one for one in mail.outbox if one.subject.startswith("New time")]


def link_in(letter: EmailMessage) -> str:
    found = re.search(r"http://testserver(/reminders/\S+/leave/)", str(letter.body))
    assert found
    return found.group(1)


def test_who_waits_is_told_old_and_new_time_and_host(
    shopper: User, stranger: User
) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    CoHost.objects.create(livestream=show, user=stranger, duty=CoHost.Duty.MODERATOR)
    move(show, LATER)
    waiting, helping = sorted(letters(), key=lambda one: one.to != [shopper.email])
    assert (waiting.to, helping.to) == ([shopper.email], [stranger.email])
    for letter in (waiting, helping):
        assert "Monday, 2 November 2026, 18:00" in letter.body
        assert "Tuesday, 3 November 2026, 19:00" in letter.body
        assert show.creator.display_name in letter.body
    assert "duty" in helping.body
    assert "List-Unsubscribe" not in helping.extra_headers
    assert "/reminders/" not in helping.body


def test_a_plan_that_keeps_its_time_tells_nobody(shopper: User) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    Livestream.objects.update(starts_at=SOON + dt.timedelta(seconds=20))
    change_livestream(show, replace(plan_of(show), title="Another name"))
    assert letters() == []


def test_the_letter_leads_out_with_one_tap_and_without_signing_in(
    shopper: User,
) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    move(show, LATER)
    (letter,) = letters()
    path = link_in(letter)
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://testserver{path}>"
    program = Client(enforce_csrf_checks=True)
    asked = program.get(path)
    assert show.title in asked.text
    assert Rsvp.objects.exists()  # looking changes nothing: mail is read by machines
    one_click = {"List-Unsubscribe": "One-Click"}
    for _twice in range(2):
        assert "No reminder" in program.post(path, one_click).text
    assert not Rsvp.objects.exists()
    assert "No reminder" in program.get(path).text


def test_a_changed_link_is_refused(client: Client, shopper: User) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    move(show, LATER)
    (letter,) = letters()
    forged = link_in(letter).replace("/leave/", "x/leave/")
    assert client.post(forged).status_code == 404
    assert Rsvp.objects.exists()


def test_who_left_meanwhile_and_who_waits_for_nothing_hear_nothing(
    shopper: User, stranger: User
) -> None:
    left, off = make_livestream(starts_at=SOON), make_livestream(starts_at=SOON)
    rsvps.add_rsvp(left, user=shopper)
    rsvps.add_rsvp(off, user=stranger)
    move(left, LATER)
    move(off, LATER)
    for row in outbox.claim():
        moving.carry_moved(row)
    rsvps.remove_rsvp(left, user=shopper)
    call_off_livestream(off, by=off.creator.user)
    assert letters() == []


def test_each_move_is_told_once_in_its_own_words(shopper: User) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    move(show, LATER)
    move(show, SOON)
    first, second = letters()
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    assert "Planned now: Monday" in second.body
    assert len(letters()) == 2
    assert "SEQUENCE:2" in write_calendar(show).decode()


def test_a_repeated_letter_has_the_same_message_id(shopper: User) -> None:
    show = make_livestream(starts_at=SOON)
    rsvps.add_rsvp(show, user=shopper)
    move(show, LATER)
    (moved,) = outbox.claim()
    for _twice in range(2):
        moving.carry_moved(moved)
    (row,) = outbox.claim()
    for _twice in range(2):
        moving.send_moved(row)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_who_was_reminded_of_the_old_time_is_reminded_of_the_new_one(
    shopper: User, time_machine: TimeMachineFixture
) -> None:
    show = make_livestream(starts_at=clock.now() + dt.timedelta(minutes=10))
    rsvps.add_rsvp(show, user=shopper)
    reminders.queue_reminders()
    letters()
    move(show, LATER)
    reminders.queue_reminders()
    time_machine.move_to(LATER - dt.timedelta(minutes=10), tick=False)
    reminders.queue_reminders()
    reminders.queue_reminders()
    letters()
    told = [one for one in mail.outbox if one.subject.startswith("Soon live")]
    assert len({one.extra_headers["Message-ID"] for one in told}) == len(told) == 2


def test_a_reminder_on_its_way_is_not_sent_for_a_show_that_has_moved(
    shopper: User,
) -> None:
    show = make_livestream(starts_at=clock.now() + dt.timedelta(minutes=10))
    rsvps.add_rsvp(show, user=shopper)
    reminders.queue_reminders()
    move(show, LATER)
    assert len(letters()) == 1
    assert not [one for one in mail.outbox if one.subject.startswith("Soon live")]
