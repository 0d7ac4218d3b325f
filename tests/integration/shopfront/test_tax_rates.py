"""Official tax rates: added once, as dated rows that never change."""

import datetime as dt
import io

import pytest
from django.core.management import call_command

from shopfront.markets import get_tax_rates
from shopfront.models import Market, TaxRate
from shopfront.services.tax_rates import find_official_rates, load_tax_rates
from tests.factories import make_market

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("country", "standard", "reduced"),
    [
        ("GB", 2000, 500),
        ("DE", 1900, 700),
        ("FR", 2000, 550),
        ("IT", 2200, 1000),
        ("ES", 2100, 1000),
    ],
)
def test_the_rates_of_our_markets_are_known(
    country: str, standard: int, reduced: int
) -> None:
    rates = find_official_rates(country)
    assert rates == {"standard": standard, "reduced": reduced, "zero": 0}


def test_a_country_without_data_gets_no_guess() -> None:
    assert find_official_rates("US") == {}
    assert find_official_rates("AT") == {}


def test_rates_are_loaded_once_and_a_new_one_from_its_day_on() -> None:
    market = Market.objects.create(code="DE", name="Germany", currency="EUR")
    assert len(load_tax_rates(market, on=TODAY)) == 3
    assert load_tax_rates(market, on=TODAY) == []
    old = TaxRate.objects.get(market=market, category="standard")
    TaxRate.objects.filter(pk=old.pk).update(basis_points=1600)
    [raised] = load_tax_rates(market, on=TODAY)
    assert (raised.basis_points, raised.valid_from) == (1900, TODAY)
    yesterday = get_tax_rates(market, on=TODAY - dt.timedelta(days=1))
    assert yesterday["standard"].basis_points == 1600
    assert get_tax_rates(market, on=TODAY)["standard"] == raised


def test_the_command_names_what_it_added() -> None:
    make_market()
    said = io.StringIO()
    call_command("load_tax_rates", stdout=said)
    assert "reduced 5 %" in said.getvalue()
    assert "standard" not in said.getvalue()
