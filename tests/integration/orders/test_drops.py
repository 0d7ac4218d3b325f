"""Buying in a drop: by admission, within the limit of a household."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core import signing
from django.test import Client

from catalog import errors
from catalog.models import Drop, DropEntry, Stock, Variant, WaitingPlace
from catalog.services import drops
from catalog.services.limits import set_buying_limit
from catalog.services.sold_out import forget_sold_out
from catalog.services.stock import hold_stock, holder_of, release_stock
from catalog.services.waiting import offer_free_pieces
from orders.access import Shopper
from orders.models import Checkout
from orders.services.carts import Source, add_line, find_open_cart
from orders.services.checkout import set_details, start_checkout
from orders.services.holds import list_hold_ids
from shopfront.common.http import _SALT as BROWSER_SALT
from shopfront.common.http import BROWSER_COOKIE
from shopfront.common.ids import new_public_id
from tests.counting import counting_each_tenth
from tests.factories import make_drop, make_market, make_place, make_variant
from tests.integration.orders.conftest import ADDRESS, price_of, tap

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
START = dt.datetime(2030, 1, 1, 19, 58, tzinfo=dt.UTC)
CROWD = 300


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """Stop the clock two minutes before the opening."""
    forget_sold_out()
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
    forget_sold_out()


def details(checkout: Checkout, shopper: Shopper, **changes: str) -> None:
    set_details(
        checkout,
        shopper=shopper,
        email="sam@people.example",
        address=ADDRESS | changes,
        is_adult_stated=True,
    )


def test_a_household_has_no_more_than_its_limit(variant: Variant) -> None:
    set_buying_limit(variant.product, 1)
    sam, kim = Shopper(None, "browser-sam"), Shopper(None, "browser-kim")
    first, second = tap(variant, sam), tap(variant, kim)
    details(first, sam)
    with pytest.raises(errors.LimitReached):
        details(second, kim, street="1, HIGH street", name="Kim Example")
    details(second, kim, street="3 High Street", name="Kim Example")
    details(first, sam)
    assert tap(variant, sam).public_id != first.public_id
    with pytest.raises(errors.LimitReached):
        tap(variant, sam, quantity=2)


def test_a_cart_is_held_to_the_limit_too(variant: Variant, guest: Shopper) -> None:
    set_buying_limit(variant.product, 1)
    add_line(
        guest,
        variant,
        market=make_market(),
        quantity=2,
        price_version=price_of(variant),
        source=Source(),
        key=new_public_id(),
    )
    cart = find_open_cart(guest)
    assert cart is not None
    with pytest.raises(errors.LimitReached):
        start_checkout(cart, shopper=guest, key=new_public_id())
    assert Stock.objects.get(variant=variant).allocated == 0


def test_the_cart_and_a_plain_tap_are_no_way_round_a_drop(
    variant: Variant, guest: Shopper, moment: time_machine.Traveller
) -> None:
    add_line(
        guest,
        variant,
        market=make_market(),
        quantity=1,
        price_version=price_of(variant),
        source=Source(),
        key=new_public_id(),
    )
    drop = make_drop(variant.product)
    cart = find_open_cart(guest)
    assert cart is not None
    for fault in (errors.DropNotOpen, errors.AdmissionNeeded):
        with pytest.raises(fault):
            start_checkout(cart, shopper=guest, key=new_public_id())
        with pytest.raises(fault):
            tap(variant, guest)
        moment.move_to(drop.opens_at + dt.timedelta(seconds=5))
    form = {
        "variant": variant.public_id,
        "quantity": "1",
        "price_version": price_of(variant),
        "key": new_public_id(),
    }
    page = Client().post("/buy/", form)
    assert page.status_code == 409
    assert f'href="/drops/{drop.public_id}/"' in page.content.decode()
    assert Stock.objects.get(variant=variant).allocated == 0


def test_a_piece_freed_in_a_drop_is_for_who_came_after_its_opening(
    guest: Shopper, moment: time_machine.Traveller
) -> None:
    """And is bought without an admission, by the one for whom it is kept."""
    variant = make_variant(stock=1)
    first = hold_stock(variant.pk, quantity=1, holder="browser:first")
    early = make_place(variant)
    drop = make_drop(variant.product)
    release_stock([first.pk])
    moment.move_to(drop.opens_at + dt.timedelta(seconds=5))
    assert offer_free_pieces() == 0
    drawn = hold_stock(variant.pk, quantity=1, holder="browser:drawn")
    late = make_place(variant, holder=guest.name)
    release_stock([drawn.pk])
    late.refresh_from_db()
    assert late.state == WaitingPlace.State.OFFERED
    for quantity, shopper in ((1, Shopper(None, "somebody-else")), (2, guest)):
        with pytest.raises(errors.AdmissionNeeded):
            tap(variant, shopper, quantity)
    checkout = tap(variant, guest)
    again = tap(variant, guest)
    assert again.public_id != checkout.public_id
    assert list_hold_ids(again) == [late.reservation_id]
    moment.move_to(drop.ends_at)
    release_stock(list_hold_ids(again))
    early.refresh_from_db()
    assert early.state == WaitingPlace.State.OFFERED


def come(drop: Drop, number: int) -> tuple[Client, DropEntry]:
    """Bring a guest's browser with a key of its own into the waiting room."""
    key, client = f"browser-{number}", Client()
    signer = signing.get_cookie_signer(salt=BROWSER_COOKIE + BROWSER_SALT)
    client.cookies[BROWSER_COOKIE] = signer.sign(key)
    entry = DropEntry.objects.create(drop=drop, holder=holder_of(None, key))
    return client, entry


def test_three_hundred_come_and_thirty_pieces_are_sold(
    moment: time_machine.Traveller,
) -> None:
    """Everybody is answered, by HTTP, and as many hold a piece as there are."""
    variant = make_variant(stock=30)
    drop = make_drop(variant.product, at_once=CROWD)
    crowd = [come(drop, number) for number in range(CROWD)]
    moment.move_to(drop.opens_at + dt.timedelta(seconds=1))
    assert drops.place_entries(drop) == CROWD
    form = {"variant": variant.public_id, "price_version": price_of(variant)}

    def buy(client: Client, entry: DropEntry) -> int:
        sent = {"key": new_public_id(), "admission": drops.mint_admission(entry)}
        return client.post("/buy/", form | sent).status_code

    answers = []
    for number, shopper in enumerate(crowd):
        with counting_each_tenth(number):
            answers.append(buy(*shopper))
    assert answers.count(303) == 30
    assert answers.count(409) == CROWD - 30
    stock = Stock.objects.get(variant=variant)
    assert (stock.allocated, stock.available) == (30, 0)
    assert DropEntry.objects.exclude(used_at=None).count() == 30
    assert buy(*crowd[0]) == 409
