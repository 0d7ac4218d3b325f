"""Pins: at most three, announced with price and what is left."""

import contextlib
import datetime as dt
import threading

import orjson
import pytest
import time_machine
from django.db import connection

from catalog.models import Product, Stock
from creators.models import Creator
from livestreams.errors import PinsFull, ProductNotPinnable, ShowNotOnAir
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.selectors.pins import list_stock
from livestreams.services.pins import MOST_PINS, place_pin, remove_pin
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from tests.factories import make_livestream, make_product, make_variant
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


def make_sold_product() -> Product:
    product: Product = make_product()
    make_variant(product=product, stock=3)
    return product


def test_a_pin_is_told_with_its_price_and_what_is_left(
    show: Livestream, creator: Creator, listen: Listen
) -> None:
    product = make_sold_product()
    moment = clock.now() - dt.timedelta(seconds=2)
    with listen() as told:
        pin = place_pin(show, product, by=creator.user, media_time=moment)
    placed, stock = (orjson.loads(event.body) for event in told)
    assert placed["type"] == "pin.placed"
    assert placed["id"] == pin.public_id
    assert placed["product"]["name"] == product.title
    assert placed["variants"][0]["price"] == "£25.00"
    assert dt.datetime.fromisoformat(placed["media_time"]) == moment
    assert (stock["type"], stock["available"], stock["left"]) == ("stock.changed", 3, 3)


@pytest.mark.parametrize("seconds", [-31, 1, None])
def test_a_pin_without_a_near_moment_waits_for_the_picture_of_now(
    show: Livestream, creator: Creator, seconds: int | None
) -> None:
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    told = None if seconds is None else now + dt.timedelta(seconds=seconds)
    product = make_sold_product()
    with time_machine.travel(now, tick=False):
        pin = place_pin(show, product, by=creator.user, media_time=told)
    assert pin.media_time == now


def test_a_pinned_product_stays_pinned_once(show: Livestream, creator: Creator) -> None:
    product = make_sold_product()
    first = place_pin(show, product, by=creator.user)
    assert place_pin(show, product, by=creator.user) == first
    assert LivestreamProduct.objects.filter(livestream=show).count() == 1


def test_a_fourth_pin_is_refused_until_one_goes(
    show: Livestream, creator: Creator, listen: Listen
) -> None:
    pins = [
        place_pin(show, make_sold_product(), by=creator.user) for _ in range(MOST_PINS)
    ]
    with pytest.raises(PinsFull):
        place_pin(show, make_sold_product(), by=creator.user)
    with listen() as told:
        remove_pin(pins[0], by=creator.user)
        remove_pin(pins[0], by=creator.user)
    (removed,) = told
    assert orjson.loads(removed.body)["id"] == pins[0].public_id
    assert removed.is_end
    assert place_pin(show, make_sold_product(), by=creator.user).removed_at is None


def test_what_cannot_be_bought_cannot_be_pinned(
    show: Livestream, creator: Creator
) -> None:
    for product in (
        make_product(),
        make_variant(price=None).product,
        make_variant(product=make_product(state=Product.State.WITHDRAWN)).product,
    ):
        with pytest.raises(ProductNotPinnable):
            place_pin(show, product, by=creator.user)


def test_only_a_show_on_air_has_pins(creator: Creator) -> None:
    with pytest.raises(ShowNotOnAir):
        place_pin(
            make_livestream(creator=creator), make_sold_product(), by=creator.user
        )


def test_stock_of_all_rooms_is_read_in_one_query(
    creator: Creator, django_assert_num_queries: "object"
) -> None:
    shows = []
    for _ in range(3):
        shelf = (make_sold_product(),)
        show = start_livestream(make_livestream(creator=creator, products=shelf))
        place_pin(show, make_sold_product(), by=creator.user)
        shows.append(show.public_id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        levels = list_stock(shows)
    assert [len(levels[show]) for show in shows] == [2, 2, 2]


def test_what_is_held_is_not_left(show: Livestream, creator: Creator) -> None:
    product = make_sold_product()
    place_pin(show, product, by=creator.user)
    Stock.objects.update(allocated=2)
    (level,) = list_stock([show.public_id])[show.public_id]
    assert level.available == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_who_pin_at_once_pin_three(creator: Creator) -> None:
    show = start_livestream(make_livestream(creator=creator))
    products = [make_sold_product() for _ in range(8)]
    start = threading.Barrier(len(products))

    def pin(product: Product) -> None:
        start.wait()
        with contextlib.suppress(PinsFull):
            place_pin(show, product, by=creator.user)
        connection.close()

    threads = [threading.Thread(target=pin, args=[product]) for product in products]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Pin.objects.filter(livestream=show, removed_at=None).count() == MOST_PINS


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_counting_without_the_lock_pins_too_many(creator: Creator) -> None:
    """Negative control: two who counted before either wrote both find room."""
    show = start_livestream(make_livestream(creator=creator))
    for _ in range(MOST_PINS - 1):
        place_pin(show, make_sold_product(), by=creator.user)
    products = [make_sold_product() for _ in range(2)]
    both_have_counted = threading.Barrier(2)

    def pin(product: Product) -> None:
        count = Pin.objects.filter(livestream=show, removed_at=None).count()
        both_have_counted.wait()
        if count < MOST_PINS:
            Pin.objects.create(livestream=show, product=product, placed_by=creator.user)
        connection.close()

    threads = [threading.Thread(target=pin, args=[product]) for product in products]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Pin.objects.filter(livestream=show).count() > MOST_PINS
