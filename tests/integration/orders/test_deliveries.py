"""Delivery: the brand's ways, free from an amount, one parcel for a whole show."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from catalog.models import DeliveryOption, Variant
from orders.access import Shopper
from orders.errors import CheckoutLapsed, DeliveryUnknown, TotalChanged
from orders.models import Checkout, Order, OrderLine
from orders.selectors.carts import get_checkout_totals
from orders.services.checkout import set_details
from orders.services.deliveries import choose_deliveries
from orders.services.payments import start_payment
from orders.services.placing import place_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Market, TaxRate
from tests.factories import make_delivery_option, make_market, make_product
from tests.factories import make_variant as make_any_variant
from tests.integration.orders.conftest import ADDRESS, price_of, ready

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def place(checkout: Checkout, shopper: Shopper) -> Order:
    """Place the one order of a checkout at the total of its page."""
    total = get_checkout_totals(checkout).total.minor
    [order] = place_order(checkout, shopper=shopper, shown_total=total)
    return order


def pay(variant: Variant, shopper: Shopper) -> Order:
    """Buy a piece and pay for it."""
    checkout = ready(variant, shopper)
    order = place(checkout, shopper)
    start_payment(
        checkout,
        shopper=shopper,
        method="approve",
        key=new_public_id(),
        return_url="/",
    )
    order.refresh_from_db()
    return order


def test_the_first_way_of_a_brand_is_the_usual_one_and_free_from_an_amount(
    variant: Variant, guest: Shopper
) -> None:
    brand = variant.product.brand
    make_delivery_option(brand=brand, price_minor=490, free_from_minor=5000)
    express = DeliveryOption.Kind.EXPRESS
    make_delivery_option(
        brand=brand,
        kind=express,
        price_minor=990,
        days_least=1,
        days_most=1,
        position=1,
    )
    order = place(ready(variant, guest), guest)
    assert (order.shipping_minor, order.delivery_name) == (490, "Standard delivery")
    assert order.shipping_tax_minor == 82
    assert order.tax_minor == 82 + 417
    order = place(ready(variant, guest, 2), guest)
    assert order.shipping_minor == 0
    assert order.shipping_tax_minor == 0
    checkout = ready(variant, guest)
    chosen = {brand.public_id: DeliveryOption.objects.get(kind=express).public_id}
    choose_deliveries(checkout, chosen)
    assert checkout.total.minor == 2500 + 990
    order = place(checkout, guest)
    assert (order.shipping_minor, order.delivery_days) == (990, "next working day")


def test_only_ways_of_its_own_sellers_can_be_chosen_and_only_in_time(
    variant: Variant, guest: Shopper
) -> None:
    brand = variant.product.brand
    make_delivery_option(brand=brand, price_minor=490)
    express = make_delivery_option(
        brand=brand,
        kind=DeliveryOption.Kind.EXPRESS,
        price_minor=990,
        position=1,
    )
    foreign = make_delivery_option()
    checkout = ready(variant, guest)
    for wrong in (
        {brand.public_id: foreign.public_id},
        {brand.public_id: ""},
        {foreign.brand.public_id: foreign.public_id},
    ):
        with pytest.raises(DeliveryUnknown):
            choose_deliveries(checkout, wrong)
    assert checkout.total.minor == 2990
    place(checkout, guest)
    with pytest.raises(CheckoutLapsed):
        choose_deliveries(checkout, {brand.public_id: express.public_id})


def test_the_first_step_asks_for_the_way_and_the_second_shows_its_price(
    variant: Variant, client: Client
) -> None:
    brand = variant.product.brand
    make_delivery_option(brand=brand, price_minor=490, free_from_minor=2500)
    express = make_delivery_option(
        brand=brand, kind=DeliveryOption.Kind.EXPRESS, price_minor=990, position=1
    )
    form = {
        "variant": variant.public_id,
        "price_version": price_of(variant),
        "key": new_public_id(),
    }
    page = client.post("/buy/", form, follow=True).content.decode()
    name = f"delivery_{brand.public_id}"
    assert page.count(f'name="{name}"') == 2
    checkout = Checkout.objects.get()
    path = f"/checkout/{checkout.public_id}/details/"
    details = ADDRESS | {"email": "sam@people.example", "is_adult": "on"}
    answer = client.post(path, details | {name: "nothing"})
    assert answer.status_code == 400
    assert "choose how it should be delivered" in answer.content.decode()
    answer = client.post(path, details | {name: express.public_id}, follow=True)
    page = answer.content.decode()
    assert "Express delivery" in page
    assert 'name="shown_total" value="3490"' in page


def test_a_way_that_is_taken_away_or_dearer_is_never_charged_unseen(
    variant: Variant, guest: Shopper
) -> None:
    way = make_delivery_option(brand=variant.product.brand, price_minor=100)
    checkout = ready(variant, guest)
    shown = checkout.total.minor
    assert shown == 2600
    DeliveryOption.objects.update(is_active=False)
    with pytest.raises(TotalChanged) as refusal:
        place_order(checkout, shopper=guest, shown_total=shown)
    assert refusal.value.extra == {"amount_minor": 2500 + 395}
    DeliveryOption.objects.update(is_active=True, price_minor=101)
    with pytest.raises(TotalChanged):
        place_order(checkout, shopper=guest, shown_total=shown)
    DeliveryOption.objects.update(price_minor=99)
    [order] = place_order(checkout, shopper=guest, shown_total=shown)
    assert order.shipping_minor == 99
    assert way.price_minor == 100


def test_goods_of_one_show_and_brand_travel_together_and_pay_once(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    first = pay(variant, guest)
    second = place(ready(variant, guest), guest)
    assert (second.shipping_minor, second.joins) == (0, first)
    assert second.tax_minor == 417
    other_brand = place(ready(make_any_variant(), guest), guest)
    assert (other_brand.shipping_minor, other_brand.joins) == (395, None)
    assert place(ready(variant, account), account).shipping_minor == 395


@pytest.mark.parametrize("case", ["sent", "unpaid", "other show", "other day", "moved"])
def test_what_cannot_travel_together_pays_its_own_way(
    variant: Variant, guest: Shopper, case: str
) -> None:
    first = pay(variant, guest)
    if case in {"sent", "unpaid"}:
        state = {"sent": Order.State.DISPATCHED, "unpaid": Order.State.PENDING}[case]
        Order.objects.filter(pk=first.pk).update(state=state)
    if case == "other show":
        OrderLine.objects.update(source_id="another")
    later = dt.timedelta(hours=25 if case == "other day" else 1)
    with time_machine.travel(clock.now() + later, tick=False):
        checkout = ready(variant, guest)
        if case == "moved":
            set_details(
                checkout,
                shopper=guest,
                email="sam@people.example",
                address=ADDRESS | {"street": "2 Low Street"},
                is_adult_stated=True,
            )
        order = place(checkout, guest)
    assert (order.shipping_minor, order.joins) == (395, None)


def test_a_market_without_tax_in_its_prices_adds_it(
    variant: Variant, guest: Shopper
) -> None:
    Market.objects.update(prices_include_tax=False)
    checkout = ready(variant, guest, 3)
    assert checkout.total.minor == 7500 + 1500 + 395 + 79
    order = place(checkout, guest)
    line = order.lines.get()
    assert (line.total_minor, line.added_tax_minor, line.tax_minor) == (
        9000,
        1500,
        1500,
    )
    assert line.listed.minor == 7500
    assert (order.shipping_listed.minor, order.shipping_minor) == (395, 474)
    assert order.tax_minor == 1500 + 79
    assert order.total == checkout.total


def test_the_line_keeps_the_dated_rate_of_its_day(guest: Shopper) -> None:
    market = make_market()
    tomorrow = clock.now() + dt.timedelta(days=1)
    raised = TaxRate.objects.create(
        market=market,
        category="standard",
        basis_points=2500,
        valid_from=tomorrow.date(),
    )
    variant = make_any_variant(product=make_product())
    today = place(ready(variant, guest), guest).lines.get()
    with time_machine.travel(tomorrow, tick=False):
        later = place(ready(variant, guest), guest).lines.get()
    assert (today.tax_bps, later.tax_bps) == (2000, 2500)
    assert today.tax_rate != raised
    assert later.tax_rate == raised
