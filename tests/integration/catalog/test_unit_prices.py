"""Unit prices beside every price of what is sold by measure, in each language."""

import datetime as dt
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.errors.quantities import (
    QuantityMissing,
    QuantityOtherwise,
    QuantityUnsound,
)
from catalog.models import Offer, PriceVersion, Product, Variant
from catalog.selectors.bundles import find_bundle_view
from catalog.selectors.cards import cards_for
from catalog.services.prices import set_price
from catalog.services.products import offer_product, withdraw_product
from catalog.services.quantities import set_net_quantity
from livestreams.selectors.offers import describe_offer
from livestreams.selectors.pins import describe_pin, select_pins
from livestreams.services.pins import place_pin
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from shopfront.common.units import Net
from shopfront.models import Audit, Market, User
from tests.factories import (
    make_brand_member,
    make_bundle,
    make_category,
    make_livestream,
    make_market,
    make_product,
    make_variant,
)

pytestmark = pytest.mark.django_db
HALF = Net(Decimal(250), "g")


def make_coffee(**changes: Any) -> Variant:
    """Make 250 g at £4.50."""
    facts: dict[str, Any] = {"net_amount": 250, "net_unit": "g", "price": 450}
    return make_variant(**(facts | changes))


def read(client: Client, address: str, language: str = "en-gb") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_page_sheet_and_shop_say_what_a_kilogram_costs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = make_coffee()
    product = variant.product
    sheet = reverse("catalog:product-sheet", args=[product.slug])
    for address in (product.get_absolute_url(), sheet, reverse("catalog:product-list")):
        page = read(client, address)
        assert "£18.00<span" in page, address
        assert "</span>kg</span>" in page, address
    assert "250 g" in read(client, sheet)
    market = make_market()
    with django_assert_num_queries(2):
        cards_for([product.pk], market)


def test_in_german_it_is_written_as_germans_do(client: Client) -> None:
    variant, market = make_coffee(net_amount="1.5", net_unit="l"), make_market("DE")
    PriceVersion.objects.create(
        variant=variant, market=market, amount_minor=600, currency="EUR"
    )
    client.cookies["sf_market"] = "DE"
    page = read(client, variant.product.get_absolute_url(), "de")
    for words in ("1,5 l", "4,00 €<span", "</span>l</span>"):
        assert words in page, words


def test_by_the_piece_or_at_the_price_itself_nothing_is_added(client: Client) -> None:
    for variant in (make_variant(), make_coffee(net_amount=1, net_unit="kg")):
        assert "price__unit" not in read(client, variant.product.get_absolute_url())


def test_a_dated_rule_of_the_market_says_by_how_much_and_from_when() -> None:
    market, variant = make_market(), make_coffee()
    soon = (clock.now() + dt.timedelta(days=3)).date().isoformat()
    rows = [
        {"from": "2020-01-01", "per": {"weight": "100 g"}},
        {"from": soon, "per": {"weight": "10 g"}},
    ]
    Market.objects.filter(pk=market.pk).update(unit_rules=rows)
    market.refresh_from_db()
    unit = cards_for([variant.product_id], market)[0].unit_price
    assert unit is not None
    assert (unit.format(), str(unit.per)) == ("£1.80", "100 g")


@pytest.mark.parametrize(
    "rows",
    [
        [5],
        [{"from": "soon"}],
        [{"from": "20260101"}],
        [{"per": {}}],
        [{"from": "2026-01-01", "per": {"weight": "1 l"}}],
        [{"from": "2026-01-01", "per": {"weight": "0 g"}}],
        [{"from": "2026-01-01", "per": []}],
        [{"from": "2026-01-01", "is_due": "yes"}],
        [{"from": "2026-01-01", "tenths_below": True}],
        [{"from": "2026-01-01", "tenths_below": -1}],
        [{"from": "2026-01-01", "more": 1}],
        [{"from": "2026-01-01"}, {"from": "2026-01-01"}],
    ],
)
def test_a_rule_of_another_shape_is_refused(rows: object) -> None:
    market = make_market()
    market.unit_rules = rows
    with pytest.raises(ValidationError):
        market.full_clean()


def test_the_cart_says_it_of_each_line(client: Client) -> None:
    variant = make_coffee()
    price = PriceVersion.objects.get()
    facts = {"variant": variant.public_id, "price_version": price.public_id}
    client.post(reverse("orders:cart-add"), facts | {"quantity": "2", "key": "k" * 16})
    page = read(client, reverse("orders:cart"))
    assert "250 g · £4.50" in page
    assert "£18.00<span" in page


def test_a_bundle_of_one_product_has_one_and_an_assortment_none() -> None:
    small, market = make_coffee(), make_market()
    large = make_coffee(product=small.product, net_amount=500, price=800)
    other = make_coffee(product=make_product(brand=small.product.brand))
    bundles = (
        make_bundle((small, 1), (large, 1), price=1200),
        make_bundle((small, 2), (large, 1), price=1600),
        make_bundle((small, 1), (other, 1), price=800),
    )
    views = [find_bundle_view(bundle, market) for bundle in bundles]
    prices = [view.unit_price for view in views if view is not None]
    assert prices[0] is not None
    assert prices[0].format() == "£16.00"
    assert prices[1:] == [None, None]  # the kilogram itself, and different goods


def test_pins_and_offers_of_a_room_carry_it(creator: Any) -> None:
    variant = make_coffee()
    show = start_livestream(make_livestream(creator=creator))
    place_pin(show, variant.product, by=creator.user)
    placed = orjson.loads(describe_pin(select_pins().get()).body)
    assert placed["variants"][0]["unit"] == {"amount": "18.00", "per": "kg"}
    now = clock.now()
    offer = Offer(
        product=variant.product,
        market=make_market(),
        currency="GBP",
        state=Offer.State.CLOSED,
        starts_at=now,
        ends_at=now,
        closed_at=now,
    )
    told = orjson.loads(describe_offer(offer).body)
    assert told["unit"] == {"amount": "18.00", "per": "kg"}


def test_no_price_and_no_publication_without_what_the_shelf_asks_for(
    staff: User,
) -> None:
    market = make_market()
    product: Product = make_product(category=make_category(measured_by="weight"))
    variant = make_variant(product=product, price=None)
    with pytest.raises(QuantityMissing) as refused:
        set_price(variant, market, 450)
    assert refused.value.extra == {"sku": variant.sku, "market": "GB"}
    with pytest.raises(QuantityOtherwise):
        set_net_quantity(variant, Net(Decimal(1), "l"), by=staff, reason="label")
    set_net_quantity(variant, HALF, by=staff, reason="label")
    set_price(variant, market, 450)
    with pytest.raises(QuantityMissing):
        set_net_quantity(variant, None, by=staff, reason="by the piece")
    withdraw_product(product, by=staff, reason="pause")
    Variant.objects.filter(pk=variant.pk).update(net_amount=None, net_unit="")
    with pytest.raises(QuantityMissing):
        offer_product(product, by=staff, reason="again")
    Market.objects.update(unit_rules=[{"from": "2020-01-01", "is_due": False}])
    assert offer_product(product, by=staff, reason="no unit prices here")


@pytest.mark.parametrize(
    "net",
    [
        Net(Decimal(0), "g"),
        Net(Decimal("-1"), "g"),
        Net(Decimal("1.0005"), "g"),
        Net(Decimal(1_000_000), "g"),
        Net(Decimal("NaN"), "g"),
        Net(Decimal(1), "stone"),
    ],
)
def test_no_unsound_quantity_is_kept(staff: User, net: Net) -> None:
    with pytest.raises(QuantityUnsound):
        set_net_quantity(make_variant(), net, by=staff, reason="label")


def test_staff_state_it_once_with_a_reason(client: Client, staff: User) -> None:
    variant = make_variant()
    client.force_login(staff)
    facts = {
        "action": "net_quantity",
        "_selected_action": str(variant.pk),
        "decided": "1",
        "reason": "From the label",
        "net_amount": "250",
    }
    address = reverse("admin:catalog_variant_changelist")
    assert "neither of them" in client.post(address, facts).content.decode()
    for _ in range(2):
        client.post(address, facts | {"net_unit": "g"})
    variant.refresh_from_db()
    assert variant.net == HALF
    (kept,) = Audit.objects.filter(action="catalog.net_quantity_set")
    assert (kept.actor, kept.reason) == (staff, "From the label")
    assert kept.facts == {"before": "", "after": "250 g"}


def test_a_brand_is_told_what_is_missing(client: Client, shopper: User) -> None:
    product: Product = make_product(category=make_category(measured_by="weight"))
    lacking, stated = make_variant(product=product), make_coffee(product=product)
    make_brand_member(brand=product.brand, user=shopper)
    client.force_login(shopper)
    body = client.get(f"/api/v1/products/{product.public_id}/").json()
    told = {row["sku"]: row for row in body["variants"]}
    assert told[lacking.sku]["net_quantity"] is None
    assert told[lacking.sku]["net_quantity_missing_in"] == ["GB"]
    assert told[stated.sku]["net_quantity"] == {"amount": "250.000", "unit": "g"}
    assert told[stated.sku]["net_quantity_missing_in"] == []
