"""Sold out (B7): the ledger's number of who waits, two others, and the host's next."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Category, Stock, Variant
from catalog.selectors.instead import list_instead
from catalog.services.waiting import leave_waiting_list
from livestreams.models import Livestream
from livestreams.selectors.pins import list_stock
from livestreams.selectors.room import read_stock
from livestreams.selectors.studio import read_shelf
from livestreams.services.pins import place_pin
from tests.factories import (
    make_category,
    make_livestream,
    make_market,
    make_place,
    make_product,
    make_variant,
)

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def lamps(db: None) -> Category:
    """Open a shelf of lamps."""
    return make_category(name="Lamps")


@pytest.fixture
def gone(lamps: Category) -> Variant:
    """Sell the last lamp; two people wait for another."""
    variant = make_variant(product=make_product(title="Desk lamp", category=lamps))
    Stock.objects.filter(variant=variant).update(allocated=10)
    for number in (1, 2):
        make_place(variant, holder=f"browser:{number}", email=f"{number}@a.example")
    return variant


@pytest.fixture
def show(gone: Variant, lamps: Category) -> Livestream:
    """Show the sold-out lamp, a stool, another lamp, and one that is gone too."""
    names = ["Stool", "Floor lamp", "Wall lamp"]
    others = [
        make_variant(
            product=make_product(
                title=name,
                category=lamps if "lamp" in name else make_category(),
            ),
            stock=0 if name == "Wall lamp" else 3,
        ).product
        for name in names
    ]
    live = Livestream.State.LIVE
    return make_livestream(products=(gone.product, *others), state=live)


def level_of(show: Livestream, variant: Variant) -> tuple[int, int]:
    rows = list_stock([show.public_id])[show.public_id]
    row = next(one for one in rows if one.variant == variant.public_id)
    return row.available, row.waiting


def test_the_room_hears_how_many_wait_as_soon_as_it_changes(
    show: Livestream, gone: Variant
) -> None:
    assert level_of(show, gone) == (0, 2)
    before = read_stock([show.public_id])[show.public_id][f"stock:{gone.public_id}"]
    leave_waiting_list(gone.places.all()[0])
    after = read_stock([show.public_id])[show.public_id][f"stock:{gone.public_id}"]
    assert before.body != after.body
    assert level_of(show, gone) == (0, 1)


def test_the_card_says_how_many_wait_and_the_sheet_offers_two_of_the_shelf(
    show: Livestream,
    gone: Variant,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page = client.get(show.get_absolute_url()).content.decode()
    assert "Sold out, 2 waiting" in page
    slug = gone.product.slug
    sheet = client.get(f"/p/{slug}/sheet/?show={show.public_id}&ref=x", headers=HX)
    link = f"/live/{show.public_id}/instead/{slug}/"
    assert f'hx-get="{link}"' in sheet.content.decode()
    make_variant(product=make_product(title="Never shown", category=lamps_of(gone)))
    with django_assert_num_queries(8):
        part = client.get(link).content.decode()
    names = re.findall(r'clamp-1">([^<]+)<', part)
    assert names == ["Floor lamp", "Stool"]
    address = re.search(r'hx-get="(/p/[^"]+)"', part)
    assert address is not None
    opened = client.get(unescape(address[1]), headers=HX).content.decode()
    assert f'name="source_id" value="{show.public_id}"' in opened
    assert 'name="source_ref" value=""' not in opened


def lamps_of(variant: Variant) -> Category:
    return variant.product.category


def test_the_shop_says_it_too_and_offers_the_same_category_first(
    show: Livestream, gone: Variant, client: Client
) -> None:
    page = client.get(gone.product.get_absolute_url()).content.decode()
    assert "Sold out, 2 waiting" in page
    assert page.index("Floor lamp") < page.index(">Stool<")
    assert "Wall lamp" not in page
    assert "Sold out, 2 waiting" in client.get("/shop/").content.decode()
    assert list_instead(gone.product, make_market(), among=[]) == []


def test_the_host_is_prompted_for_the_next_product(
    show: Livestream, gone: Variant, client: Client
) -> None:
    host = show.creator.user
    assert read_shelf(show).sold_out is None
    place_pin(show, gone.product, by=host)
    shelf = read_shelf(show)
    assert shelf.sold_out is not None
    assert shelf.next_item is not None
    assert shelf.next_item.card.title == "Stool"
    client.force_login(host)
    page = client.get(f"/creator/studio/{show.public_id}/").content.decode()
    assert "Desk lamp is sold out, 2 waiting." in page
    assert "Next product: Stool." in page
    Stock.objects.exclude(variant=gone).update(on_hand=0)
    assert read_shelf(show).next_item is None
