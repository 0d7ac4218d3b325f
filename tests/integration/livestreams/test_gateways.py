"""Several gateways: which of them carries a show, and what a full disk causes."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core import mail

from livestreams.access.gateways import get_encoder_address
from livestreams.access.playback import find_playback, get_stream_key
from livestreams.errors import ShowElsewhere
from livestreams.models import Gateway, Livestream
from livestreams.services import gateways, publishing, shows
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db


def beat(name: str, **changes: Any) -> Gateway:
    """Let a gateway give a sign of life."""
    facts: dict[str, Any] = {
        "name": name,
        "base_url": f"https://{name}.example",
        "rtmp_url": f"rtmp://{name}.example/live",
        "capacity": 2,
        "free_bytes": 10**9,
        "is_full": False,
    }
    return gateways.keep_gateway(gateways.GatewayFacts(**facts | changes))


def admit(livestream: Livestream, at: str) -> Livestream:
    key = get_stream_key(livestream)
    return publishing.admit_publisher(livestream.public_id, key, at=at)


def carried_by(livestream: Livestream) -> str:
    livestream.refresh_from_db()
    return livestream.gateway.name if livestream.gateway else ""


def test_a_show_goes_to_the_gateway_that_carries_least() -> None:
    beat("one")
    beat("two")
    placed = []
    for _ in range(4):
        livestream = make_livestream()
        gateways.place_livestream(livestream)
        shows.start_livestream(livestream)
        placed.append(carried_by(livestream))
    assert placed == ["one", "two", "one", "two"]
    assert gateways.place_livestream(make_livestream()) is None


def test_a_show_stays_with_the_gateway_it_was_published_to() -> None:
    beat("one")
    beat("two")
    livestream = make_livestream()
    admit(livestream, "two")
    assert carried_by(livestream) == "two"
    assert get_encoder_address(livestream) == "rtmp://two.example/live"
    playback = find_playback(livestream, livestream.creator.user)
    assert playback is not None
    assert playback.base == "https://two.example"


def test_an_encoder_at_the_wrong_gateway_is_told_where_to_go() -> None:
    beat("one")
    beat("two")
    livestream = make_livestream()
    admit(livestream, "one")
    with pytest.raises(ShowElsewhere, match="rtmp://one"):
        admit(livestream, "two")
    livestream.refresh_from_db()
    assert livestream.refused_why == publishing.ELSEWHERE


def test_a_show_of_a_silent_gateway_moves_to_one_that_lives() -> None:
    livestream = make_livestream()
    with time_machine.travel(clock.now() - dt.timedelta(minutes=1), tick=False):
        beat("one")
        admit(livestream, "one")
    beat("two")
    assert carried_by(livestream) == "one"
    admit(livestream, "two")
    assert carried_by(livestream) == "two"


def test_one_gateway_without_set_up_has_the_addresses_of_the_site() -> None:
    beat("main", base_url="", rtmp_url="")
    livestream = make_livestream()
    admit(livestream, "main")
    assert get_encoder_address(livestream) == "rtmp://testserver:8002/live"


def test_each_gateway_takes_up_its_own_shows() -> None:
    beat("one")
    beat("two")
    livestream = make_livestream()
    admit(livestream, "two")
    publishing.note_picture(livestream.public_id)
    assert publishing.list_left_open("one") == []
    assert publishing.list_left_open("two") == [livestream.public_id]


def test_staff_are_told_once_that_a_disk_is_full(staff: User) -> None:
    beat("one")
    for _ in range(2):
        beat("one", is_full=True)
    assert Audit.objects.filter(action=gateways.DISK_TOPIC).count() == 1
    outbox.relay()
    assert [message.subject for message in mail.outbox] == [
        "Disk full: media gateway one"
    ]
    assert staff.email in mail.outbox[0].bcc
    assert gateways.place_livestream(make_livestream()) is None


def test_a_show_that_runs_for_half_a_day_is_ended() -> None:
    livestream = make_livestream()
    with time_machine.travel(clock.now() - dt.timedelta(hours=13), tick=False):
        shows.start_livestream(livestream)
        publishing.note_picture(livestream.public_id)
        assert publishing.check_standing(livestream.public_id).is_allowed
    assert not publishing.check_standing(livestream.public_id).is_allowed
    livestream.refresh_from_db()
    assert livestream.state == Livestream.State.ENDED


def test_a_show_at_a_dead_gateway_pauses_and_ends_after_the_grace_time(
    settings: Any,
) -> None:
    settings.MEDIA_GRACE_SECONDS = 60
    beat("one")
    livestream = make_livestream()
    admit(livestream, "one")
    publishing.note_picture(livestream.public_id)
    shows.start_livestream(livestream)
    assert publishing.leave_silent_gateways() == 0
    now = clock.now()
    with time_machine.travel(now + dt.timedelta(seconds=30), tick=False):
        assert publishing.leave_silent_gateways() == 1
        livestream.refresh_from_db()
        assert livestream.state == Livestream.State.PAUSED
        assert publishing.leave_silent_gateways() == 0
    with time_machine.travel(now + dt.timedelta(seconds=95), tick=False):
        assert publishing.leave_silent_gateways() == 1
    livestream.refresh_from_db()
    assert livestream.state == Livestream.State.ENDED
    assert "media server" in livestream.said_end_reason


def test_a_show_whose_encoder_found_another_gateway_goes_on() -> None:
    beat("one")
    livestream = make_livestream()
    admit(livestream, "one")
    publishing.note_picture(livestream.public_id)
    shows.start_livestream(livestream)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=5), tick=False):
        assert publishing.leave_silent_gateways() == 1
        beat("two")
        admit(livestream, "two")
        publishing.note_picture(livestream.public_id)
        assert publishing.leave_silent_gateways() == 0
    livestream.refresh_from_db()
    assert livestream.state == Livestream.State.LIVE
