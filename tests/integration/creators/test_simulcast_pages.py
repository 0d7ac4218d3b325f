"""Simulcast as a creator meets it: added, healthy or not, switched, removed."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from livestreams.models import SimulcastTarget
from livestreams.services import simulcast
from shopfront.models import User
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db

KEY = "live_4711-very-secret"
FACTS = {"name": "Far away", "url": "rtmp://127.0.0.1/app", "key": KEY}


@pytest.fixture
def address(client: Client, stall: Stall, settings: Settings) -> str:
    """Return the page's address, its host signed in."""
    settings.OUTGOING_INTERNAL = True
    client.force_login(stall.show.creator.user)
    return reverse("creators:simulcast", args=[stall.show.public_id])


def test_a_server_is_added_shown_without_its_key_switched_and_removed(
    client: Client, stall: Stall, address: str
) -> None:
    page = client.post(address, FACTS, follow=True).content.decode()
    assert "Far away" in page
    assert KEY not in page
    target = SimulcastTarget.objects.get()
    simulcast.note_relay(
        target.public_id, state="failing", sentence="The server is slow."
    )
    assert "The server is slow." in client.get(address).content.decode()
    studio = reverse("creators:studio", args=[stall.show.public_id])
    assert "The server is slow." in client.get(studio).content.decode()
    simulcast.note_relay(target.public_id, state="sending", sentence="", kbits=2_480)
    assert "2,480 kbit/s" in client.get(studio).content.decode()
    change = reverse("creators:simulcast-change", args=[stall.show.public_id])
    for act, is_on in (("off", False), ("on", True)):
        client.post(change, {"target": target.public_id, "act": act})
        target.refresh_from_db()
        assert target.is_on is is_on
    client.post(change, {"target": target.public_id, "act": "remove"})
    assert not SimulcastTarget.objects.exists()


def test_a_refused_address_is_explained_and_the_key_not_repeated(
    client: Client, stall: Stall, address: str, settings: Settings
) -> None:
    settings.OUTGOING_INTERNAL = False
    page = client.post(address, FACTS).content.decode()
    assert "This address is not on the public internet." in page
    assert KEY not in page


def test_strangers_find_no_servers(
    client: Client, stall: Stall, address: str, stranger: User
) -> None:
    client.post(address, FACTS)
    target = SimulcastTarget.objects.get()
    client.force_login(stranger)
    client.post(
        reverse("creators:simulcast-change", args=[stall.show.public_id]),
        {"target": target.public_id, "act": "remove"},
    )
    assert SimulcastTarget.objects.filter(pk=target.pk).exists()
    assert "Far away" not in client.get(address, follow=True).content.decode()
