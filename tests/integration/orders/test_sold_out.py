"""A crowd at a sold-out piece: told at once, without the stock row."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Stock, Variant
from catalog.services.movements import receive_stock
from catalog.services.sold_out import forget_sold_out
from catalog.services.stock import release_stock
from orders.access import Shopper
from orders.errors import LineShort
from orders.services.holds import list_hold_ids
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_variant
from tests.integration.orders.conftest import tap

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
START = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    forget_sold_out()
    with time_machine.travel(START, tick=False):
        yield
    forget_sold_out()


@pytest.fixture
def last_piece() -> Variant:
    return make_variant(stock=1, price=2500)


def refuse(variant: Variant, name: str) -> str:
    """Tap in vain and return the statements that it took."""
    shopper = Shopper(None, name)
    with (
        CaptureQueriesContext(
            connection,
        ) as said,
        pytest.raises(LineShort) as told,
    ):
        tap(variant, shopper)
    assert told.value.extra["available"] == 0
    return " ".join(query["sql"] for query in said.captured_queries)


def test_the_second_in_vain_is_told_without_the_stock_row(
    last_piece: Variant, guest: Shopper
) -> None:
    tap(last_piece, guest)
    assert "catalog_stock" in refuse(last_piece, "the-first-too-late")
    assert "catalog_stock" not in refuse(last_piece, "the-second-too-late")


def test_a_moment_later_the_stock_is_asked_again(
    last_piece: Variant, guest: Shopper
) -> None:
    tap(last_piece, guest)
    refuse(last_piece, "the-first-too-late")
    Stock.objects.filter(variant=last_piece).update(on_hand=2)  # another process
    with time_machine.travel(START + dt.timedelta(seconds=1), tick=False):
        assert tap(last_piece, Shopper(None, "the-patient-one")).public_id


def test_who_holds_the_last_piece_may_tap_again(
    last_piece: Variant, guest: Shopper
) -> None:
    first = tap(last_piece, guest, key="one-attempt")
    refuse(last_piece, "too-late")
    assert tap(last_piece, guest, key="one-attempt") == first
    assert tap(last_piece, guest, key="another-attempt") != first


def test_a_piece_given_back_goes_to_the_next_at_once(
    last_piece: Variant, guest: Shopper
) -> None:
    checkout = tap(last_piece, guest)
    refuse(last_piece, "too-late")
    release_stock(list_hold_ids(checkout))
    assert tap(last_piece, Shopper(None, "the-next")).public_id


def test_pieces_that_arrive_are_sold_at_once(
    last_piece: Variant, guest: Shopper, staff: User
) -> None:
    tap(last_piece, guest)
    refuse(last_piece, "too-late")
    receive_stock(last_piece, 1, actor=staff, note="a parcel")
    assert tap(last_piece, Shopper(None, "the-next")).public_id


def test_the_clock_turned_back_does_not_keep_a_piece_sold_out(
    last_piece: Variant, guest: Shopper
) -> None:
    tap(last_piece, guest)
    refuse(last_piece, "too-late")
    Stock.objects.filter(variant=last_piece).update(on_hand=2)
    with time_machine.travel(START - dt.timedelta(hours=1), tick=False):
        assert clock.now() < START
        assert tap(last_piece, Shopper(None, "the-next")).public_id
