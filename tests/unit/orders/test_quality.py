"""The quality gate's judgement: above a ceiling, with enough lines (P6)."""

import datetime as dt

import pytest

from catalog.models import Product
from orders.models import ProductQuality
from orders.selectors.quality import judge_quality
from shopfront.models import Market, MarketRule


@pytest.mark.parametrize(
    ("sold", "returned", "complained", "barred"),
    [
        (19, 19, 19, ""),
        (20, 6, 1, ""),
        (20, 7, 0, "returns"),
        (20, 0, 2, "cases"),
        (20, 20, 20, "cases"),
        (1000, 300, 50, ""),
        (1000, 301, 0, "returns"),
        (1000, 0, 51, "cases"),
    ],
)
def test_only_what_is_above_a_ceiling_is_barred(
    sold: int, returned: int, complained: int, barred: str
) -> None:
    row = ProductQuality(
        product=Product(title="Oak"),
        sold_count=sold,
        returned_count=returned,
        complained_count=complained,
    )
    rule = MarketRule(market=Market(code="GB"), valid_from=dt.date(2026, 4, 1))
    bar = judge_quality(row, rule)
    if bar is None:
        assert barred == ""
    else:
        assert barred == ("cases" if bar.is_complaint else "returns")
        assert f"of {sold} lines sold within 90 days" in bar.sentence
        assert bar.rule_version == "work-GB-20260401"
