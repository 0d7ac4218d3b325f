"""Shoppers, carts and checkouts for the tests of buying."""

import datetime as dt
from collections.abc import Callable

import pytest

from catalog.models import Drop, DropEntry, PriceVersion, Variant
from catalog.services import drops
from orders.access import Shopper
from orders.models import Checkout
from orders.services.carts import Source
from orders.services.checkout import buy_now, set_details
from orders.services.placing import place_order
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import make_drop, make_market, make_variant

ADDRESS = {
    "name": "Sam Example",
    "street": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 1AA",
}
BuyNow = Callable[..., Checkout]


def price_of(variant: Variant) -> str:
    """Name the price that a page would show now."""
    return PriceVersion.objects.in_force().get(variant=variant).public_id


def open_drop(variant: Variant, **changes: object) -> Drop:
    """Sell a variant in a drop that opened ten seconds ago."""
    drop = make_drop(variant.product, at_once=1000, **changes)
    now = clock.now()
    Drop.objects.filter(pk=drop.pk).update(
        entry_from=now - dt.timedelta(minutes=5),
        opens_at=now - dt.timedelta(seconds=10),
    )
    drop.refresh_from_db()
    return drop


def admit(drop: Drop, shopper: Shopper) -> str:
    """Let a shopper through the waiting room; return the admission."""
    entry = DropEntry.objects.create(drop=drop, holder=shopper.name)
    drops.place_entries(drop)
    return drops.mint_admission(entry)


def tap(
    variant: Variant,
    shopper: Shopper,
    quantity: int = 1,
    key: str = "",
    admission: str = "",
) -> Checkout:
    """Tap "Buy now"."""
    return buy_now(
        shopper,
        variant,
        market=make_market(),
        quantity=quantity,
        price_version=price_of(variant),
        source=Source("pin-1", "signed"),
        key=key or new_public_id(),
        return_path="/live/abc/",
        admission=admission,
    )


def ready(
    variant: Variant,
    shopper: Shopper,
    quantity: int = 1,
    admission: str = "",
    **address: str,
) -> Checkout:
    """Tap "Buy now" and fill in the details."""
    checkout = tap(variant, shopper, quantity, admission=admission)
    fill_in(checkout, shopper, **address)
    return checkout


def fill_in(checkout: Checkout, shopper: Shopper, **address: str) -> None:
    """Say who receives it, and where."""
    set_details(
        checkout,
        shopper=shopper,
        email="sam@people.example",
        address=ADDRESS | address,
        is_adult_stated=True,
    )


def ordered(
    variant: Variant,
    shopper: Shopper,
    quantity: int = 1,
    admission: str = "",
    **address: str,
) -> Checkout:
    """Tap, fill in and place the order, without paying."""
    checkout = ready(variant, shopper, quantity, admission, **address)
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)
    checkout.refresh_from_db()
    return checkout


@pytest.fixture
def account(shopper: User) -> Shopper:
    """Be an adult with an account."""
    return Shopper(shopper, "")


@pytest.fixture
def guest(db: None) -> Shopper:
    """Be a guest in a browser."""
    return Shopper(None, "browser-of-a-guest")


@pytest.fixture
def variant(db: None) -> Variant:
    """Offer ten walnut stools at 25 pounds."""
    return make_variant(stock=10, price=2500)
