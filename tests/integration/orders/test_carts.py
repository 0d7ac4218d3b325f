"""Carts: one per account or browser, merged at sign-in, never too many pieces."""

import datetime as dt

import pytest
from django.test import RequestFactory

from catalog.models import PriceVersion, Stock, Variant
from orders.access import Shopper, get_cart_line_for
from orders.errors import (
    AgeNotAssured,
    AttemptKeyMissing,
    BadQuantity,
    CartLineMissing,
    MarketClosed,
    NotForSale,
    PriceRaised,
    PriceUnknown,
    UnderAge,
)
from orders.models import Cart, CartLine
from orders.receivers import merge_cart_at_sign_in
from orders.selectors.carts import count_pieces, get_cart_page
from orders.services.carts import (
    Source,
    accept_current_prices,
    add_line,
    find_open_cart,
    merge_guest_cart,
    remove_line,
    restore_line,
    set_quantity,
)
from orders.services.rules import read_quantity
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Market, User
from tests.factories import make_brand, make_market, make_product, make_variant
from tests.integration.orders.conftest import price_of

pytestmark = pytest.mark.django_db


def add(
    variant: Variant,
    shopper: Shopper,
    quantity: int = 1,
    *,
    key: str = "",
    price: str = "",
    source: str = "",
) -> None:
    add_line(
        shopper,
        variant,
        market=make_market(),
        quantity=quantity,
        price_version=price or price_of(variant),
        source=Source("pin", source),
        key=key or new_public_id(),
    )


def change_price(variant: Variant, amount: int) -> PriceVersion:
    start = clock.now() - dt.timedelta(microseconds=1)
    old = PriceVersion.objects.get(variant=variant, valid_until=None)
    PriceVersion.objects.filter(pk=old.pk).update(valid_until=start)
    return PriceVersion.objects.create(
        variant=variant,
        market=old.market,
        amount_minor=amount,
        currency="GBP",
        valid_from=start,
    )


def test_a_line_grows_and_nothing_is_held(variant: Variant, guest: Shopper) -> None:
    add(variant, guest, 2, source="first")
    add(variant, guest, 1, source="last")
    line = CartLine.objects.get()
    assert (line.quantity, line.source_ref) == (3, "last")
    assert Stock.objects.get().allocated == 0
    assert count_pieces(guest) == 3


def test_the_same_attempt_adds_once(variant: Variant, guest: Shopper) -> None:
    for _ in range(2):
        add(variant, guest, key="same-attempt")
    assert CartLine.objects.get().quantity == 1


def test_a_line_has_a_limit(variant: Variant, guest: Shopper) -> None:
    add(variant, guest, 15)
    with pytest.raises(BadQuantity):
        add(variant, guest, 6)
    assert CartLine.objects.get().quantity == 15


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "21", "9" * 30, "", "two", "²"])
def test_quantities_are_small_whole_numbers(text: str) -> None:
    with pytest.raises(BadQuantity):
        read_quantity(text)


def test_a_short_key_is_refused(variant: Variant, guest: Shopper) -> None:
    with pytest.raises(AttemptKeyMissing):
        add(variant, guest, key="x")


def test_under_18_nothing_goes_in(variant: Variant, teen: User) -> None:
    with pytest.raises(UnderAge):
        add(variant, Shopper(teen, ""))


def test_age_limited_goods_need_assurance(guest: Shopper, account: Shopper) -> None:
    knife = make_variant(product=make_product(minimum_age=18))
    with pytest.raises(AgeNotAssured):
        add(knife, guest)
    add(knife, account)


def test_prices_of_others_and_risen_prices_are_refused(
    variant: Variant, guest: Shopper
) -> None:
    with pytest.raises(PriceUnknown):
        add(variant, guest, price=price_of(make_variant(price=1)))
    seen = price_of(variant)
    dearer = change_price(variant, 2600)
    with pytest.raises(PriceRaised) as refusal:
        add(variant, guest, price=seen)
    assert refusal.value.extra["amount_minor"] == 2600
    assert refusal.value.extra["price_version"] == dearer.public_id
    change_price(variant, 2400)
    add(variant, guest, price=seen)
    assert CartLine.objects.get().price_version.amount_minor == 2400


def test_closed_markets_and_withdrawn_products_sell_nothing(
    variant: Variant, guest: Shopper
) -> None:
    Market.objects.update(stage=Market.Stage.PAUSED)
    with pytest.raises(MarketClosed):
        add(variant, guest)
    Market.objects.update(stage=Market.Stage.OPEN)
    hidden = make_variant(product=make_product(brand=make_brand(is_active=False)))
    with pytest.raises(NotForSale):
        add(hidden, guest)
    unpriced = make_variant(price=None)
    with pytest.raises(PriceUnknown):
        add(unpriced, guest, price=price_of(variant))


def test_todays_prices_are_noted_when_the_cart_is_shown(
    variant: Variant, guest: Shopper
) -> None:
    add(variant, guest)
    cart = find_open_cart(guest)
    assert cart is not None
    assert accept_current_prices(cart) is False
    change_price(variant, 2600)
    assert accept_current_prices(cart) is True
    totals = get_cart_page(cart).totals
    assert totals is not None
    assert totals.total.minor == 2600 + 395
    assert totals.tax.minor == 433 + 66


def test_removing_can_be_undone(variant: Variant, guest: Shopper) -> None:
    add(variant, guest, 2, source="ref")
    line = CartLine.objects.get()
    set_quantity(line, 4)
    remove_line(line)
    assert count_pieces(guest) == 0
    for _ in range(2):
        restore_line(
            guest,
            variant,
            market=make_market(),
            quantity=4,
            source=Source("pin", "ref"),
        )
    assert CartLine.objects.get().quantity == 4
    assert CartLine.objects.get().source_ref == "ref"


def test_a_guests_cart_is_merged_at_sign_in(
    variant: Variant, guest: Shopper, account: Shopper
) -> None:
    other = make_variant()
    add(variant, guest, 15)
    add(other, guest, 1)
    add(variant, account, 10)
    assert account.user is not None
    for _ in range(2):
        merge_guest_cart(account.user, guest.browser_key)
    lines = dict(CartLine.objects.values_list("variant", "quantity"))
    assert lines == {variant.pk: 20, other.pk: 1}
    assert Cart.objects.get().user == account.user


def test_signing_in_without_a_browser_key_changes_nothing(account: Shopper) -> None:
    request = RequestFactory().get("/")
    assert account.user is not None
    merge_cart_at_sign_in(User, request=request, user=account.user)
    assert not Cart.objects.exists()


def test_lines_of_others_are_not_found(
    variant: Variant, guest: Shopper, account: Shopper, stranger: User
) -> None:
    add(variant, guest)
    add(variant, account)
    for line in CartLine.objects.all():
        for other in (Shopper(stranger, guest.browser_key), Shopper(None, "another")):
            with pytest.raises(CartLineMissing):
                get_cart_line_for(other, line.public_id)
