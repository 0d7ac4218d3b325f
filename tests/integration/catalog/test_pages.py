"""The shop as a shopper meets it."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Category, Product, Stock, Variant
from catalog.selectors import list_product_cards, paging, search_products
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_category, make_market, make_product, make_variant

pytestmark = pytest.mark.django_db


def test_the_shop_shows_what_has_a_price_and_nothing_else(client: Client) -> None:
    make_variant(product=make_product(title="Walnut stool"), price=2500)
    make_variant(product=make_product(title="No price"), price=None)
    hidden = make_product(title="Withdrawn", state=Product.State.WITHDRAWN)
    make_variant(product=hidden)
    page = client.get("/shop/").content.decode()
    assert "Walnut stool" in page
    assert "£25.00" in page
    assert "No price" not in page
    assert "Withdrawn" not in page


def test_the_order_one_chose_stays_from_shelf_to_shelf(client: Client) -> None:
    shelf = make_category(slug="garden", name="Garden")
    make_variant(product=make_product(category=shelf))
    page = client.get("/shop/?order=price").content.decode()
    assert 'href="?category=garden&amp;order=price"' in page


def test_the_shop_says_so_when_a_shelf_is_empty(client: Client) -> None:
    make_market()
    make_category(slug="garden", name="Garden")
    page = client.get("/shop/?category=garden").content.decode()
    assert "Nothing on this shelf yet" in page


def test_the_shop_costs_the_same_queries_for_many_products(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        make_variant(product=make_product(title=f"Thing {number}"))
    with django_assert_num_queries(6):
        client.get("/shop/")
    for number in range(30):
        make_variant(product=make_product(title=f"More {number}"))
    with django_assert_num_queries(6):
        page = client.get("/shop/?order=price&page=2")
    assert page.status_code == 200
    assert "Page 2 of 2" in page.content.decode()


def test_by_price_a_product_stands_where_its_cheapest_variant_belongs() -> None:
    market, shelf = make_market(), make_category(slug="garden", name="Garden")
    titles = {"Middle": (2500, 9900), "Cheap": (1900,), "Dear": (4500, 4400)}
    for title, amounts in titles.items():
        product = make_product(title=title, category=shelf)
        for amount in amounts:
            make_variant(product=product, price=amount)
    withdrawn = make_product(category=shelf, state=Product.State.WITHDRAWN)
    make_variant(product=withdrawn, price=100)
    make_variant(product=make_product(title="Elsewhere"), price=2000)
    Variant.objects.filter(price_versions__amount_minor=4400).update(is_active=False)

    def list_titles(order: str, category: Category | None = None) -> list[str]:
        cards, page = list_product_cards(market, category=category, order=order)
        assert page.paginator.count == len(cards)
        return [card.title for card in cards]

    assert list_titles("price") == ["Cheap", "Elsewhere", "Middle", "Dear"]
    assert list_titles("-price") == ["Dear", "Middle", "Elsewhere", "Cheap"]
    assert list_titles("price", shelf) == ["Cheap", "Middle", "Dear"]
    assert list_titles("newest", shelf) == ["Dear", "Cheap", "Middle"]


def test_a_long_shelf_is_counted_again_after_half_a_minute_a_short_one_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "LONG", 3)
    market = make_market()

    def count() -> int:
        return list_product_cards(market)[1].paginator.count

    with time_machine.travel(clock.now(), tick=False) as travel:
        counts = []
        for _ in range(4):
            make_variant()
            counts.append(count())
        assert counts == [1, 2, 3, 3]
        travel.shift(dt.timedelta(seconds=30))
        assert count() == 4


def test_a_product_page_tells_all_that_a_shopper_needs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    product = make_product(material="Oiled walnut", description="Three legs.")
    for title, price in (("Low", 2500), ("High", 4500)):
        make_variant(product=product, title=title, price=price, stock=3)
    with django_assert_num_queries(8):
        page = client.get(f"/p/{product.slug}/").content.decode()
    for text in (
        product.brand.trader_name,
        "Oiled walnut",
        "3 left",
        "£45.00",
        "Buy now",
        "Add to cart",
        "14 days",
    ):
        assert text in page


def test_a_sold_out_product_offers_nothing_to_buy(client: Client) -> None:
    variant = make_variant(stock=0)
    page = client.get(f"/p/{variant.product.slug}/").content.decode()
    assert "Sold out" in page
    assert "Buy now" not in page


def test_a_teen_sees_no_button_but_a_kind_sentence(client: Client, teen: User) -> None:
    variant = make_variant()
    client.force_login(teen)
    page = client.get(f"/p/{variant.product.slug}/").content.decode()
    assert "Watching stays free" in page
    assert "Buy now" not in page


def test_the_sheet_carries_where_it_was_opened(client: Client) -> None:
    variant = make_variant()
    page = client.get(
        f"/p/{variant.product.slug}/sheet/?show=abc&ref=signed<x>"
    ).content.decode()
    assert 'name="source_id" value="abc"' in page
    assert "signed&lt;x&gt;" in page
    assert "<html" not in page


def test_the_variant_asked_for_is_chosen_while_it_can_be_had(client: Client) -> None:
    product = make_product()
    low, high, gone = (
        make_variant(product=product, title=title, stock=stock)
        for title, stock in (("Low", 3), ("High", 3), ("Gone", 0))
    )

    def chosen(asked: str) -> str:
        page = client.get(f"/p/{product.slug}/?variant={asked}").content.decode()
        found = re.findall(r'value="(\w+)" required\s+checked', page)
        assert len(found) == 1
        return str(found[0])

    assert chosen(high.public_id) == high.public_id
    assert chosen(gone.public_id) == low.public_id
    assert chosen("nonsense") == low.public_id


@pytest.mark.parametrize(
    "query",
    [
        "category=%00",
        "category=no-such-shelf",
        "order=%00",
        "order=nonsense",
        "page=0",
        "page=-1",
        "page=nine",
        "page=99999999999999999999",
        "category=%F0%9F%AA%91",
    ],
)
def test_a_nonsense_address_of_the_shop_shows_the_shop(
    client: Client, query: str
) -> None:
    make_variant(product=make_product(title="Walnut stool"))
    page = client.get(f"/shop/?{query}")
    assert page.status_code == 200
    assert "Walnut stool" in page.content.decode()


@pytest.mark.parametrize("name", ["orders:buy-now", "orders:cart-add"])
def test_a_nul_in_a_form_is_refused_and_no_fault_of_ours(
    client: Client, name: str
) -> None:
    make_market()
    answer = client.post(reverse(name), {"variant": "a\x00b", "quantity": "1"})
    assert answer.status_code == 400
    assert answer["X-Error-Code"] == "shopfront.text_invalid"


def test_a_nonsense_cookie_of_a_market_is_passed_over(client: Client) -> None:
    make_variant(product=make_product(title="Walnut stool"))
    client.cookies.load('sf_market="\\000X"')
    assert client.get("/shop/").status_code == 200


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "%2e%2e/secret", "originals/", "%00", "a" * 3000]
)
def test_nothing_but_pictures_is_served(client: Client, name: str) -> None:
    assert client.get(f"/files/{name}").status_code == 404


def test_unknown_products_are_missing(client: Client) -> None:
    make_market()
    assert client.get("/p/nothing/").status_code == 404
    assert client.get("/p/nothing/sheet/").status_code == 404


def test_stored_pictures_are_served_for_good_and_nothing_else_is(
    client: Client,
) -> None:
    name = default_storage.save("renditions/test/1.webp", ContentFile(b"RIFF"))
    answer = client.get(f"/files/{name}")
    assert answer["Cache-Control"].endswith("immutable")
    assert answer["Content-Type"] == "image/webp"
    assert answer.getvalue() == b"RIFF"
    for path in ("../settings.py", "%2e%2e/settings.py", "/etc/passwd", "renditions"):
        assert client.get(f"/files/{path}").status_code in {301, 404}


def test_search_finds_words_beginnings_accents_and_near_misses() -> None:
    market = make_market()
    for title in ("Café crème cup", "Walnut stool", "Linen apron"):
        make_variant(product=make_product(title=title))

    def find(text: str) -> list[str]:
        return [card.title for card in search_products(text, market)]

    assert find("cafe creme") == ["Café crème cup"]
    assert find("wal") == ["Walnut stool"]
    assert find("wallnut") == ["Walnut stool"]
    assert find("") == []
    assert find("'; drop table & | !") == []
    assert find("xylophone") == []


def test_what_is_left_is_the_ledgers_number(client: Client) -> None:
    variant = make_variant(stock=4)
    Stock.objects.filter(variant=variant).update(allocated=3)
    assert "1 left" in client.get(f"/p/{variant.product.slug}/").content.decode()
    Variant.objects.filter(pk=variant.pk).update(is_active=False)
    page = client.get(f"/p/{variant.product.slug}/").content.decode()
    assert "no price in your country" in page
