"""A country changed on the way: the cart follows, an open checkout stays as it was."""

import pytest
from django.test import Client

from catalog.models import PriceVersion, Product, Stock, Variant
from catalog.selectors import find_stock_faults
from orders.access import Shopper
from orders.errors import NotForSale
from orders.models import Cart, CartLine, Checkout, Order, SandboxCharge
from orders.selectors.books import find_payment_faults
from orders.services.payments import refresh_payment, start_payment
from orders.services.placing import place_order
from orders.services.sandbox import answer_authentication
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.markets import MARKET_COOKIE
from shopfront.models import Market, TaxRate
from tests.factories import make_delivery_option, make_market, make_product
from tests.factories import make_variant as make_any_variant
from tests.integration.orders.conftest import ADDRESS, ordered, price_of

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def germany(db: None) -> Market:
    """Open Germany: 19 %, euros."""
    market = make_market("DE", name="Germany")
    TaxRate.objects.filter(market=market).update(basis_points=1900)
    return market


def price_there(variant: Variant, market: Market, cents: int) -> PriceVersion:
    return PriceVersion.objects.create(
        variant=variant,
        market=market,
        amount_minor=cents,
        currency=market.currency,
        valid_from=clock.now(),
    )


def form_of(variant: Variant, price: str) -> dict[str, str]:
    key = new_public_id()
    return {"variant": variant.public_id, "price_version": price, "key": key}


def test_a_cart_follows_its_shopper_to_another_market(
    variant: Variant, germany: Market, client: Client
) -> None:
    stays = make_any_variant(product=make_product(title="Only in Britain"))
    make_delivery_option(brand=variant.product.brand, price_minor=1)
    for one in (variant, stays):
        client.post("/cart/add/", form_of(one, price_of(one)))
    euro = price_there(variant, germany, 2990)
    client.cookies[MARKET_COOKIE] = "DE"
    answer = client.post("/checkout/", {"key": new_public_id()})
    assert answer.status_code == 409
    assert "changed the country" in answer.content.decode()
    assert not Checkout.objects.exists()
    page = client.get("/cart/").content.decode()
    assert "€33.85" in page
    line = CartLine.objects.get()
    assert (line.variant, line.price_version) == (variant, euro)
    assert Cart.objects.get().market == germany
    client.post("/checkout/", {"key": new_public_id()})
    checkout = Checkout.objects.get()
    assert (checkout.currency, checkout.total.minor) == ("EUR", 2990 + 395)


def test_a_line_of_the_new_market_brings_the_cart_along(
    variant: Variant, germany: Market, client: Client
) -> None:
    client.post("/cart/add/", form_of(variant, price_of(variant)))
    other = make_any_variant(price=None)
    euro = price_there(other, germany, 500)
    client.cookies[MARKET_COOKIE] = "DE"
    client.post("/cart/add/", form_of(other, euro.public_id))
    page = client.get("/cart/")
    assert page.status_code == 200
    assert {line.price_version.currency for line in CartLine.objects.all()} == {"EUR"}


def test_an_open_checkout_keeps_its_market_and_currency(
    variant: Variant, germany: Market, client: Client
) -> None:
    client.post("/buy/", form_of(variant, price_of(variant)))
    checkout = Checkout.objects.get()
    client.cookies[MARKET_COOKIE] = "DE"
    path = f"/checkout/{checkout.public_id}/"
    details = ADDRESS | {"email": "sam@people.example", "is_adult": "on"}
    page = client.post(path + "details/", details, follow=True).content.decode()
    assert "£28.95" in page
    form = {"method": "approve", "key": new_public_id(), "shown_total": "2895"}
    page = client.post(path + "pay/", form, follow=True).content.decode()
    assert "Order confirmed" in page


def test_what_is_withdrawn_between_two_attempts_to_pay_is_not_charged(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    start_payment(
        checkout, shopper=guest, method="decline", key="first-key", return_url="/"
    )
    Product.objects.update(state=Product.State.WITHDRAWN)
    with pytest.raises(NotForSale, match="Nothing was charged"):
        place_order(checkout, shopper=guest, shown_total=checkout.total.minor)
    Product.objects.update(state=Product.State.ACTIVE)
    start_payment(
        checkout, shopper=guest, method="approve", key="other-key", return_url="/"
    )
    Product.objects.update(state=Product.State.WITHDRAWN)
    assert place_order(checkout, shopper=guest, shown_total=0) == []


def test_what_is_withdrawn_while_the_bank_asks_is_sold_once_and_charged_once(
    variant: Variant, guest: Shopper
) -> None:
    """The contract stands: the piece was held, and staff can still cancel it."""
    checkout = ordered(variant, guest)
    payment = start_payment(
        checkout, shopper=guest, method="authenticate", key="first-key", return_url="/"
    ).payment
    Product.objects.update(state=Product.State.WITHDRAWN)
    charge = SandboxCharge.objects.get()
    answer_authentication(charge, is_approved=True)
    refresh_payment(payment)
    assert checkout.orders.get().state == Order.State.PAID
    assert Stock.objects.get(variant=variant).allocated == 1
    assert SandboxCharge.objects.count() == 1
    assert find_stock_faults() == find_payment_faults() == []
