"""Search, and the public pages of creators and brands."""

import pytest
from django.test import Client

from livestreams.models import Livestream
from tests.factories import (
    make_brand,
    make_creator,
    make_livestream,
    make_market,
    make_product,
    make_replay,
    make_variant,
)

pytestmark = pytest.mark.django_db
State = Livestream.State


def find(client: Client, text: str) -> str:
    answer = client.get("/search/", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_search_finds_products_shows_creators_and_brands(client: Client) -> None:
    brand = make_brand(name="Walnut and Co")
    make_variant(product=make_product(title="Walnut stool", brand=brand))
    creator = make_creator(display_name="Wilma Walnut", handle="wilma")
    make_livestream(title="All about walnut", state=State.LIVE, creator=creator)
    page = find(client, "walnut")
    for words in ("Walnut stool", "All about walnut", "/c/wilma/", brand.slug):
        assert words in page


@pytest.mark.parametrize("text", ["cerammics", "CERAMICS", "ceramic"])
def test_search_forgives_small_slips(client: Client, text: str) -> None:
    make_livestream(title="Ceramics from the last kiln", state=State.LIVE)
    assert "Ceramics from the last kiln" in find(client, text)


@pytest.mark.parametrize("text", ["zzzqqq", "'; --", "\x00", "%", "  "])
def test_search_without_results_is_kind(client: Client, text: str) -> None:
    make_market()
    page = find(client, text)
    assert "Nothing found" in page or "What are you looking for?" in page


def test_search_leaves_out_shows_that_nobody_can_watch(client: Client) -> None:
    make_livestream(title="Gone ceramics", state=State.ENDED)
    make_replay(title="Kept ceramics")
    page = find(client, "ceramics")
    assert "Kept ceramics" in page
    assert "Gone ceramics" not in page


def test_what_was_typed_is_shown_as_text(client: Client) -> None:
    make_market()
    assert "<script>alert" not in find(client, "<script>alert(1)</script>")


def test_a_creator_page_has_live_coming_and_past_shows(client: Client) -> None:
    creator = make_creator(handle="ada", bio="Turns wood.")
    for title, state in (("Now", State.LIVE), ("Later", State.SCHEDULED)):
        make_livestream(creator=creator, title=title, state=state)
    make_replay(creator=creator, title="Before")
    make_livestream(title="Of another", state=State.LIVE)
    page = client.get("/c/ada/").content.decode()
    for words in ("Turns wood.", "Now", "Later", "Before"):
        assert words in page
    assert "Of another" not in page


def test_a_creator_who_is_not_verified_has_no_page(client: Client) -> None:
    make_creator(handle="new", state="applied")
    assert client.get("/c/new/").status_code == 404
    assert client.get("/c/nobody/").status_code == 404


def test_a_brand_page_names_the_trader_and_has_products_and_shows(
    client: Client,
) -> None:
    brand = make_brand(name="Holt", slug="holt", trader_name="Holt Holdings Ltd")
    product = make_product(title="Oak lamp", brand=brand)
    make_variant(product=product)
    make_variant(product=make_product(title="Of another brand"))
    make_livestream(title="Lamps live", state=State.LIVE, products=(product,))
    page = client.get("/b/holt/").content.decode()
    for words in ("Holt Holdings Ltd", "Oak lamp", "Lamps live"):
        assert words in page
    assert "Of another brand" not in page


def test_a_brand_that_is_not_active_has_no_page(client: Client) -> None:
    make_brand(slug="closed", is_active=False)
    assert client.get("/b/closed/").status_code == 404
