"""How a picture arrives: kept for two minutes, told in plain words."""

import datetime as dt
from dataclasses import asdict, replace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from creators.portal.health import draw_bitrate, draw_health, list_advice
from livestreams.broadcast.health import KEPT, keep_health, list_health
from livestreams.media.meter import Health
from livestreams.models import CoHost
from shopfront.common import clock, limits
from shopfront.models import User
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db

GOOD = Health(
    width=720,
    height=1280,
    kbits=2_400,
    frames=30.0,
    missing=0.0,
    key_seconds=1.0,
    behind=0.1,
    has_sound=True,
    is_silent=False,
)


def test_reports_are_kept_in_order_up_to_a_bound_and_forgotten() -> None:
    for kbits in range(KEPT + 5):
        keep_health("showa", asdict(replace(GOOD, kbits=kbits)))
    kept = [report["kbits"] for report in list_health("showa")]
    assert kept == list(range(5, KEPT + 5))
    assert 0 < limits.client().ttl("health:showa") <= 150
    assert list_health("showb") == ()
    with time_machine.travel(clock.now() + dt.timedelta(seconds=20), tick=False):
        assert list_health("showa") == (), "no picture arrives now"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"has_sound": False}, "viewers hear nothing"),
        ({"is_silent": True}, "microphone muted"),
        ({"is_still": True}, "Nothing moves"),
        ({"behind": 2.0}, "upload is slower"),
        ({"missing": 0.05}, "5 % of the frames"),
        ({"frames": 12.0}, "Only 12 frames"),
        ({"key_seconds": 4.0}, "4.0 s apart"),
        ({"kbits": 300}, "bitrate is low"),
        ({"kbits": 9_000}, "more than many phones"),
    ],
)
def test_each_fault_has_its_advice(change: dict[str, Any], words: str) -> None:
    (sentence,) = list_advice(replace(GOOD, **change))
    assert words in sentence
    assert list_advice(GOOD) == []


def test_the_studio_shows_figures_plot_and_advice_to_those_who_run_the_show(
    client: Client, creator: Creator, shopper: User
) -> None:
    show = make_livestream(creator=creator)
    CoHost.objects.create(livestream=show, user=shopper, duty=CoHost.Duty.MODERATOR)
    for kbits in (2_000, 2_400):
        keep_health(show.public_id, asdict(replace(GOOD, kbits=kbits, is_silent=True)))
    address = reverse("creators:studio", args=[show.public_id])
    client.force_login(creator.user)
    page = client.get(address).content.decode()
    assert "720 &#215; 1280" in page.replace("\u00d7", "&#215;")
    assert "2,400 kbit/s" in page
    assert "<polyline" in page
    assert "microphone muted" in page
    client.force_login(shopper)
    assert "microphone muted" not in client.get(address).content.decode()


def test_nothing_is_drawn_of_one_report_or_none() -> None:
    assert draw_health(make_livestream()) is None
    assert draw_bitrate([5]) == ""
    assert draw_bitrate([0, 0]).count(",") == 2
