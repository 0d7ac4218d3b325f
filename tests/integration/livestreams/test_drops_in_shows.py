"""Drops in a show: who comes to the waiting room from it buys from its host (N2)."""

import datetime as dt
import re
from html import unescape

import pytest
import time_machine
from django.test import Client

from creators.models import Commission
from livestreams.models import Livestream, SaidOnAir
from livestreams.services.attribution import attribute_order
from orders.access import Shopper
from orders.models import Checkout
from shopfront.common import clock
from tests.factories import make_creator, make_drop
from tests.integration.creators.conftest import make_stall
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
