"""Sums: whatever is bought, what is shown adds up to what is charged."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import (
    Brand,
    Bundle,
    BundlePrice,
    Category,
    PriceVersion,
    Product,
    Variant,
)
from catalog.selectors.delivery import DeliveryWay
from orders.models import CartLine, Order
from orders.selectors.totals import Delivery, LineSum, Terms, Totals, add_up
from shopfront.common.money import Money
from shopfront.markets import TaxRateMissing
from shopfront.models import Market, TaxRate

CATEGORIES = ("standard", "reduced", "zero")
BRANDS = [Brand(pk=key, name=f"Brand {key}") for key in (1, 2)]
Bought = tuple[int, int, int, str, int]


def market_of(*, includes_tax: bool) -> Market:
    return Market(code="GB", currency="GBP", prices_include_tax=includes_tax)


def line_of(key: int, brand: int, price: int, quantity: int, category: str) -> CartLine:
    product = Product(brand=BRANDS[brand - 1], category=Category(tax_category=category))
    return CartLine(
        variant=Variant(pk=key, product=product),
        quantity=quantity,
        price_version=PriceVersion(amount_minor=price, currency="GBP"),
    )


def way_of(price: int, free_from: int | None = None) -> DeliveryWay:
    limit = None if free_from is None else Money(free_from, "GBP")
    return DeliveryWay("", "standard", Money(price, "GBP"), limit, 2, 4)


def terms_of(
    *rates: int, way: DeliveryWay, discounts: dict[int, int] | None = None
) -> Terms:
    return Terms(
        rates={
            category: TaxRate(
                category=category,
                basis_points=rate,
                valid_from=dt.date(2020, 1, 1),
            )
            for category, rate in zip(CATEGORIES, rates, strict=True)
        },
        deliveries={brand.pk: Delivery(way, (way,)) for brand in BRANDS},
        discounts={k: Money(minor, "GBP") for k, minor in (discounts or {}).items()},
    )


bought = st.tuples(
    st.integers(1, 2),
    st.integers(1, 500_000),
    st.integers(1, 20),
    st.sampled_from(CATEGORIES),
    st.integers(0, 20_000),
)


@given(
    lines=st.lists(bought, min_size=1, max_size=8),
    rates=st.tuples(*[st.integers(0, 2700)] * 3),
    shipping=st.integers(0, 2000),
    free_from=st.none() | st.integers(0, 100_000),
    includes_tax=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_sums_always_add_up(
    lines: list[Bought],
    rates: tuple[int, int, int],
    shipping: int,
    free_from: int | None,
    *,
    includes_tax: bool,
) -> None:
    rows = [line_of(key, *line[:4]) for key, line in enumerate(lines)]
    off = {key: line[4] for key, line in enumerate(lines)}
    terms = terms_of(*rates, way=way_of(shipping, free_from), discounts=off)
    totals = add_up(rows, market_of(includes_tax=includes_tax), terms)

    shown = totals.listed - totals.discount + totals.shipping_listed
    assert totals.total == (shown if includes_tax else shown + totals.tax)
    assert totals.total == totals.goods + totals.shipping
    for seller in totals.sellers:
        check_seller(seller.lines, includes_tax=includes_tax)
        assert seller.total == seller.goods + seller.shipping
        taxes = sum(part.tax.minor for part in seller.lines)
        assert seller.tax.minor == taxes + seller.shipping_tax.minor
        worth = (seller.listed - seller.discount).minor
        is_free = free_from is not None and worth >= free_from
        assert seller.shipping_listed.minor == (0 if is_free else shipping)
    assert totals.piece_count == sum(line[2] for line in lines)
    assert tax_by_rate(totals) == totals.tax.minor


def check_seller(parts: tuple[LineSum, ...], *, includes_tax: bool) -> None:
    for part in parts:
        net = part.total - part.tax
        exact = net.minor * part.tax_bps / 10_000
        assert abs(part.tax.minor - exact) <= 1
        assert part.total.minor >= part.tax.minor >= 0
        assert bool(part.added_tax.minor) <= (not includes_tax)


def tax_by_rate(totals: Totals) -> int:
    """Sum the tax as an invoice does: by rate first."""
    taxes: Counter[int] = Counter()
    for seller in totals.sellers:
        taxes[seller.shipping_tax_bps] += seller.shipping_tax.minor
        for part in seller.lines:
            taxes[part.tax_bps] += part.tax.minor
    return taxes.total()


parts_of_a_bundle = st.tuples(
    st.integers(1, 50_000), st.integers(1, 5), st.sampled_from(CATEGORIES)
)


@given(
    parts=st.lists(parts_of_a_bundle, min_size=2, max_size=6),
    count=st.integers(1, 4),
    price=st.integers(1, 900_000),
    includes_tax=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_a_bundles_price_is_shared_to_the_penny_and_never_above_its_parts(
    parts: list[tuple[int, int, str]], count: int, price: int, *, includes_tax: bool
) -> None:
    bundle = BundlePrice(pk=7, bundle=Bundle(pk=3), amount_minor=price, currency="GBP")
    rows = [line_of(99, 1, 700, 1, "standard")]
    for key, (own, quantity, category) in enumerate(parts):
        row = line_of(key, 1, own, quantity * count, category)
        row.bundle_price, row.bundle_count = bundle, count
        rows.append(row)
    terms = terms_of(2000, 500, 0, way=way_of(0), discounts={0: 50, 99: 100})
    totals = add_up(rows, market_of(includes_tax=includes_tax), terms)

    single, group = totals.sellers[0].groups
    apart = sum(own * quantity * count for own, quantity, _category in parts)
    assert group.listed.minor == min(price * count, apart)
    assert (single.bundle_price, group.bundle_price) == (None, bundle)
    assert all(part.discount.minor == 0 <= part.saved.minor for part in group.lines)
    assert totals.discount.minor == 100
    for part in totals.sellers[0].lines:
        worth = part.unit.minor * part.line.quantity
        off = part.saved.minor + part.discount.minor
        assert part.total.minor == worth - off + part.added_tax.minor


@pytest.mark.parametrize(
    ("includes_tax", "total", "tax"), [(True, 999, 167), (False, 1199, 200)]
)
def test_a_price_holds_the_tax_or_gets_it_on_top(
    *, includes_tax: bool, total: int, tax: int
) -> None:
    terms = terms_of(2000, 500, 0, way=way_of(0))
    totals = add_up(
        [line_of(1, 1, 999, 1, "standard")],
        market_of(includes_tax=includes_tax),
        terms,
    )
    [part] = totals.sellers[0].lines
    assert (part.total.minor, part.tax.minor) == (total, tax)
    assert part.listed.minor == 999
    assert part.added_tax.minor == total - 999


def test_half_a_penny_of_tax_is_rounded_up() -> None:
    terms = terms_of(2000, 500, 0, way=way_of(0))
    for price, tax in ((3, 1), (2, 0), (9, 2)):
        totals = add_up(
            [line_of(1, 1, price, 1, "standard")], market_of(includes_tax=True), terms
        )
        assert totals.tax.minor == tax


def test_delivery_is_taxed_at_the_highest_rate_that_it_carries() -> None:
    terms = terms_of(2000, 500, 0, way=way_of(600))
    for categories, rate in (
        (["zero"], 0),
        (["zero", "reduced"], 500),
        (["reduced", "standard"], 2000),
    ):
        lines = [line_of(key, 1, 100, 1, c) for key, c in enumerate(categories)]
        totals = add_up(lines, market_of(includes_tax=True), terms)
        assert totals.sellers[0].shipping_tax_bps == rate


def test_a_discount_takes_at_most_the_line_and_counts_before_free_delivery() -> None:
    terms = terms_of(2000, 500, 0, way=way_of(395, 5000), discounts={1: 1, 2: 99_999})
    lines = [line_of(1, 1, 5000, 1, "standard"), line_of(2, 2, 5000, 1, "standard")]
    totals = add_up(lines, market_of(includes_tax=True), terms)
    assert [seller.goods.minor for seller in totals.sellers] == [4999, 0]
    assert [seller.shipping.minor for seller in totals.sellers] == [395, 395]


def test_a_parcel_that_is_joined_costs_nothing() -> None:
    way = way_of(395)
    terms = terms_of(2000, 500, 0, way=way)
    joined = Delivery(way, (way,), Order(number="GB-1"))
    together = Terms(rates=terms.rates, deliveries={1: joined})
    totals = add_up(
        [line_of(1, 1, 5000, 1, "standard")], market_of(includes_tax=True), together
    )
    assert totals.shipping.minor == 0


def test_a_category_without_a_rate_is_refused() -> None:
    terms = Terms(rates={}, deliveries={1: Delivery(way_of(1), (way_of(1),))})
    with pytest.raises(TaxRateMissing):
        add_up([line_of(1, 1, 5, 1, "zero")], market_of(includes_tax=True), terms)
