"""Net quantities and what their unit prices are."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from shopfront.common.money import Money
from shopfront.common.units import (
    USUAL_TERMS,
    Net,
    find_unit_price,
    read_net,
    read_unit_terms,
    sum_nets,
)
from shopfront.services.market_rules import UNIT_RULES
from shopfront.templatetags.shopfront import net as write_net
from shopfront.templatetags.shopfront import per as write_per


@pytest.mark.parametrize(
    ("minor", "amount", "unit", "expected", "per"),
    [
        (450, "250", "g", 1800, "1 kg"),
        (100, "3", "kg", 33, "1 kg"),
        (100, "0.6", "kg", 167, "1 kg"),
        (799, "75", "cl", 1065, "1 l"),
        (1000, "0.5", "m3", 2, "1 l"),
        (999, "250", "cm", 400, "1 m"),
        (500, "2500", "cm2", 2000, "1 m2"),
    ],
)
def test_a_unit_price_is_half_up_to_the_penny(
    minor: int, amount: str, unit: str, expected: int, per: str
) -> None:
    found = find_unit_price(Money(minor, "GBP"), Net(Decimal(amount), unit))
    assert found is not None
    assert (found.amount * 100, str(found.per)) == (Decimal(expected), per)


def test_a_currency_without_pennies_is_rounded_to_whole_units() -> None:
    found = find_unit_price(Money(1000, "JPY"), Net(Decimal(300), "g"))
    assert found is not None
    assert (found.amount, found.format()) == (Decimal(3333), "JP¥3,333")


@pytest.mark.parametrize(
    ("minor", "written"),
    [(39, "£0.156"), (25, "£0.100"), (249, "£0.996"), (250, "£1.00"), (319, "£1.28")],
)
def test_great_britain_writes_a_tenth_of_a_penny_below_a_pound(
    minor: int, written: str
) -> None:
    terms = read_unit_terms(UNIT_RULES["GB"], dt.date(2026, 4, 6))
    found = find_unit_price(Money(minor, "GBP"), Net(Decimal("2.5"), "l"), terms)
    assert found is not None
    assert found.format() == written


def test_what_rounds_to_nothing_has_no_unit_price() -> None:
    terms = read_unit_terms(UNIT_RULES["GB"], dt.date(2026, 4, 6))
    assert find_unit_price(Money(1, "GBP"), Net(Decimal(25), "m"), terms) is None
    least = find_unit_price(Money(1, "GBP"), Net(Decimal(20), "m"), terms)
    assert least is not None
    assert least.format("de") == "0,001\u00a0£"


def test_germany_asks_for_none_below_ten_grams() -> None:
    day = dt.date(2026, 11, 22)
    terms = read_unit_terms(UNIT_RULES["DE"], day)
    price = Money(200, "EUR")
    assert find_unit_price(price, Net(Decimal("9.9"), "g"), terms) is None
    ten = find_unit_price(price, Net(Decimal(10), "g"), terms)
    assert ten is not None
    assert ten.format("de") == "200,00\u00a0€"
    before = dt.date(2022, 5, 27)
    assert read_unit_terms(UNIT_RULES["DE"], before) is USUAL_TERMS


def test_goods_of_one_dimension_are_summed_and_others_are_not() -> None:
    half, bottle = Net(Decimal(500), "g"), Net(Decimal(1), "l")
    assert sum_nets([half, half]) == Net(Decimal("1.000"), "kg")
    assert sum_nets([half, bottle]) is None
    assert sum_nets([half, None]) is None
    assert sum_nets([]) is None


@pytest.mark.parametrize("text", ["", "100g", "0 g", "1 stone", "-1 g", 5, None])
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        read_net(text)


def test_amounts_are_written_in_the_readers_language() -> None:
    with translation.override("de"):
        assert write_net(Net(Decimal("1.500"), "kg")) == "1,5\u00a0kg"
    with translation.override("en-gb"):
        assert write_net(Net(Decimal(1000), "cm2")) == "1,000\u00a0cm²"
        assert write_per(Net(Decimal(1), "m2")) == "m²"
        assert write_per(Net(Decimal(100), "ml")) == "100\u00a0ml"
