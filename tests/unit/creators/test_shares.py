"""Shares of a line: nothing is lost, nothing is invented, nothing is negative."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.services.shares import Shares, share_among, share_back, share_out
from shopfront.common.money import take_share, tax_within

totals = st.integers(min_value=0, max_value=10_000_000)
rates = st.integers(min_value=0, max_value=10_000)


def test_a_line_of_30_pounds_is_shared_as_the_rule_says() -> None:
    shares = share_out(3000, 500, rate_bps=1000, fee_bps=800)
    assert shares == Shares(tax=500, commission=250, fee=200, brand=2050)


def test_half_a_penny_goes_up() -> None:
    assert share_out(105, 0, rate_bps=1000, fee_bps=0).commission == 11


def test_the_fee_never_takes_what_the_creator_was_promised() -> None:
    shares = share_out(1000, 0, rate_bps=10_000, fee_bps=800)
    assert (shares.commission, shares.fee, shares.brand) == (1000, 0, 0)


@given(total=totals, tax_bps=rates, rate=rates, fee=rates)
def test_shares_sum_to_the_total_and_none_is_negative(
    total: int, tax_bps: int, rate: int, fee: int
) -> None:
    shares = share_out(total, tax_within(total, tax_bps), rate_bps=rate, fee_bps=fee)
    assert shares.total == total
    assert min(shares.tax, shares.commission, shares.fee, shares.brand) >= 0


@pytest.mark.parametrize(
    ("total", "tax", "rate", "fee"),
    [(100, 101, 0, 0), (100, -1, 0, 0), (100, 0, 10_001, 0), (100, 0, 0, -1)],
)
def test_what_cannot_be_shared_is_refused(
    total: int, tax: int, rate: int, fee: int
) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        share_out(total, tax, rate_bps=rate, fee_bps=fee)


@given(
    parts=st.lists(st.integers(min_value=0, max_value=100_000), min_size=1, max_size=6),
    share=st.floats(min_value=0, max_value=1),
)
def test_what_goes_back_sums_up_and_stays_within_each_part(
    parts: list[int], share: float
) -> None:
    refunded = int(sum(parts) * share)
    back = share_back(parts, refunded)
    assert sum(back) == refunded
    assert all(0 <= gone <= part for gone, part in zip(back, parts, strict=True))


@given(parts=st.lists(st.integers(min_value=0, max_value=100_000), min_size=1))
def test_a_full_refund_takes_back_every_part_whole(parts: list[int]) -> None:
    assert share_back(parts, sum(parts)) == parts
    assert share_back(parts, 0) == [0] * len(parts)


def test_more_than_there_is_cannot_go_back() -> None:
    with pytest.raises(ValueError, match="cannot take"):
        share_back([10, 20], 31)


@settings(max_examples=50)
@given(
    total=st.integers(0, 10**9),
    rates=st.lists(st.integers(0, 3000), min_size=1, max_size=3),
    fee=st.integers(0, 3000),
    tax=st.integers(0, 100),
)
def test_several_peoples_parts_sum_to_the_line(
    total: int, rates: list[int], fee: int, tax: int
) -> None:
    tax_minor = total * tax // 120
    shares, parts = share_among(total, tax_minor, rates_bps=rates, fee_bps=fee)
    assert shares.total == total
    assert shares.commission == sum(parts)
    assert min(shares.tax, shares.fee, shares.brand, *parts) >= 0
    for part, rate in zip(parts, rates, strict=True):
        assert part == take_share(total - tax_minor, rate)
    alone = share_among(total, tax_minor, rates_bps=rates[:1], fee_bps=fee)[0]
    assert alone == share_out(total, tax_minor, rate_bps=rates[0], fee_bps=fee)
