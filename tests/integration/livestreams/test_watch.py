"""The watch page in each state of a show."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from creators.models import Creator
from livestreams.models import CoHost, Livestream, Recording
from livestreams.services.pins import place_pin, remove_pin
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_product, make_replay, make_variant

pytestmark = pytest.mark.django_db
State = Livestream.State


def read(client: Client, show: Livestream) -> str:
    answer = client.get(show.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_live_show_has_player_room_and_label(client: Client) -> None:
    show = make_livestream(state=State.LIVE)
    page = read(client, show)
    assert f'data-livestream="{show.public_id}"' in page
    assert f'data-ws="/ws/live/{show.public_id}/"' in page
    assert "data-ticket=" in page
    assert "data-player" in page
    assert "Paid partnership" in page
    assert 'aria-label="React"' in page


def test_who_is_on_camera_reads_the_chat_in_the_studio(
    client: Client, creator: Creator, stranger: User, staff: User
) -> None:
    show = make_livestream(creator=creator, state=State.LIVE)
    CoHost.objects.create(livestream=show, user=stranger, duty=CoHost.Duty.CO_HOST)
    for person in (creator.user, stranger):
        client.force_login(person)
        page = read(client, show)
        assert "data-chat-list" not in page
        assert f"/creator/studio/{show.public_id}/" in page
    client.force_login(staff)
    assert "data-chat-list" in read(client, show)


def test_a_break_shows_the_slate_and_keeps_the_room(client: Client) -> None:
    slate = 'watch__slate" data-while="paused"'
    page = read(client, make_livestream(state=State.PAUSED))
    assert f"{slate} >" in page
    assert "data-ticket=" in page
    live = read(client, make_livestream(state=State.LIVE))
    assert f"{slate} hidden>" in live


def test_a_coming_show_counts_down_to_its_real_start(client: Client) -> None:
    show = make_livestream()
    page = read(client, show)
    assert f'data-countdown="{show.starts_at:%Y-%m-%dT%H:%M}' in page
    assert "Remind me" in page
    assert f"/live/{show.public_id}/calendar.ics" in page
    assert "data-player" not in page
    assert "The chat opens when the show begins" in page


def test_an_ended_show_says_so_and_leads_to_its_replay(client: Client) -> None:
    show = make_replay()
    upcoming = make_livestream(title="The one after")
    page = read(client, show)
    assert "This show has ended" in page
    assert f"/replays/{show.public_id}/" in page
    assert upcoming.title in page
    assert "data-ticket=" not in page


def test_who_saw_the_end_is_told_of_the_replay_once_it_is_whole(client: Client) -> None:
    """A host's end comes before the gateway's last segment, a late one is let be."""
    now = clock.now()
    show = make_livestream(state=State.ENDED, started_at=now, ended_at=now)
    recording = Recording.objects.create(livestream=show)
    page = read(client, show)
    assert "The replay is ready in a moment." in page
    assert f'id="show-over" hx-get="/live/{show.public_id}/"' in page
    assert "/replays/" not in page
    with time_machine.travel(now + dt.timedelta(seconds=61)):
        assert "The replay is ready in a moment." not in read(client, show)
    Recording.objects.filter(pk=recording.pk).update(state="ready", seconds=60)
    page = read(client, show)
    assert f"/replays/{show.public_id}/" in page
    assert 'hx-trigger="load delay' not in page


def test_an_ended_show_without_recording_offers_no_replay(client: Client) -> None:
    show = make_livestream(state=State.ENDED, started_at=clock.now())
    page = read(client, show)
    assert "This show has ended" in page
    assert "/replays/" not in page


def test_the_shelf_tells_price_and_what_is_left_as_text(client: Client) -> None:
    few = make_variant(stock=3, price=6450).product
    gone = make_variant(stock=0).product
    unpriced = make_product(title="Not sold here")
    page = read(
        client, make_livestream(state=State.LIVE, products=(few, gone, unpriced))
    )
    assert "£64.50" in page
    assert "3 left" in page
    assert "Sold out" in page
    assert "Not sold here" not in page


def test_guests_are_led_to_sign_in_and_members_may_write(
    client: Client, shopper: User
) -> None:
    show = make_livestream(state=State.LIVE)
    assert "Sign in to chat" in read(client, show)
    client.force_login(shopper)
    assert 'aria-label="Send"' in read(client, show)


def test_no_cache_may_keep_a_seat(client: Client) -> None:
    answer = client.get(make_livestream(state=State.LIVE).get_absolute_url())
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_comes_late_reads_what_was_shown_so_far_and_when(
    client: Client, creator: Creator
) -> None:
    products = [make_variant().product for _ in range(3)]
    with time_machine.travel("2026-11-21T19:05:00Z", tick=False) as traveller:
        show = make_livestream(
            state=State.LIVE, creator=creator, products=tuple(products)
        )
        assert 'aria-labelledby="shown-title" hidden' in read(client, show)
        for product in products[:2]:
            pin = place_pin(show, product, by=creator.user)
            remove_pin(pin)
            traveller.shift(600)
        place_pin(show, products[0], by=creator.user)
        page = read(client, show)
    shown = re.findall(r'data-shown-key="(\w+)"', page)
    assert shown == [products[0].public_id, products[1].public_id]
    assert re.findall(r'datetime="(\S+)" data-shown-time', page) == [
        "2026-11-21T19:25:00+00:00",
        "2026-11-21T19:15:00+00:00",
    ]


def test_an_unknown_show_is_missing(client: Client) -> None:
    answer = client.get("/live/nothere/")
    assert answer.status_code == 404
    assert "We cannot find this show" in answer.content.decode()


def test_queries_stay_the_same_however_full_the_shelf(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = make_livestream(state=State.LIVE, products=(make_variant().product,))
    many = make_livestream(
        state=State.LIVE, products=tuple(make_variant().product for _ in range(5))
    )
    read(client, one)  # the browser has its key from here on, and a cart to count
    for show in (one, many):
        with django_assert_num_queries(11):
            read(client, show)
