"""Bundles in a show: on the shelf, and every part of one tap is the host's sale."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from creators.models import Commission
from livestreams.models import Livestream, SaidOnAir
from livestreams.services.attribution import attribute_order
from orders.access import Shopper
from orders.models import Checkout
from tests.factories import make_bundle, make_product, make_variant
from tests.integration.creators.conftest import make_stall
from tests.integration.orders.test_bundles import pay

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def read_field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_bundle_tapped_on_the_shelf_is_the_hosts_sale_in_all_its_parts(
    client: Client, creator: Any
) -> None:
    stall = make_stall(creator)
    Livestream.objects.update(state=Livestream.State.LIVE)
    other = make_variant(product=make_product(brand=stall.variant.product.brand))
    bundle = make_bundle((other, 1), (stall.variant, 1))
    page = client.get(stall.show.get_absolute_url()).content.decode()
    assert "Bundle of 2 products" in page
    link = re.search(rf'hx-get="(/bundles/{bundle.public_id}/sheet/[^"]*)"', page)
    assert link is not None
    part = client.get(unescape(link[1]), headers={"HX-Request": "true"})
    names = ("bundle", "price_version", "source_id", "source_ref", "key")
    facts = {name: read_field(part.content.decode(), name) for name in names}
    client.post("/buy/bundle/", facts | {"quantity": "1"})
    checkout = Checkout.objects.get()
    order = pay(checkout, Shopper(None, checkout.browser_key))
    attribute_order(order.public_id)
    lines = set(order.lines.values_list("public_id", flat=True))
    assert set(Commission.objects.values_list("line_ref", flat=True)) == lines
    assert SaidOnAir.objects.filter(livestream=stall.show).count() == 2
    assert sum(one.amount_minor for one in Commission.objects.all()) > 0
