"""A product's page leads to the shows that feature it (F4)."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from livestreams.models import Livestream
from livestreams.selectors.tiles import list_shows_featuring
from shopfront.common import clock
from tests.factories import (
    make_creator,
    make_livestream,
    make_market,
    make_product,
    make_replay,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
State = Livestream.State


def test_shows_on_air_stand_first_then_the_next_then_replays() -> None:
    product, now = make_product(), clock.now()
    shelf = (product,)
    replay = make_replay(products=shelf, starts_at=now - dt.timedelta(days=1))
    later = make_livestream(products=shelf, starts_at=now + dt.timedelta(hours=9))
    soon = make_livestream(products=shelf, starts_at=now + dt.timedelta(hours=1))
    live = make_livestream(products=shelf, state=State.LIVE, starts_at=now)
    make_livestream(products=(make_product(),), state=State.LIVE)
    make_livestream(products=shelf, state=State.ENDED)  # nothing was recorded
    shown = list_shows_featuring(product.pk, make_market())
    expected = [show.public_id for show in (live, soon, later, replay)]
    assert [tile.public_id for tile in shown] == expected


def test_shows_of_another_country_stay_there() -> None:
    product = make_product()
    german = make_creator(user=make_user(market=make_market("DE")))
    make_livestream(products=(product,), state=State.LIVE, creator=german)
    assert list_shows_featuring(product.pk, make_market()) == []


def test_the_product_page_asks_for_its_shows_and_finds_them(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    product = make_variant().product
    show = make_livestream(products=(product,), state=State.LIVE, title="Stools, live")
    address = f"/p/{product.slug}/shows/"
    assert f'hx-get="{address}"' in client.get(f"/p/{product.slug}/").content.decode()
    with django_assert_num_queries(5):
        part = client.get(address).content.decode()
    assert "Stools, live" in part
    assert f'data-livestream="{show.public_id}"' in part
    assert "<html" not in part


def test_a_product_without_shows_says_nothing_and_an_unknown_one_is_missing(
    client: Client,
) -> None:
    product = make_variant().product
    assert client.get(f"/p/{product.slug}/shows/").content.strip() == b""
    assert client.get("/p/no-such-thing/shows/").status_code == 404
