"""Goods have words in the reader's language, and the first ones where they lack."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import translation

from catalog.errors.texts import TextsUnsound
from catalog.models import Drop, Product, Variant
from catalog.selectors import search_products
from catalog.services.pictures import add_picture
from catalog.services.texts import write_texts, write_titles
from livestreams.selectors.pins import describe_pin, select_pins
from livestreams.services.pins import place_pin
from orders.access import Shopper
from orders.models import OrderLine
from shopfront.common.ids import new_public_id
from shopfront.models import Audit, User
from tests.factories import (
    make_bundle,
    make_category,
    make_drop,
    make_livestream,
    make_market,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.catalog.test_pictures import draw
from tests.integration.orders.conftest import ordered, price_of

pytestmark = pytest.mark.django_db
GERMAN = {
    "title": "Hocker aus Nussbaum",
    "description": "Steht fest.",
    "material": "Nussbaum",
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read English outside of requests, which leave their own language behind."""
    with translation.override("en-gb"):
        yield


@pytest.fixture
def stool(db: None) -> Variant:
    """Offer a yellow walnut stool, with German words for all of it."""
    shelf = make_category(slug="sit", name="Seats", texts={"de": {"name": "Sitze"}})
    product = make_product(
        slug="stool",
        category=shelf,
        description="Stands firm.",
        material="Walnut",
        texts={"de": GERMAN},
    )
    yellow = {"de": {"title": "Gelb"}}
    return make_variant(product=product, title="Yellow", texts=yellow)


def read(client: Client, address: str, language: str = "de") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_shop_page_and_sheet_speak_the_readers_language(
    client: Client, stool: Variant
) -> None:
    make_variant(product=stool.product, title="Grey", price=2600)
    shop = read(client, "/shop/?category=sit")
    assert "Hocker aus Nussbaum" in shop
    assert "Sitze" in shop
    for address in ("/p/stool/", "/p/stool/sheet/"):
        page = read(client, address)
        for words in ("Hocker aus Nussbaum", "Gelb", "Grey"):
            assert words in page
        assert "Walnut" not in page
    assert "Steht fest." in read(client, "/p/stool/")
    english = read(client, "/p/stool/", "en-gb")
    assert "Walnut stool" in english
    assert "Hocker" not in english


def test_a_bundle_names_its_parts_in_the_readers_language(
    client: Client, stool: Variant
) -> None:
    other = make_variant(product=make_product(brand=stool.product.brand))
    bundle = make_bundle((stool, 1), (other, 1))
    write_titles(
        bundle, {"de": {"title": " Leseecke "}}, by=make_user(), reason="Asked"
    )
    page = read(client, bundle.get_absolute_url())
    for words in ("Hocker aus Nussbaum", "Gelb", "Leseecke"):
        assert words in page
    assert "Reading corner" in read(client, bundle.get_absolute_url(), "en-gb")


@pytest.mark.parametrize("text", ["hocker", "Nuss", "Nußbaum", "fest", "walnut"])
def test_words_of_any_language_find_a_product(stool: Variant, text: str) -> None:
    [card] = search_products(text, make_market())
    assert card.title == "Walnut stool"


def test_a_slip_finds_the_title_that_its_reader_sees(stool: Variant) -> None:
    assert search_products("Hokcer aus", make_market()) == []
    with translation.override("de"):
        [card] = search_products("Hokcer aus", make_market())
    assert card.title == "Hocker aus Nussbaum"


def test_words_that_change_are_found_and_the_old_ones_not(
    stool: Variant, staff: User
) -> None:
    write(stool.product, {"de": {"title": "Schemel"}}, staff)
    assert search_products("Schemel", make_market())
    assert search_products("Steht", make_market()) == []


def test_cart_and_order_keep_the_words_that_were_shown(
    client: Client, stool: Variant
) -> None:
    sent = {"variant": stool.public_id, "quantity": "1", "key": new_public_id()}
    sent["price_version"] = price_of(stool)
    client.post("/cart/add/", sent, headers={"Accept-Language": "de"})
    cart = read(client, "/cart/")
    assert "Hocker aus Nussbaum" in cart
    assert "Gelb" in cart
    with translation.override("de"):
        ordered(stool, Shopper(None, "browser-of-a-guest"))
    assert OrderLine.objects.get().title == "Hocker aus Nussbaum, Gelb"


def test_a_pin_tells_the_room_its_name_in_every_language(stool: Variant) -> None:
    show = make_livestream(state="live", products=(stool.product,))
    place_pin(show, stool.product, by=show.creator.user)
    with translation.override("de"):
        told = orjson.loads(describe_pin(select_pins().get()).body)["product"]
    assert told["name"] == "Walnut stool"
    assert told["names"] == {"de": "Hocker aus Nussbaum"}


def write(product: Product, texts: Any, staff: User, **variants: Any) -> None:
    write_texts(product, texts, variants, by=staff, reason="Asked by the brand")


def test_texts_are_written_once_with_their_history(stool: Variant, staff: User) -> None:
    product = stool.product
    before = product.events.count()  # type: ignore[attr-defined]
    for _again in range(2):
        write(
            product,
            {"de": {"title": " Schemel ", "material": " "}},
            staff,
            **{stool.public_id: {}},
        )
    stool.refresh_from_db()
    assert product.texts == {"de": {"title": "Schemel"}}
    assert stool.texts == {}
    events = product.events.order_by("pgh_id")  # type: ignore[attr-defined]
    assert events.count() == before + 1
    assert events.last().texts == product.texts
    assert Audit.objects.filter(action="catalog.texts_written").count() == 1


@pytest.mark.parametrize(
    "texts",
    [
        [],
        {"de": "Hocker"},
        {"de": {"title": 7}},
        {"de": {"slug": "hocker"}},
        {"de": {"title": "x" * 121}},
        {"de": {"title": "a\x00b"}},
        {"en-gb": {"title": "Stool"}},
        {"xx": {"title": "Stool"}},
    ],
)
def test_unsound_texts_change_nothing(stool: Variant, staff: User, texts: Any) -> None:
    with pytest.raises(TextsUnsound):
        write(stool.product, texts, staff)
    assert Product.objects.get().texts == {"de": GERMAN}


def test_a_variant_of_another_product_is_refused(stool: Variant, staff: User) -> None:
    other = make_variant()
    with pytest.raises(TextsUnsound):
        write(stool.product, {}, staff, **{other.public_id: {}})


def test_staff_write_texts_in_the_admin(
    client: Client, stool: Variant, staff: User
) -> None:
    client.force_login(staff)
    chosen = {"action": "write", "_selected_action": stool.product_id}
    address = "/admin/catalog/product/"
    asked = client.post(address, chosen | {"index": 0}).content.decode()
    assert "Hocker aus Nussbaum" in asked
    assert "Gelb" in asked
    said = {
        "decided": "1",
        "reason": "Clearer",
        "title_de": "Schemel",
        f"{stool.public_id}_title_de": "Sonnengelb",
    }
    client.post(address, chosen | said)
    stool.refresh_from_db()
    assert stool.product.texts == {"de": {"title": "Schemel"}}
    assert stool.texts == {"de": {"title": "Sonnengelb"}}


def test_staff_write_titles_of_bundles_and_drops_in_the_admin(
    client: Client, stool: Variant, staff: User
) -> None:
    client.force_login(staff)
    other = make_variant(product=make_product(brand=stool.product.brand))
    for row in (
        make_bundle((stool, 1), (other, 1)),
        make_drop(stool.product),
    ):
        address = f"/admin/catalog/{row._meta.model_name}/"
        chosen = {"action": "write", "_selected_action": row.pk}
        assert "title_de" in client.post(address, chosen).content.decode()
        said = {"decided": "1", "reason": "Asked by the brand", "title_de": "Neu"}
        for _again in range(2):
            client.post(address, chosen | said)
        row.refresh_from_db()
        assert row.texts == {"de": {"title": "Neu"}}
        too_long = said | {"title_de": "x" * 121}
        client.post(address, chosen | too_long)
        row.refresh_from_db()
        assert row.texts == {"de": {"title": "Neu"}}
    assert "Neu" in read(client, Drop.objects.get().get_absolute_url())
    assert Audit.objects.filter(action="catalog.texts_written").count() == 2


def test_a_picture_says_what_it_shows_in_the_readers_language(
    client: Client, stool: Variant, staff: User
) -> None:
    picture = add_picture(stool.product, draw(), alt="A walnut stool")
    alike = {picture.public_id: {"de": {"alt": "Ein Hocker"}}}
    write_texts(
        stool.product, {}, {}, pictures=alike, by=staff, reason="Asked by the brand"
    )
    assert 'alt="Ein Hocker"' in read(client, "/p/stool/")
    assert 'alt="A walnut stool"' in read(client, "/p/stool/", "en-gb")
    other = make_variant().product
    with pytest.raises(TextsUnsound):
        write_texts(other, {}, {}, pictures=alike, by=staff, reason="Not its own")


def test_a_shelf_has_its_names_in_its_form(
    client: Client, stool: Variant, staff: User
) -> None:
    client.force_login(staff)
    shelf = stool.product.category
    address = f"/admin/catalog/category/{shelf.pk}/change/"
    assert 'value="Sitze"' in client.get(address).content.decode()
    facts = {"name": "Seats", "slug": "sit", "tax_category": "standard", "position": 0}
    client.post(address, facts | {"name_de": " Stühle "})
    shelf.refresh_from_db()
    assert shelf.texts == {"de": {"name": "Stühle"}}
    client.post(address, facts | {"name_de": "x" * 61})
    shelf.refresh_from_db()
    assert shelf.texts == {"de": {"name": "Stühle"}}
