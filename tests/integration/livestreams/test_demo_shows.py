"""The demo's shows while nobody hosts them."""

import datetime as dt

import pytest
import time_machine
from pytest_django.fixtures import Settings

from creators.models import Creator
from livestreams.models import Livestream, Pin
from livestreams.services.demo_shows import MOST_AT_ONCE, TURN
from livestreams.services.shows import start_livestream
from livestreams.tasks import demo_shows_task
from shopfront.common import clock
from tests.factories import make_bundle, make_livestream, make_product, make_variant

pytestmark = pytest.mark.django_db


def make_demo_show(creator: Creator, products: int = 3) -> Livestream:
    shelf = tuple(make_variant().product for _ in range(products))
    show = make_livestream(creator=creator, products=shelf, is_demo=True)
    return start_livestream(show)


def list_pinned(show: Livestream) -> list[int]:
    pins = Pin.objects.filter(livestream=show, removed_at=None).order_by("id")
    return list(pins.values_list("product_id", flat=True))


def test_pins_take_turns_over_the_whole_shelf(creator: Creator) -> None:
    show = make_demo_show(creator, products=4)
    shelf = [row.product_id for row in show.shelf.all()]
    begun = clock.now()

    for turn in range(5):
        with time_machine.travel(begun + turn * (TURN + dt.timedelta(seconds=1))):
            assert demo_shows_task() == 1
            assert demo_shows_task() == 0
        assert list_pinned(show)[-1] == shelf[turn % 4]
        assert len(list_pinned(show)) <= MOST_AT_ONCE


def test_a_bundle_of_the_shelf_takes_its_turn(creator: Creator) -> None:
    stool = make_variant()
    rug = make_variant(product=make_product(brand=stool.product.brand))
    bundle = make_bundle((stool, 1), (rug, 1))
    shelf = (stool.product,)
    start_livestream(make_livestream(creator=creator, products=shelf, is_demo=True))

    assert demo_shows_task() == 1
    assert Pin.objects.get(removed_at=None).bundle == bundle


def test_a_show_of_a_host_who_signed_in_is_theirs(creator: Creator) -> None:
    show = make_demo_show(creator)
    creator.user.last_login = clock.now()
    creator.user.save()

    assert demo_shows_task() == 0
    assert list_pinned(show) == []


def test_what_cannot_be_bought_is_not_pinned(creator: Creator) -> None:
    shelf = (make_variant(price=None).product,)
    show = make_livestream(creator=creator, products=shelf, is_demo=True)
    start_livestream(show)

    assert demo_shows_task() == 0


def test_an_upcoming_show_of_the_demo_stays_ahead(creator: Creator) -> None:
    show = make_livestream(creator=creator, is_demo=True)
    starts_at = show.starts_at

    with time_machine.travel(starts_at + dt.timedelta(days=2, minutes=5)):
        demo_shows_task()
        demo_shows_task()

    show.refresh_from_db()
    assert show.starts_at == starts_at + dt.timedelta(days=3)
    assert show.calendar_sequence == 1


def test_real_shows_are_left_alone(creator: Creator) -> None:
    show = start_livestream(make_livestream(products=(make_variant().product,)))
    late = make_livestream(starts_at=clock.now() - dt.timedelta(minutes=5))

    assert demo_shows_task() == 0

    starts_at = late.starts_at
    late.refresh_from_db()
    assert list_pinned(show) == []
    assert late.starts_at == starts_at


def test_nothing_happens_outside_the_demo(creator: Creator, settings: Settings) -> None:
    make_demo_show(creator)
    settings.DEMO = False

    assert demo_shows_task() == 0
