"""The funnel: steps of those who agreed, per pin; nobody else's, nothing on pay."""

import datetime as dt

import orjson
import pytest
import time_machine
from django.db import connection
from django.test import Client

from catalog.models import Product
from creators.models import Commission
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import FunnelEvent, FunnelSum, Livestream, Pin
from livestreams.selectors.funnel import read_funnel
from livestreams.services.attribution import attribute_order
from livestreams.services.funnel import collect_steps, count_steps, keep_partitions
from livestreams.services.funnel_sums import sum_funnels
from livestreams.services.pins import place_pin
from orders.access import Shopper
from orders.services.carts import Source, add_line, ensure_open_cart
from orders.services.checkout import buy_now, start_checkout
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import consents
from tests.factories import (
    make_agreement,
    make_livestream,
    make_market,
    make_paid_order,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pin(show: Livestream, product: Product) -> Pin:
    """Pin a stool in a show on air."""
    return place_pin(show, product, by=show.creator.user)


@pytest.fixture
def ref(pin: Pin) -> str:
    """Sign a tap on the pin."""
    return sign(pin)


def sign(pin: Pin) -> str:
    return mint_source_ref(
        Surface.PIN,
        livestream=pin.livestream.public_id,
        product=pin.product.public_id,
        pin=pin.public_id,
    )


def agree(user: User, *, is_given: bool = True) -> Shopper:
    consents.decide(user, "", consents.MEASURE, is_given=is_given)
    return Shopper(user, "")


def tell(client: Client, show: Livestream, steps: object) -> int:
    return client.post(
        f"/live/{show.public_id}/counted/",
        orjson.dumps(steps),
        content_type="application/json",
    ).status_code


def read_people(show: Livestream) -> list[list[int]]:
    sum_funnels()
    return [row.steps for row in read_funnel(show)]


def buy(pin: Pin, ref: str, shopper: Shopper) -> None:
    """Add, start a checkout, buy now and pay, all from the pin."""
    market, variant = make_market(), pin.product.variants.get()
    price = variant.price_versions.get().public_id
    source = Source(f"pin:{pin.public_id}", ref)
    add_line(
        shopper,
        variant,
        market=market,
        quantity=1,
        price_version=price,
        source=source,
        key=new_public_id(),
    )
    cart = ensure_open_cart(shopper, market)
    start_checkout(cart, shopper=shopper, key=new_public_id())
    buy_now(
        shopper,
        variant,
        market=market,
        quantity=1,
        price_version=price,
        source=source,
        key=new_public_id(),
    )
    make_paid_order(variant, user=shopper.user, source_ref=ref)


def test_each_step_counts_people_once_per_pin(
    client: Client, show: Livestream, pin: Pin, ref: str, shopper: User, stranger: User
) -> None:
    for user in (shopper, stranger):
        agree(user)
        client.force_login(user)
        for _again in range(2):
            assert tell(client, show, [["impression", ref], ["open", ref]]) == 204
    assert FunnelEvent.objects.count() == 8
    assert read_people(show) == [[2, 2, 0, 0, 0]]
    assert read_funnel(show)[0].pin == pin.public_id


def test_what_came_before_the_consent_is_not_counted(
    show: Livestream, pin: Pin, ref: str, shopper: User
) -> None:
    with time_machine.travel(clock.now() - dt.timedelta(minutes=5), tick=False):
        buy(pin, ref, Shopper(shopper, ""))
    agree(shopper)
    assert collect_steps() == 0


def test_what_was_taken_and_paid_is_read_from_carts_and_orders(
    show: Livestream, pin: Pin, ref: str, shopper: User, stranger: User
) -> None:
    with time_machine.travel(clock.now() - dt.timedelta(minutes=5), tick=False):
        buyer = agree(shopper)
        agree(stranger, is_given=False)
    buy(pin, ref, buyer)
    buy(pin, ref, Shopper(stranger, ""))
    buy(pin, ref, Shopper(make_user(), ""))
    for _again in range(2):
        collect_steps()
    assert read_people(show) == [[0, 0, 1, 1, 1]]
    steps = dict(FunnelSum.objects.values_list("kind", "steps_count"))
    assert steps == {"add": 2, "checkout": 2, "paid": 1}
    assert read_people(show) == [[0, 0, 1, 1, 1]]


def test_consent_taken_back_stops_the_count_at_once(
    client: Client, show: Livestream, ref: str, shopper: User
) -> None:
    client.force_login(shopper)
    tell(client, show, [["open", ref]])
    assert not FunnelEvent.objects.exists()
    for answer, count in (("yes", 1), ("no", 1), ("yes", 2)):
        sent = {"purpose": "measure", "answer": answer, "next": "/about/terms/"}
        decided = client.post("/privacy/choices/", sent)
        assert decided["Location"] == "/about/terms/"
        assert decided.cookies["sf_measure"].value == answer
        tell(client, show, [["open", ref]])
        assert FunnelEvent.objects.count() == count
    page = client.get("/privacy/choices/").content.decode()
    assert "You agreed on" in page


def test_a_guest_is_asked_once_and_refuses_in_one_tap(
    client: Client, show: Livestream, ref: str
) -> None:
    assert b'value="no">No, thanks' in client.get("/about/terms/").content
    refused = client.post(
        "/privacy/choices/",
        {"purpose": "measure", "answer": "no"},
        headers={"HX-Request": "true"},
    )
    assert b"Noted." in refused.content
    assert b"No, thanks" not in client.get("/about/terms/").content
    assert b"You refused on" in client.get("/privacy/choices/").content
    tell(client, show, [["open", ref]])
    assert not FunnelEvent.objects.exists()
    client.post("/privacy/choices/", {"purpose": "measure", "answer": "yes"})
    tell(client, show, [["open", ref]])
    assert FunnelEvent.objects.count() == 1
    watch = client.get(show.get_absolute_url()).content.decode()
    assert f'data-counted="/live/{show.public_id}/counted/"' in watch


def test_a_choice_goes_back_to_pages_of_ours_only(client: Client) -> None:
    sent = {"purpose": "measure", "answer": "no", "next": "https://evil.example/"}
    assert client.post("/privacy/choices/", sent)["Location"] == "/privacy/choices/"
    assert client.post("/privacy/choices/", {"answer": "maybe"}).status_code == 302
    other = {"purpose": "adverts", "answer": "yes"}
    assert client.post("/privacy/choices/", other).status_code == 404


@pytest.mark.parametrize(
    "steps", [{}, ["open"], [["open"]], [["open", 1]], "open", [[["open"], "x"]]]
)
def test_what_is_no_list_of_steps_is_refused(
    client: Client, show: Livestream, steps: object
) -> None:
    assert tell(client, show, steps) == 400


def test_forged_foreign_and_late_steps_are_left(
    show: Livestream, pin: Pin, ref: str, product: Product
) -> None:
    other = make_livestream(products=(product,))
    told = [("paid", ref), ("open", "x.y"), ("open", ""), ("nonsense", ref)]
    assert count_steps(show, told, shopper="account:1") == 0
    assert count_steps(other, [("open", ref)], shopper="account:1") == 0
    assert count_steps(show, [("open", ref)] * 200, shopper="account:1") == 60
    with time_machine.travel(clock.now() + dt.timedelta(days=8), tick=False):
        assert count_steps(show, [("open", ref)], shopper="account:1") == 0


def test_nobody_can_join_a_persons_steps_in_two_shows(
    show: Livestream, pin: Pin, ref: str, product: Product
) -> None:
    other = make_livestream(products=(product,))
    foreign = mint_source_ref(
        Surface.SHELF, livestream=other.public_id, product=product.public_id
    )
    count_steps(show, [("open", ref)], shopper="account:1")
    count_steps(other, [("open", foreign)], shopper="account:1")
    named = set(FunnelEvent.objects.values_list("visitor", flat=True))
    assert len(named) == 2
    assert not any("account" in name for name in named)


def test_attribution_is_the_same_whoever_refuses(
    show: Livestream, pin: Pin, ref: str, shopper: User, stranger: User
) -> None:
    make_agreement(creator=show.creator, payer=pin.product.brand.account)
    agree(shopper)
    agree(stranger, is_given=False)
    for user in (shopper, stranger, make_user()):
        order = make_paid_order(pin.product.variants.get(), user=user, source_ref=ref)
        attribute_order(order.public_id)
    amounts = Commission.objects.values_list("amount_minor", "show_ref")
    assert len(amounts) == 3
    assert len(set(amounts)) == 1


def list_months() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' "
            "AND relname LIKE 'livestreams_funnelevent_%' ORDER BY relname"
        )
        return [row[0][-7:] for row in cursor.fetchall()]


def test_months_are_made_ahead_and_dropped_in_time(show: Livestream, ref: str) -> None:
    with time_machine.travel("2024-12-31T23:59:00Z", tick=False):
        keep_partitions()
        late = sign(Pin.objects.get())
        count_steps(show, [("open", late)], shopper="account:1")
    assert {"2024_12", "2025_01"} <= set(list_months())
    assert FunnelEvent.objects.filter(at__year=2024).count() == 1
    with time_machine.travel("2026-01-31T12:00:00Z", tick=False):
        assert keep_partitions() == 0
    with time_machine.travel("2026-02-01T12:00:00Z", tick=False):
        assert keep_partitions() == 1
    assert "2024_12" not in list_months()
    assert not FunnelEvent.objects.filter(at__year=2024).exists()
