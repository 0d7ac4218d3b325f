"""The said-on-air record: where in a show a line was bought, on order and case."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import CaptionTrack, Livestream, Pin, Recording, SaidOnAir
from livestreams.services.attribution import attribute_order
from livestreams.services.pins import place_pin
from livestreams.services.shows import end_livestream, start_livestream
from orders.access import make_order_token
from orders.models import Case, Order
from orders.services.cases import open_case_on
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_brand_member, make_livestream, make_paid_order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pin(product: Product) -> Pin:
    """Put a stool on screen ten minutes into a show."""
    now = clock.now()
    with time_machine.travel(now - dt.timedelta(hours=1), tick=False):
        show = start_livestream(make_livestream(products=(product,), language="en"))
    moment = now - dt.timedelta(minutes=50)
    pin = place_pin(show, product, by=show.creator.user)
    Pin.objects.filter(pk=pin.pk).update(media_time=moment)
    pin.refresh_from_db()
    return pin


def caption(show: Livestream, moment: dt.datetime, text: str, language: str) -> None:
    track, _ = CaptionTrack.objects.get_or_create(
        livestream=show, language=language, origin=CaptionTrack.Origin.LIVE
    )
    at = int(moment.timestamp() * 1000)
    track.cues.create(from_ms=at, until_ms=at + 2000, text=text)


def buy(pin: Pin, user: User | None, *, surface: Surface = Surface.PIN) -> Order:
    """Pay for a piece that was tapped at the pin, or beside it."""
    ref = mint_source_ref(
        surface,
        livestream=pin.livestream.public_id,
        product=pin.product.public_id,
        pin=pin.public_id if surface == Surface.PIN else "",
    )
    variant = pin.product.variants.get()
    order = make_paid_order(variant, user=user, source_ref=ref)
    attribute_order(order.public_id)
    return order


def test_a_line_keeps_moment_pin_price_and_words(pin: Pin, shopper: User) -> None:
    assert pin.media_time is not None
    show, moment = pin.livestream, pin.media_time
    caption(show, moment, "Solid walnut, forty pounds of it.", "en")
    caption(show, moment - dt.timedelta(minutes=2), "Good evening.", "en")
    caption(show, moment, "Massiver Nussbaum.", "de")
    order = buy(pin, shopper)
    attribute_order(order.public_id)
    record = SaidOnAir.objects.get()
    assert record.line == order.lines.get()
    assert (record.pin, record.livestream) == (pin, show)
    assert record.media_time == moment
    assert record.tapped_at == record.line.shown_at
    assert record.words == "Solid walnut, forty pounds of it."


def test_a_tap_beside_the_pin_keeps_its_own_moment(pin: Pin, shopper: User) -> None:
    buy(pin, shopper, surface=Surface.SHELF)
    record = SaidOnAir.objects.get()
    assert record.pin is None
    assert record.media_time == record.tapped_at


def test_a_forged_or_foreign_source_leaves_no_record(
    pin: Pin, shopper: User, product: Product
) -> None:
    order = make_paid_order(product.variants.get(), user=shopper, source_ref="x.y")
    attribute_order(order.public_id)
    assert not SaidOnAir.objects.exists()


def test_the_order_shows_the_moment_to_its_shopper_only(
    client: Client, pin: Pin, shopper: User, stranger: User
) -> None:
    assert pin.media_time is not None
    order = buy(pin, shopper)
    address = f"{order.get_absolute_url()}on-air/"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}?token={make_order_token(order)}").status_code == 200
    client.force_login(shopper)
    assert address in client.get(order.get_absolute_url()).content.decode()
    page = client.get(address).content.decode()
    assert pin.livestream.get_absolute_url() in page
    assert "10:00" in page
    assert "£25.00" in page
    end_livestream(pin.livestream)
    gone = client.get(address).content.decode()
    assert "this record stays" in gone
    Recording.objects.update_or_create(
        livestream=pin.livestream,
        defaults={"state": Recording.State.READY, "ready_at": clock.now()},
    )
    moment = int(pin.media_time.timestamp() * 1000)
    page = client.get(address).content.decode()
    assert f"/replays/{pin.livestream.public_id}/?at={moment}" in page


def test_the_brand_sees_the_moment_of_a_case(
    client: Client, pin: Pin, shopper: User
) -> None:
    line = buy(pin, shopper).lines.get()
    case: Case = open_case_on(
        line, by=shopper, text="It is oak.", kind="quality", key="attempt-1"
    )
    client.force_login(make_brand_member(brand=pin.product.brand).user)
    page = client.get(f"{case.get_absolute_url()}on-air/").content.decode()
    assert pin.livestream.title in page
    assert "orders/orders.css" in page, "opened by itself it is a page"
    part = client.get(f"{case.get_absolute_url()}on-air/", headers=HTMX).text
    assert pin.livestream.title in part
    assert "<html" not in part
    other = make_paid_order(pin.product.variants.get(), user=shopper).lines.get()
    quiet = open_case_on(
        other, by=shopper, text="Late.", kind="complaint", key="attempt-2"
    )
    answer = client.get(f"{quiet.get_absolute_url()}on-air/")
    assert "Nothing of it was bought in a show" in answer.content.decode()
    assert pin.livestream.title not in answer.content.decode()


def test_staff_see_the_moment_beside_the_case_at_their_desk(
    client: Client, pin: Pin, shopper: User, staff: User
) -> None:
    line = buy(pin, shopper).lines.get()
    case = open_case_on(
        line, by=shopper, text="It is oak.", kind="quality", key="attempt-1"
    )
    client.force_login(staff)
    desk = client.get(reverse("admin:orders_case_change", args=[case.pk])).text
    address = f"{case.get_absolute_url()}on-air/"
    assert f'hx-get="{address}"' in desk
    assert pin.livestream.title in client.get(address, headers=HTMX).text
