"""Bundles on screen: pinned as a product is, with what they cost and have left."""

import datetime as dt
import re
from html import unescape
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Bundle, Stock, Variant
from catalog.services.bundles import end_bundle, set_bundle_price
from catalog.services.offers import open_offer
from creators.models import Commission
from livestreams.errors import PinsFull, ProductNotPinnable, ShowNotOnAir
from livestreams.errors.planning import ProductRefused
from livestreams.models import LivestreamProduct, Pin, SaidOnAir
from livestreams.selectors.replays import list_chapters
from livestreams.selectors.sales import read_sales
from livestreams.selectors.studio import read_shelf
from livestreams.services.attribution import attribute_order
from livestreams.services.pins import MOST_PINS, pin_bundle, place_pin, remove_pin
from livestreams.services.shows import end_livestream, start_livestream
from livestreams.services.vetoes import refuse_product
from orders.access import Shopper
from orders.models import Checkout
from shopfront.models import User
from tests.factories import (
    make_bundle,
    make_livestream,
    make_offer_limit,
    make_product,
    make_variant,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.livestreams.conftest import Listen
from tests.integration.livestreams.test_bundles import read_field
from tests.integration.orders.test_bundles import pay

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def stall(creator: Any) -> Stall:
    """Make a show on air that sells a product."""
    stall = make_stall(creator)
    start_livestream(stall.show)
    stall.show.refresh_from_db()
    return stall


@pytest.fixture
def rug(stall: Stall) -> Variant:
    """Make a product of the same brand that is not on the shelf: seven pieces."""
    product = make_product(brand=stall.brand, title="Rug")
    return make_variant(product=product, price=2000, stock=7)


@pytest.fixture
def bundle(stall: Stall, rug: Variant) -> Bundle:
    """Make a bundle of two rugs and the product, with a German title."""
    bundle = make_bundle((rug, 2), (stall.variant, 1), price=6000)
    bundle.texts = {"de": {"title": "Leseecke"}}
    bundle.save()
    return bundle


def read_all(told: list[Any]) -> list[dict[str, Any]]:
    return [orjson.loads(one.body) for one in told]


def test_a_pinned_bundle_is_told_with_its_terms_and_the_stock_of_its_parts(
    stall: Stall, rug: Variant, bundle: Bundle, listen: Listen
) -> None:
    host = stall.creator.user
    with listen() as told:
        pin = pin_bundle(stall.show, bundle, by=host)
    placed, terms, *stock = read_all(told)
    assert placed["type"] == "pin.placed"
    assert placed["bundle"] == {
        "id": bundle.public_id,
        "name": "Reading corner",
        "names": {"de": "Leseecke"},
    }
    assert placed["product"]["id"] == stall.variant.product.public_id
    assert (terms["type"], terms["price"]) == ("bundle.changed", "£60.00")
    assert not terms["rests"]
    assert [(one["variant"], one["quantity"]) for one in terms["parts"]] == [
        (rug.public_id, 2),
        (stall.variant.public_id, 1),
    ]
    left = {one["variant"]: one["available"] for one in stock}
    assert left == {rug.public_id: 7, stall.variant.public_id: 1000}
    assert pin_bundle(stall.show, bundle, by=host) == pin
    assert place_pin(stall.show, stall.variant.product, by=host) != pin
    assert LivestreamProduct.objects.count() == 1


def test_products_and_bundles_share_the_three_places(
    stall: Stall, bundle: Bundle
) -> None:
    host = stall.creator.user
    pins = [
        place_pin(stall.show, make_variant(stock=3).product, by=host)
        for _ in range(MOST_PINS)
    ]
    with pytest.raises(PinsFull):
        pin_bundle(stall.show, bundle, by=host)
    remove_pin(pins[0])
    pin_bundle(stall.show, bundle, by=host)
    with pytest.raises(PinsFull):
        place_pin(stall.show, stall.variant.product, by=host)


def test_what_is_not_sold_now_is_not_pinned(
    stall: Stall, rug: Variant, bundle: Bundle
) -> None:
    host, show = stall.creator.user, stall.show
    with pytest.raises(ShowNotOnAir):
        pin_bundle(make_livestream(creator=stall.creator), bundle, by=host)
    make_offer_limit(product=rug.product, set_by=host)
    ended = make_bundle((rug, 1), (stall.variant, 1), price=4500)
    end_bundle(ended, by=host, reason="Over")
    length = dt.timedelta(minutes=10)
    open_offer(rug.product, show.market, amount_minor=1500, length=length, by=host)
    for not_sold in (ended, bundle):
        with pytest.raises(ProductNotPinnable):
            pin_bundle(show, not_sold, by=host)
    assert not Pin.objects.exists()


def test_a_refused_part_takes_the_bundle_off_and_keeps_it_off(
    stall: Stall, rug: Variant, bundle: Bundle
) -> None:
    host, show = stall.creator.user, stall.show
    pin_bundle(show, bundle, by=host)
    place_pin(show, stall.variant.product, by=host)
    refuse_product(show, rug.product, by=host, reason="quality")
    [left] = Pin.objects.filter(removed_at=None)
    assert left.bundle is None
    with pytest.raises(ProductRefused):
        pin_bundle(show, bundle, by=host)
    assert read_shelf(show).bundles == ()


def test_the_host_pins_a_bundle_in_the_studio(
    client: Client, stall: Stall, rug: Variant, bundle: Bundle
) -> None:
    client.force_login(stall.creator.user)
    studio = reverse("creators:studio", args=[stall.show.public_id])
    assert f'name="bundle" value="{bundle.public_id}"' in read(client, studio)
    act = reverse("creators:studio-act", args=[stall.show.public_id, "pin"])
    client.post(act, {"bundle": bundle.public_id})
    pin = Pin.objects.get(removed_at=None)
    assert pin.bundle == bundle
    page = read(client, studio)
    assert "1 of 3 pinned" in page
    assert f'name="pin" value="{pin.public_id}"' in page
    client.post(act, {"bundle": "nothere"})
    client.post(act.replace("/pin/", "/unpin/"), {"pin": pin.public_id})
    assert not Pin.objects.filter(removed_at=None).exists()
    Stock.objects.filter(variant=rug).update(allocated=6)
    assert "Sold out" in read(client, studio)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_shelf_says_what_a_bundle_costs_and_how_many_are_left(
    client: Client, stall: Stall, rug: Variant, bundle: Bundle
) -> None:
    show, host = stall.show, stall.creator.user
    page = read(client, show.get_absolute_url())
    assert 'data-bundle-price><data value="60.00">£60.00</data>' in page
    assert "data-bundle-stock>3 left<" in page
    assert "shown-title" in page
    pin_bundle(show, bundle, by=host)
    Stock.objects.filter(variant=rug).update(allocated=6)
    set_bundle_price(bundle, show.market, 5900, by=host, reason="Less")
    page = read(client, show.get_absolute_url())
    assert "£59.00" in page
    assert "data-bundle-stock>Sold out<" in page
    assert f'data-shown-key="{bundle.public_id}"' in page


def test_a_sale_from_a_pinned_bundle_is_counted_for_its_pin(
    client: Client, stall: Stall, bundle: Bundle, listen: Listen
) -> None:
    with listen() as told:
        pin = pin_bundle(stall.show, bundle, by=stall.creator.user)
    ref = read_all(told)[0]["source"]
    sheet = client.get(
        f"/bundles/{bundle.public_id}/sheet/",
        {"show": stall.show.public_id, "ref": ref},
    ).content.decode()
    names = ("bundle", "price_version", "source_id", "source_ref", "key")
    facts = {name: read_field(sheet, name) for name in names}
    client.post("/buy/bundle/", facts | {"quantity": "1"})
    checkout = Checkout.objects.get()
    order = pay(checkout, Shopper(None, checkout.browser_key))
    attribute_order(order.public_id)
    assert set(SaidOnAir.objects.values_list("pin", flat=True)) == {pin.pk}
    [sold] = read_sales(stall.show).pins
    assert (sold.title, sold.line_count) == ("Reading corner", 2)


def test_a_part_bought_by_itself_from_a_pinned_bundle_is_counted_for_its_pin(
    client: Client, stall: Stall, rug: Variant, bundle: Bundle, listen: Listen
) -> None:
    with listen() as told:
        pin = pin_bundle(stall.show, bundle, by=stall.creator.user)
    query = {"show": stall.show.public_id, "ref": read_all(told)[0]["source"]}
    sheet = client.get(f"/bundles/{bundle.public_id}/sheet/", query).content.decode()
    link = re.search(rf'hx-get="(/p/{rug.product.slug}/sheet/[^"]*)"', sheet)
    assert link is not None
    part = client.get(unescape(link[1])).content.decode()
    names = ("source_id", "source_ref", "key")
    facts = {name: read_field(part, name) for name in names}
    price = rug.price_versions.get().public_id
    facts |= {"variant": rug.public_id, "price_version": price, "quantity": "1"}
    client.post("/buy/", facts)
    checkout = Checkout.objects.get()
    order = pay(checkout, Shopper(None, checkout.browser_key))
    attribute_order(order.public_id)
    line = order.lines.get()
    assert (line.variant, line.bundle_price) == (rug, None)
    assert Commission.objects.get().line_ref == line.public_id
    assert SaidOnAir.objects.get().pin == pin


def test_a_replay_shows_the_bundle_at_todays_price_and_what_it_was(
    client: Client, stall: Stall, bundle: Bundle
) -> None:
    show, host = stall.show, stall.creator.user
    pin_bundle(show, bundle, by=host)
    end_livestream(show, by=host)
    set_bundle_price(bundle, show.market, 6500, by=host, reason="Dearer")
    [chapter] = list_chapters(show)
    assert (chapter.title, chapter.price.minor) == ("Reading corner", 6500)
    assert chapter.price_then is not None
    assert chapter.price_then.minor == 6000
    assert chapter.sheet_url == f"/bundles/{bundle.public_id}/sheet/"
    end_bundle(bundle, by=host, reason="Over")
    [chapter] = list_chapters(show)
    assert chapter.title == stall.variant.product.title
    assert chapter.sheet_url.startswith("/p/")


def test_bundles_are_found_where_their_parts_are(
    client: Client, stall: Stall, rug: Variant, bundle: Bundle, staff: User
) -> None:
    address = bundle.get_absolute_url()
    shelf = rug.product.category.slug
    for page in (
        f"/b/{stall.brand.slug}/",
        f"/shop/?category={shelf}",
        "/search/?q=reading+corner",
        "/search/?q=rug",
        "/search/?q=readign",
    ):
        assert address in read(client, page), page
    assert address not in read(client, f"/b/{make_product().brand.slug}/")
    assert address not in read(client, "/search/?q=stool+unknown")
    end_bundle(bundle, by=staff, reason="Over")
    assert address not in read(client, f"/b/{stall.brand.slug}/")
