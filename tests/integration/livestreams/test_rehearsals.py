"""Rehearsals: for the invited only, counted nowhere, kept nowhere."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from livestreams.access.audiences import sign_invitation
from livestreams.access.playback import get_stream_name
from livestreams.access.shows import get_livestream_for
from livestreams.access.tickets import mint_ticket, read_ticket
from livestreams.errors import LivestreamMissing, ShowBegun, ShowNotUpcoming
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import CoHost, Livestream, Recording
from livestreams.selectors.desk import list_next, list_on_air
from livestreams.selectors.planner import list_duties, list_shows_ahead, list_shows_past
from livestreams.selectors.tiles import list_live_now, list_shows_of, list_upcoming
from livestreams.services import publishing, shows
from livestreams.services.audiences import claim_invitation, invite
from livestreams.services.planning import ShowPlan, change_livestream
from livestreams.services.rehearsals import erase_rehearsals, open_rehearsal
from livestreams.services.rsvps import add_rsvp
from livestreams.services.simulcast import add_target
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_product

pytestmark = pytest.mark.django_db

State = Livestream.State


@pytest.fixture
def show(creator: Creator, shopper: User) -> Livestream:
    """Return a planned show with a product and a moderator."""
    planned = make_livestream(creator=creator, products=(make_product(),))
    CoHost.objects.create(livestream=planned, user=shopper, duty=CoHost.Duty.MODERATOR)
    return planned


def test_a_rehearsal_has_the_shows_shelf_and_duties_and_is_opened_once(
    show: Livestream, shopper: User
) -> None:
    rehearsal = open_rehearsal(show)
    assert open_rehearsal(show) == rehearsal
    assert [row.product for row in rehearsal.shelf.all()] == [
        row.product for row in show.shelf.all()
    ]
    assert rehearsal.co_hosts.get().user == shopper
    assert get_stream_name(rehearsal) != get_stream_name(show)


def test_the_database_keeps_a_rehearsal_for_the_invited_and_single(
    show: Livestream,
) -> None:
    rehearsal = open_rehearsal(show)
    rows = Livestream.objects.filter(pk=rehearsal.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(audience=Livestream.Audience.EVERYBODY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Livestream.objects.filter(pk=make_livestream().pk).update(
            audience=Livestream.Audience.INVITED, rehearsal_of=show
        )


def test_a_stranger_finds_a_rehearsal_at_no_address(
    client: Client, show: Livestream, stranger: User
) -> None:
    rehearsal = open_rehearsal(show)
    shows.start_livestream(rehearsal)
    key = rehearsal.public_id
    addresses = [
        reverse("livestreams:livestream-watch", args=[key]),
        reverse("livestreams:livestream-ticket", args=[key]),
        reverse("livestreams:replay-detail", args=[key]),
        reverse("creators:studio", args=[key]),
        f"/live/{key}/playback/",
        f"/live/{key}/calendar.ics",
    ]
    for person in (None, stranger):
        if person is not None:
            client.force_login(person)
        seen = {client.get(address).status_code for address in addresses}
        assert not seen & {200, 500}, seen
        for method in (client.get, client.post):
            assert method(addresses[0]).status_code in {404, 405}
    with pytest.raises(LivestreamMissing):
        get_livestream_for(stranger, key)


def test_host_moderator_staff_and_guests_find_the_rehearsal(
    client: Client,
    show: Livestream,
    creator: Creator,
    shopper: User,
    stranger: User,
    staff: User,
) -> None:
    rehearsal = open_rehearsal(show)
    shows.start_livestream(rehearsal)
    claim_invitation(invite(rehearsal, name="Ada", by=creator.user), stranger)
    for person in (creator.user, shopper, staff, stranger):
        client.force_login(person)
        page = client.get(rehearsal.get_absolute_url()).content.decode()
        assert "Rehearsal" in page


def test_a_rehearsal_stands_in_no_list(
    show: Livestream, creator: Creator, shopper: User
) -> None:
    rehearsal = open_rehearsal(show)
    names = [show.public_id]
    assert [row.public_id for row in list_upcoming(show.market)] == names
    shows.start_livestream(rehearsal)
    assert not list_live_now(show.market)
    assert [row.public_id for row in list_shows_of(creator.pk)] == names
    assert [row.public_id for row in list_shows_ahead(creator.pk)] == names
    assert not list_on_air()
    assert [row.public_id for row in list_next(clock.now())] == names
    duties = {row.public_id: row.is_rehearsal for row in list_duties(shopper)}
    assert duties == {show.public_id: False, rehearsal.public_id: True}
    shows.end_livestream(rehearsal)
    assert not list_shows_past(creator.pk)


def test_nobody_is_counted_reminded_or_relayed_in_a_rehearsal(
    show: Livestream, creator: Creator, stranger: User
) -> None:
    rehearsal = open_rehearsal(show)
    claim_invitation(invite(rehearsal, name="Ada", by=creator.user), stranger)
    ticket = read_ticket(mint_ticket(rehearsal, user=stranger), rehearsal.public_id)
    assert not ticket.is_counted
    with pytest.raises(ShowNotUpcoming):
        add_rsvp(rehearsal, user=stranger)
    with pytest.raises(NotInRehearsal):
        add_target(
            rehearsal,
            name="Elsewhere",
            url="rtmp://video.example/live",
            key="k",
            by=creator.user,
        )
    plan = ShowPlan(
        title="Open",
        description="",
        starts_at=clock.now(),
        language="en",
        latency="low",
    )
    with pytest.raises(NotInRehearsal):
        change_livestream(rehearsal, plan)
    with pytest.raises(NotInRehearsal):
        open_rehearsal(rehearsal)


def test_the_show_starts_clean_and_ends_its_rehearsal(show: Livestream) -> None:
    rehearsal = open_rehearsal(show)
    shows.start_livestream(rehearsal)
    shows.start_livestream(show)
    rehearsal.refresh_from_db()
    assert rehearsal.state == State.ENDED
    assert [event.type for event in show.room_events.all()] == ["show.started"]
    with pytest.raises(ShowBegun):
        open_rehearsal(show)


def test_a_show_that_is_called_off_ends_its_rehearsal(show: Livestream) -> None:
    rehearsal = open_rehearsal(show)
    shows.end_livestream(show)
    rehearsal.refresh_from_db()
    assert rehearsal.state == State.ENDED


def test_a_rehearsal_that_is_over_is_erased_with_its_files(
    show: Livestream, creator: Creator, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    rehearsal = open_rehearsal(show)
    invitation = invite(rehearsal, name="Ada", by=creator.user)
    publishing.note_picture(rehearsal.public_id)
    shows.start_livestream(rehearsal)
    folder = tmp_path / rehearsal.public_id
    (folder / "e0").mkdir(parents=True)
    (folder / "e0" / "1.m4s").write_bytes(b"x")
    shows.end_livestream(rehearsal)
    publishing.close_broadcast(rehearsal.public_id, seconds=60, bytes_count=1)
    assert not Recording.objects.filter(livestream=rehearsal).exists()
    assert erase_rehearsals() == 0, "the gateway may still write"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
        assert erase_rehearsals() == 1
        assert erase_rehearsals() == 0
    assert not folder.exists()
    assert list(Livestream.objects.all()) == [show]
    with pytest.raises(LivestreamMissing):
        get_livestream_for(creator.user, rehearsal.public_id)
    assert sign_invitation(invitation)  # the link is still text, and opens nothing


def test_a_rehearsal_still_being_written_waits_and_a_forgotten_one_is_ended(
    show: Livestream, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_DIR = tmp_path
    rehearsal = open_rehearsal(show)
    publishing.note_picture(rehearsal.public_id)
    shows.start_livestream(rehearsal)
    shows.end_livestream(rehearsal)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=5), tick=False):
        assert erase_rehearsals() == 0
        second = open_rehearsal(show)
    with time_machine.travel(clock.now() + dt.timedelta(hours=13), tick=False):
        assert erase_rehearsals() == 1, "its gateway never came back"
        second.refresh_from_db()
        assert second.state == State.ENDED


def test_the_portal_opens_a_rehearsal_and_leads_back_to_the_plan(
    client: Client, show: Livestream, creator: Creator, stranger: User
) -> None:
    address = reverse("creators:show-rehearse", args=[show.public_id])
    client.force_login(stranger)
    assert client.post(address).status_code == 403
    client.force_login(creator.user)
    studio = client.post(address, follow=True)
    rehearsal = show.rehearsals.get()
    assert studio.request["PATH_INFO"].endswith(f"/{rehearsal.public_id}/")
    page = studio.content.decode()
    assert "Start rehearsal" in page
    assert (
        "Go live" not in page.split("studio__picture", 1)[1].split("studio__goods")[0]
    )
    plan = reverse("creators:show-detail", args=[show.public_id])
    own = reverse("creators:show-detail", args=[rehearsal.public_id])
    assert client.get(own).headers["Location"] == plan
    shows.end_livestream(rehearsal)
    over = reverse("creators:studio", args=[rehearsal.public_id])
    assert client.get(over).headers["Location"] == plan
