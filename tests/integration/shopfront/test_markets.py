"""Which market a request is in, and its tax."""

import datetime as dt

import pytest
from django.test import RequestFactory

from shopfront.markets import MARKET_COOKIE, get_current_market, get_tax_bps
from shopfront.markets.choice import MarketMissing
from shopfront.markets.tax import TaxRateMissing
from shopfront.models import Market, TaxRate, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def gb() -> Market:
    return Market.objects.create(
        code="GB",
        name="United Kingdom",
        stage=Market.Stage.OPEN,
        currency="GBP",
        time_zone="Europe/London",
        partnership_label="Paid partnership",
    )


@pytest.fixture
def de() -> Market:
    return Market.objects.create(
        code="DE",
        name="Germany",
        stage=Market.Stage.PLANNED,
        currency="EUR",
        time_zone="Europe/Berlin",
        partnership_label="Anzeige",
    )


def test_a_guest_is_in_the_default_market(gb: Market) -> None:
    assert get_current_market(RequestFactory().get("/")) == gb


def test_a_cookie_chooses_a_market_only_when_it_sells(gb: Market, de: Market) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[MARKET_COOKIE] = "de"
    assert get_current_market(request) == gb
    de.stage = Market.Stage.OPEN
    de.save()
    request = RequestFactory().get("/")
    request.COOKIES[MARKET_COOKIE] = "de"
    assert get_current_market(request) == de


def test_an_account_stays_in_its_own_market(gb: Market, de: Market) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_user("a@b.example", market=de)
    assert get_current_market(request) == de


def test_a_site_without_its_market_says_so() -> None:
    with pytest.raises(MarketMissing):
        get_current_market(RequestFactory().get("/"))


def test_the_rate_of_a_day_is_the_last_that_had_begun(gb: Market) -> None:
    for day, rate in ((dt.date(2008, 12, 1), 1500), (dt.date(2011, 1, 4), 2000)):
        TaxRate.objects.create(
            market=gb, category="standard", basis_points=rate, valid_from=day
        )
    assert get_tax_bps(gb, "standard", on=dt.date(2010, 5, 1)) == 1500
    assert get_tax_bps(gb, "standard", on=dt.date(2011, 1, 4)) == 2000
    with pytest.raises(TaxRateMissing):
        get_tax_bps(gb, "standard", on=dt.date(2000, 1, 1))
