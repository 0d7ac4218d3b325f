"""Calling a planned show off: by its host, once, and who waits for it is told."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from creators.models import Creator
from livestreams.errors import ShowBegun
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import CoHost, Livestream
from livestreams.selectors.calendars import write_calendar
from livestreams.services import rsvps
from livestreams.services.planning import call_off_livestream
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import make_creator, make_livestream

pytestmark = pytest.mark.django_db
WHY = "The courier lost the chairs."


def letters() -> list[tuple[list[str], str]]:
    """Relay the outbox; return to whom letters of shows called off went, and them."""
    relay()
    relay()  # the first names the readers, the second writes to them
    sent = [row for row in mail.outbox if row.subject.startswith("Called off")]
    return sorted((row.to, str(row.body)) for row in sent)


def test_a_host_calls_a_show_off_and_who_waits_is_told_once(
    client: Client, creator: Creator, shopper: User, stranger: User
) -> None:
    show = make_livestream(creator=creator)
    rsvps.add_rsvp(show, user=shopper)
    CoHost.objects.create(livestream=show, user=stranger, duty=CoHost.Duty.MODERATOR)
    client.force_login(creator.user)
    address = reverse("creators:show-call-off", args=[show.public_id])
    unsure = client.post(address, {"reason": WHY}, follow=True).text
    assert "Tick the box" in unsure
    for _twice in range(2):
        client.post(address, {"reason": WHY, "sure": "yes"})
    show.refresh_from_db()
    assert (show.is_called_off, show.end_reason) == (True, WHY)
    told = letters()
    assert [to for to, _ in told] == sorted([[shopper.email], [stranger.email]])
    assert all(WHY in body and show.title in body for _, body in told)
    assert "Called off" in client.get(reverse("creators:show-list")).text
    assert (
        "Called off"
        in client.get(reverse("creators:show-detail", args=[show.public_id])).text
    )
    (event,) = Calendar.from_ical(write_calendar(show)).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert "will not take place" in Client().get(show.get_absolute_url()).text


def test_staff_who_end_a_planned_show_tell_the_same_people(
    shopper: User, staff: User
) -> None:
    show = make_livestream()
    rsvps.add_rsvp(show, user=shopper)
    end_livestream(show, by=staff, reason="The brand is being checked.")
    ((to, body),) = letters()
    assert to == [shopper.email]
    assert "being checked" in body


def test_only_the_host_calls_off_and_only_before_the_start(
    client: Client, creator: Creator, shopper: User
) -> None:
    show = make_livestream(creator=creator)
    address = reverse("creators:show-call-off", args=[show.public_id])
    client.force_login(make_creator().user)
    assert client.post(address, {"sure": "yes"}).status_code == 404
    client.force_login(shopper)
    assert client.post(address, {"sure": "yes"}).status_code == 403
    with pytest.raises(NotInRehearsal):
        call_off_livestream(open_rehearsal(show), by=creator.user)
    rsvps.add_rsvp(show, user=shopper)
    start_livestream(show)
    with pytest.raises(ShowBegun):
        call_off_livestream(show, by=creator.user)
    end_livestream(show)
    assert letters() == [], "a show that was on air only ends"
    assert not Livestream.objects.get(pk=show.pk).is_called_off
