"""Pieces kept for a place are bought by its shopper, and by nobody else."""

import pytest

from catalog.models import Reservation, Stock, Variant, WaitingPlace
from catalog.selectors import find_stock_faults
from catalog.services.stock import release_stock
from orders.access import Shopper
from orders.errors import LineShort
from orders.models import CartLine
from orders.services.carts import Source, add_line, find_open_cart, set_quantity
from orders.services.checkout import start_checkout
from orders.services.holds import list_hold_ids
from shopfront.common.ids import new_public_id
from tests.factories import make_market, make_place, make_variant
from tests.integration.orders.conftest import price_of, tap

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def last() -> Variant:
    """Offer one piece."""
    return make_variant(stock=1)


def keep_for(shopper: Shopper, variant: Variant) -> WaitingPlace:
    """Let a piece come free while this shopper is the next."""
    first = tap(variant, Shopper(None, "the-first"))
    place = make_place(variant, holder=shopper.name)
    release_stock(list_hold_ids(first))
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.OFFERED
    return place


def add(shopper: Shopper, variant: Variant) -> None:
    add_line(
        shopper,
        variant,
        market=make_market(),
        quantity=1,
        price_version=price_of(variant),
        source=Source(),
        key=new_public_id(),
    )


def test_the_kept_piece_becomes_the_hold_of_the_checkout(
    last: Variant, guest: Shopper
) -> None:
    place = keep_for(guest, last)
    with pytest.raises(LineShort):
        tap(last, Shopper(None, "somebody-else"))
    checkout = tap(last, guest)
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.TAKEN
    assert list_hold_ids(checkout) == [place.reservation_id]
    hold = Reservation.objects.get(place=place)
    assert (hold.cause_kind, hold.cause_ref) == ("checkout", checkout.public_id)
    assert hold.expires_at > checkout.expires_at
    assert find_stock_faults() == []


def test_tapping_again_keeps_the_piece_from_the_next_in_the_list(
    last: Variant, guest: Shopper
) -> None:
    first = tap(last, guest)
    place = make_place(last)
    second = tap(last, guest)
    assert list_hold_ids(second) == list_hold_ids(first)
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.WAITING
    assert find_stock_faults() == []


def test_checking_the_cart_out_again_keeps_its_pieces(
    last: Variant, guest: Shopper
) -> None:
    add(guest, last)
    cart = find_open_cart(guest)
    assert cart is not None
    first = start_checkout(cart, shopper=guest, key=new_public_id())
    place = make_place(last)
    second = start_checkout(cart, shopper=guest, key=new_public_id())
    assert list_hold_ids(second) == list_hold_ids(first)
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.WAITING


def test_a_line_dropped_from_the_cart_goes_to_the_next(
    last: Variant, variant: Variant, guest: Shopper
) -> None:
    add(guest, last)
    add(guest, variant)
    cart = find_open_cart(guest)
    assert cart is not None
    start_checkout(cart, shopper=guest, key=new_public_id())
    place = make_place(last)
    CartLine.objects.get(cart=cart, variant=last).delete()
    start_checkout(cart, shopper=guest, key=new_public_id())
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.OFFERED
    assert find_stock_faults() == []


def test_a_kept_piece_is_not_lost_where_another_line_is_short(
    last: Variant, variant: Variant, guest: Shopper
) -> None:
    place = keep_for(guest, last)
    add(guest, last)
    add(guest, variant)
    cart = find_open_cart(guest)
    assert cart is not None
    set_quantity(CartLine.objects.get(cart=cart, variant=variant), 20)
    with pytest.raises(LineShort):
        start_checkout(cart, shopper=guest, key=new_public_id())
    place.refresh_from_db()
    assert place.state == WaitingPlace.State.OFFERED
    assert Stock.objects.get(variant=variant).allocated == 0
    set_quantity(CartLine.objects.get(cart=cart, variant=variant), 1)
    assert start_checkout(cart, shopper=guest, key=new_public_id()).public_id
    assert find_stock_faults() == []


def test_two_pieces_are_not_had_for_one_place(last: Variant, guest: Shopper) -> None:
    keep_for(guest, last)
    with pytest.raises(LineShort):
        tap(last, guest, quantity=2)
    assert tap(last, guest).public_id


def test_a_tap_for_more_first_gives_the_earlier_pieces_back(guest: Shopper) -> None:
    pair = make_variant(stock=2)
    tap(pair, guest)
    assert tap(pair, guest, quantity=2).public_id
    assert Stock.objects.get(variant=pair).allocated == 2
    assert find_stock_faults() == []
