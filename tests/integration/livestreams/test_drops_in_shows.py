"""Drops in a show: who comes to the waiting room from it buys from its host (N2)."""

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
import time_machine
from django.test import Client

from catalog.services.drops import call_off_drop
from creators.models import Commission
from livestreams.access.sources import find_source
from livestreams.models import Livestream, SaidOnAir
from livestreams.selectors.room import list_events
from livestreams.services.attribution import attribute_order
from orders.access import Shopper
from orders.models import Checkout
from shopfront.common import clock
from shopfront.services import outbox
from tests.factories import make_creator, make_drop, make_product, make_variant
from tests.integration.creators.conftest import make_stall
from tests.integration.livestreams.conftest import Listen
from tests.integration.livestreams.test_bundles import read_field
from tests.integration.orders.test_bundles import pay

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def read(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None
    return unescape(found[1])


def test_what_is_bought_in_a_drop_of_a_show_is_its_hosts_sale(client: Client) -> None:
    stall = make_stall(make_creator())
    Livestream.objects.update(state=Livestream.State.LIVE)
    product = stall.variant.product
    drop = make_drop(product)
    show = client.get(stall.show.get_absolute_url()).content.decode()
    link = read(show, rf'hx-get="(/p/{product.slug}/sheet/[^"]*)"')
    sheet = client.get(link).content.decode()
    door = read(sheet, rf'href="(/drops/{drop.public_id}/[^"]*)"')
    page = client.get(door).content.decode()
    enter = read(page, r'hx-post="(/drops/[^"]+/enter/[^"]*)"')
    form = {"form": read_field(page, "form")}
    start = clock.now()
    with time_machine.travel(start + dt.timedelta(seconds=5), tick=False):
        room = client.post(enter, form, follow=True).content.decode()
    look = read(room, rf'hx-get="(/drops/{drop.public_id}/[^"]*)"')
    with time_machine.travel(start + dt.timedelta(minutes=3), tick=False):
        turn = client.get(look, headers={"HX-Request": "true"}).content.decode()
        names = ("source_id", "source_ref", "key", "admission")
        facts = {name: read_field(turn, name) for name in names}
        price = stall.variant.price_versions.get().public_id
        facts |= {"variant": stall.variant.public_id, "price_version": price}
        client.post("/buy/", facts | {"quantity": "1"})
        checkout = Checkout.objects.get()
        order = pay(checkout, Shopper(None, checkout.browser_key))
        attribute_order(order.public_id)
    line = order.lines.get()
    assert Commission.objects.get().line_ref == line.public_id
    assert SaidOnAir.objects.get().livestream == stall.show


def test_a_rooms_link_leads_to_the_waiting_room_from_its_show(listen: Listen) -> None:
    stall = make_stall(make_creator())
    Livestream.objects.update(state=Livestream.State.LIVE)
    with listen() as told:
        drop = make_drop(stall.variant.product)
        outbox.relay()
    event = orjson.loads(told[-1].body)
    source = find_source(parse_qs(urlsplit(event.pop("url")).query)["ref"][0])
    assert source is not None
    assert source.livestream == stall.show.public_id
    assert event == {
        "type": "drop.changed",
        "seq": 1,
        "id": drop.public_id,
        "product": stall.variant.product.public_id,
        "name": "Stools at eight",
        "names": {},
        "state": "planned",
        "opens_at": drop.opens_at.isoformat().replace("+00:00", "Z"),
        "ends_at": drop.ends_at.isoformat().replace("+00:00", "Z"),
    }


def test_what_is_told_twice_or_late_says_how_the_drop_stands_by_now(
    listen: Listen,
) -> None:
    stall = make_stall(make_creator())
    Livestream.objects.update(state=Livestream.State.LIVE)
    drop = make_drop(stall.variant.product)
    call_off_drop(drop, by=stall.show.creator.user, reason="Lost parcel")
    with listen() as told:
        outbox.relay()
    states = [orjson.loads(one.body)["state"] for one in told]
    assert states == ["called_off", "called_off"]
    assert [one.seq for one in told] == [1, 2]
    numbers = [one.body for one in list_events(stall.show.public_id, after=0)]
    assert numbers == [one.body for one in told]


def test_rooms_that_ended_or_sell_other_goods_hear_nothing(listen: Listen) -> None:
    stall = make_stall(make_creator())
    Livestream.objects.update(state=Livestream.State.ENDED)
    other = make_variant(product=make_product(brand=stall.variant.product.brand))
    with listen() as told:
        make_drop(stall.variant.product)
        make_drop(other.product)
        outbox.relay()
    assert told == []


def test_a_tap_on_gated_goods_leads_to_the_waiting_room_with_its_source(
    client: Client,
) -> None:
    stall = make_stall(make_creator())
    drop = make_drop(stall.variant.product)
    facts = {
        "variant": stall.variant.public_id,
        "price_version": stall.variant.price_versions.get().public_id,
        "quantity": "1",
        "key": "an-attempt",
        "source_id": stall.show.public_id,
        "source_ref": stall.source_ref,
    }
    page = client.post("/buy/", facts).content.decode()
    door = read(page, rf'href="(/drops/{drop.public_id}/[^"]*)"')
    assert read_field(client.get(door).content.decode(), "form")
    assert f"show={stall.show.public_id}" in door
    assert "ref=" in door
