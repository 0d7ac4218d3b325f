"""The replay page and the tokens that players renew."""

import pytest
from django.test import Client

from livestreams.access.playback import is_playback_token_right
from livestreams.models import Livestream
from livestreams.services import publishing, shows
from shopfront.models import User
from tests.factories import make_livestream, make_replay, make_variant

pytestmark = pytest.mark.django_db


def test_a_replay_has_player_label_and_products(client: Client) -> None:
    variant = make_variant(price=6450)
    show = make_replay(products=(variant.product,))
    answer = client.get(f"/replays/{show.public_id}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-class="replay"' in page
    assert show.title in page
    assert show.creator.display_name in page
    assert "Paid partnership" in page
    assert variant.product.title in page
    assert "data-ticket=" not in page
    assert answer["Cache-Control"] == "private, no-store"


def test_a_show_on_air_has_no_replay_but_a_watch_page(client: Client) -> None:
    show = make_livestream(state=Livestream.State.LIVE)
    answer = client.get(f"/replays/{show.public_id}/")
    assert answer.status_code == 302
    assert answer["Location"] == show.get_absolute_url()


def test_a_show_without_recording_has_no_replay(client: Client) -> None:
    show = make_livestream(state=Livestream.State.ENDED)
    assert client.get(f"/replays/{show.public_id}/").status_code == 404
    assert client.get("/replays/0000000000000000/").status_code == 404


def test_a_player_renews_its_token(client: Client, stranger: User) -> None:
    show = make_livestream()
    address = f"/live/{show.public_id}/playback/"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    shows.start_livestream(show)
    answer = client.get(address).json()
    assert answer["class"] == "low"
    assert is_playback_token_right(show.public_id, "low", answer["token"])


def test_a_tile_shows_a_frame_only_while_there_is_one(client: Client) -> None:
    show = make_livestream()
    shows.start_livestream(show)
    assert "/still/poster.jpg" not in client.get("/").content.decode()
    publishing.note_picture(show.public_id)
    assert "/still/poster.jpg" in client.get("/").content.decode()
