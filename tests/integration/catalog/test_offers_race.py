"""Two hosts at once, and the last pieces of an offer: decided by the database."""

import datetime as dt
import threading

import pytest
from django.db import transaction

from catalog.errors import OfferOver, OfferOverlaps, OfferShort
from catalog.models import Offer, OfferUse, PriceVersion, Variant
from catalog.selectors import get_price
from catalog.selectors.offers import count_left
from catalog.services import offers, stock
from shopfront.common import clock
from tests.factories import make_market, make_offer_limit, make_user, make_variant
from tests.integration.catalog.test_stock_race import run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CROWD = 8


def open_offer(variant: Variant, *, most_pieces: int | None = None) -> Offer:
    return offers.open_offer(
        variant.product,
        make_market(),
        amount_minor=1500,
        length=dt.timedelta(minutes=10),
        most_pieces=most_pieces,
        by=make_user(),
    )


def test_8_hosts_at_once_open_one_offer_and_one_price() -> None:
    variant = make_variant(price=2500)
    make_offer_limit(product=variant.product)
    outcomes = run_at_once(lambda _n: open_offer(variant), CROWD)
    opened = [one for one in outcomes if isinstance(one, Offer)]
    refused = [one for one in outcomes if isinstance(one, OfferOverlaps)]
    assert (len(opened), len(refused)) == (1, CROWD - 1)
    assert PriceVersion.objects.filter(variant=variant).count() == 3


def test_8_buyers_and_3_pieces_while_the_host_closes_hold_the_promise() -> None:
    variant = make_variant(price=2500, stock=20)
    make_offer_limit(product=variant.product)
    offer = open_offer(variant, most_pieces=3)
    price = offer.prices.get()
    holds = [
        stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{n}")
        for n in range(CROWD)
    ]

    def take(number: int) -> bool:
        if number == CROWD:
            return offers.close_offer(offer, reason=Offer.Close.HOST)
        offers.take_pieces(price, holds[number])
        return True

    outcomes = run_at_once(take, CROWD + 1)
    refused = [one for one in outcomes if isinstance(one, OfferOver | OfferShort)]
    taken = OfferUse.objects.count()
    assert taken <= 3
    assert len(refused) == CROWD - taken
    offer.refresh_from_db()
    assert offer.state == Offer.State.CLOSED
    now = get_price(variant, make_market(), clock.now())
    assert now is not None
    assert now.amount_minor == 2500


def test_8_holds_of_an_offer_before_take_only_the_3_pieces_of_the_next() -> None:
    variant = make_variant(price=2500, stock=20)
    make_offer_limit(product=variant.product)
    before = open_offer(variant, most_pieces=20)
    holds = [
        stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{n}")
        for n in range(CROWD)
    ]
    for hold in holds:
        offers.take_pieces(before.prices.get(), hold)
    offers.close_offer(before, reason=Offer.Close.HOST)
    offer = open_offer(variant, most_pieces=3)
    price = offer.prices.get()

    def take(number: int) -> bool:
        offers.take_pieces(price, holds[number])
        return True

    outcomes = run_at_once(take, CROWD)
    refused = [one for one in outcomes if isinstance(one, OfferOver | OfferShort)]
    assert (outcomes.count(True), len(refused)) == (3, CROWD - 3)
    assert (offer.uses.count(), before.uses.count()) == (3, CROWD - 3)
    offer.refresh_from_db()
    assert offer.close_reason == Offer.Close.SOLD


def test_negative_control_counting_first_gives_away_too_many() -> None:
    """The same race against count, check, write without the offer's lock."""
    variant = make_variant(price=2500, stock=20)
    make_offer_limit(product=variant.product)
    offer = open_offer(variant, most_pieces=3)
    holds = [
        stock.hold_stock(variant.pk, quantity=1, holder=f"browser:{n}")
        for n in range(CROWD)
    ]
    counted = threading.Barrier(CROWD)

    def take(number: int) -> bool:
        left = count_left(offer)
        counted.wait(timeout=20)
        with transaction.atomic():
            if left:
                OfferUse.objects.create(
                    offer=offer, reservation=holds[number], quantity=1
                )
        return left > 0

    assert run_at_once(take, CROWD).count(True) == CROWD
    assert OfferUse.objects.count() == CROWD > 3
