"""Freed pieces and a crowd: those who wait get them; the naive way lets others in."""

import threading

import pytest
from django.db.models import F

from catalog.errors import AddressWaits, StockShort
from catalog.models import Reservation, Stock, WaitingPlace
from catalog.selectors import find_stock_faults
from catalog.services import stock, waiting
from tests.factories import make_place, make_variant
from tests.integration.catalog.test_stock_race import run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PIECES = 6
CROWD = 3 * PIECES


def test_freed_pieces_reach_those_who_wait_and_nobody_else() -> None:
    variant = make_variant(stock=PIECES)
    held = [
        stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{n}").pk
        for n in range(PIECES)
    ]
    places = [make_place(variant) for _ in range(PIECES + 2)]

    def act(number: int) -> object:
        if number < PIECES:
            return stock.release_stock([held[number]])
        return stock.hold_stock(variant.pk, quantity=1, holder=f"browser:late{number}")

    outcomes = run_at_once(act, CROWD)
    assert outcomes.count(1) == PIECES
    short = [one for one in outcomes if isinstance(one, StockShort)]
    assert len(short) == CROWD - PIECES
    served = WaitingPlace.objects.filter(state="offered").values_list("pk", flat=True)
    assert sorted(served) == [place.pk for place in places[:PIECES]]
    assert find_stock_faults() == []


def test_negative_control_freeing_first_lets_others_come_between() -> None:
    variant = make_variant(stock=1)
    [held] = [stock.hold_stock(variant.pk, quantity=1, holder="browser:first")]
    place = make_place(variant)
    freed, taken = threading.Event(), threading.Event()

    def act(number: int) -> object:
        if number == 0:
            Reservation.objects.filter(pk=held.pk).update(state="released")
            Stock.objects.filter(variant=variant).update(allocated=F("allocated") - 1)
            freed.set()
            taken.wait(timeout=20)
            return waiting.offer_pieces(variant.pk)
        freed.wait(timeout=20)
        try:
            return stock.hold_stock(variant.pk, quantity=1, holder="browser:late")
        finally:
            taken.set()

    outcomes = run_at_once(act, 2)
    assert 0 in outcomes
    assert any(isinstance(one, Reservation) for one in outcomes)
    place.refresh_from_db()
    assert place.state == "waiting"


def test_leaving_lapsing_joining_and_claiming_at_once_keep_the_books() -> None:
    variant = make_variant(stock=3)
    for number in range(3):
        stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{number}", seconds=-1)
    places = [make_place(variant) for _ in range(CROWD)]

    def act(number: int) -> None:
        place = places[number]
        stock.lapse_holds()
        if number % 3 == 0:
            waiting.leave_waiting_list(place)
        for hold in waiting.list_offered_holds([variant.pk], [place.holder]):
            waiting.claim_offered_hold(
                hold, until=hold.expires_at, cause_kind="checkout", cause_ref="x"
            )
            stock.release_stock([hold.pk])
        waiting.offer_free_pieces()

    assert run_at_once(act, CROWD) == [None] * CROWD
    assert find_stock_faults() == []
    held = Reservation.objects.filter(state="held", cause_kind="waiting")
    assert held.count() == WaitingPlace.objects.filter(state="offered").count()
    assert Stock.objects.get(variant=variant).available == 0 or (
        not WaitingPlace.objects.filter(state="waiting").exists()
    )


def test_the_same_shopper_at_once_gets_one_place() -> None:
    variant = make_variant(stock=0)
    same = run_at_once(
        lambda _number: make_place(variant, holder="browser:me", email="me@x.example")
    )
    assert len({place.pk for place in same if isinstance(place, WaitingPlace)}) == 1
    others = run_at_once(
        lambda number: make_place(
            variant, holder=f"browser:tab{number}", email="me@x.example"
        ),
        4,
    )
    assert all(isinstance(one, AddressWaits) for one in others)
    assert WaitingPlace.objects.count() == 1
