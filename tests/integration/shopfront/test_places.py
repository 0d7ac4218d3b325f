"""Country and language: chosen by anybody, remembered, never a way off the site."""

import pytest
from django.test import Client

from shopfront.models import Market
from tests.factories import make_market, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def markets() -> None:
    make_market(languages=["en-gb"])
    make_market("DE", currency="EUR", languages=["de"])
    make_market("FR", stage=Market.Stage.PLANNED, languages=["fr"])


def test_the_page_offers_each_selling_market_in_its_languages(client: Client) -> None:
    page = client.get("/market/", {"next": "/shop/"}).content.decode()

    assert "Deutschland · Deutsch · EUR" in page
    assert "Germany · English · EUR" in page
    assert "United Kingdom · English · GBP" in page
    assert "Vereinigtes" not in page
    assert "FR:" not in page
    assert 'value="GB:en-gb" lang="en-gb" aria-current="true"' in page


def test_a_guest_is_taken_back_and_remembered(client: Client) -> None:
    answer = client.post("/market/", {"place": "DE:de", "next": "/shop/?page=2"})

    assert answer["Location"] == "/shop/?page=2"
    assert answer.cookies["sf_market"].value == "DE"
    assert '<html lang="de">' in client.get("/").content.decode()


def test_an_account_keeps_its_choice_for_other_browsers(client: Client) -> None:
    user = make_user()
    client.force_login(user)

    client.post("/market/", {"place": "DE:de"})

    user.refresh_from_db()
    assert user.market is not None
    assert (user.market.code, user.language) == ("DE", "de")
    other = Client()
    other.post("/accounts/login/", {"login": user.email, "password": "demo"})
    assert other.cookies["django_language"].value == "de"


def test_a_browser_that_chose_keeps_its_language_at_sign_in(client: Client) -> None:
    user = make_user(language="en-gb")
    client.post("/market/", {"place": "DE:de"})

    client.post("/accounts/login/", {"login": user.email, "password": "demo"})

    assert client.cookies["django_language"].value == "de"


@pytest.mark.parametrize("place", ["", "FR:fr", "DE:fr", "DE", "<b>", "DE:de\0"])
def test_a_place_that_is_not_offered_is_refused(client: Client, place: str) -> None:
    answer = client.post("/market/", {"place": place})

    assert answer.status_code == 400
    assert "Choose one of these" in answer.content.decode()
    assert "sf_market" not in answer.cookies


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_the_way_back_never_leaves_the_site(client: Client, target: str) -> None:
    answer = client.post("/market/", {"place": "GB:en-gb", "next": target})

    assert answer["Location"] == "/"
