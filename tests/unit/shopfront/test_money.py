"""Money keeps every penny."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopfront.common.money import Money, split, take_share, tax_within


@given(
    minor=st.integers(-(10**9), 10**9),
    weights=st.lists(st.integers(0, 1000), min_size=1).filter(lambda w: sum(w) > 0),
)
def test_split_keeps_the_sum_and_is_fair(minor: int, weights: list[int]) -> None:
    parts = split(minor, weights)
    assert sum(parts) == minor
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - minor * weight / total) < 1


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 5]])
def test_split_refuses_weights_that_share_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


def test_take_share_rounds_half_up() -> None:
    assert take_share(250, 1000) == 25
    assert take_share(5, 1000) == 1
    assert take_share(4, 1000) == 0


def test_tax_within_is_what_a_gross_price_contains() -> None:
    assert tax_within(1200, 2000) == 200
    assert tax_within(1190, 1900) == 190
    assert tax_within(999, 0) == 0


def test_money_refuses_to_mix_currencies() -> None:
    with pytest.raises(ValueError, match="mix"):
        Money(1, "GBP") + Money(1, "EUR")


def test_money_is_written_as_people_of_a_locale_do() -> None:
    assert Money(123450, "GBP").format("en_GB") == "£1,234.50"
    assert Money(1990, "EUR").format("de_DE") == "19,90\xa0€"
