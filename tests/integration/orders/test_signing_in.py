"""Who signs in on the way keeps what they held as a guest of this browser."""

import datetime as dt

import pytest
import time_machine

from catalog.errors import AdmissionNeeded
from catalog.models import DropEntry, Stock, Variant, WaitingPlace
from catalog.services import drops
from catalog.services.sold_out import forget_sold_out, note_sold_out
from catalog.services.stock import release_stock
from orders.access import Shopper
from orders.errors import LineShort
from orders.models import Checkout
from orders.services.carts import Source
from orders.services.checkout import buy_now
from orders.services.holds import list_hold_ids
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import make_drop, make_market, make_place, make_variant
from tests.integration.orders.conftest import price_of, tap

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
KEY = "browser-of-a-guest"


@pytest.fixture
def last() -> Variant:
    """Offer one piece."""
    return make_variant(stock=1)


@pytest.fixture
def signed_in(shopper: User) -> Shopper:
    """Be the guest, signed in."""
    return Shopper(shopper, KEY)


def test_the_last_piece_is_not_held_against_its_own_shopper(
    last: Variant, guest: Shopper, signed_in: Shopper, shopper: User
) -> None:
    before = tap(last, guest)
    note_sold_out(last.pk)
    with pytest.raises(LineShort):
        tap(last, Shopper(shopper, "another-browser"))
    checkout = tap(last, signed_in)
    forget_sold_out()
    before.refresh_from_db()
    assert before.state == Checkout.State.LAPSED
    assert list_hold_ids(checkout) == list_hold_ids(before)
    assert Stock.objects.get().allocated == 1


def test_a_piece_kept_for_a_guests_place_is_bought_by_the_account(
    last: Variant, guest: Shopper, signed_in: Shopper
) -> None:
    first = tap(last, Shopper(None, "the-first"))
    place = make_place(last, holder=guest.name)
    release_stock(list_hold_ids(first))
    checkout = tap(last, signed_in)
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.TAKEN
    assert list_hold_ids(checkout) == [place.reservation_id]


def test_a_turn_in_a_drop_is_kept(
    last: Variant, guest: Shopper, signed_in: Shopper, shopper: User
) -> None:
    drop = make_drop(last.product)
    entry = DropEntry.objects.create(drop=drop, holder=guest.name)

    def buy(who: Shopper) -> Checkout:
        return buy_now(
            who,
            last,
            market=make_market(),
            quantity=1,
            price_version=price_of(last),
            source=Source(),
            key=new_public_id(),
            admission=drops.mint_admission(entry),
        )

    opening = clock.now() + dt.timedelta(minutes=3)
    with time_machine.travel(opening, tick=False):
        drops.place_entries(drop)
        with pytest.raises(AdmissionNeeded):
            buy(Shopper(shopper, "another-browser"))
        assert buy(signed_in).user == shopper
