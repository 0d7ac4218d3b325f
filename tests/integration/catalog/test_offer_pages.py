"""Offers on pages: the claim that the record allows, and an end that is real."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from catalog.models import Offer, Variant
from catalog.selectors import cards_for, get_product_view
from catalog.selectors.price_history import HEIGHT, WIDTH, read_price_history
from catalog.services import offers
from catalog.services.prices import set_price
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_market, make_offer_limit, make_user, make_variant

pytestmark = pytest.mark.django_db
LENGTH = dt.timedelta(minutes=10)


def open_offer(variant: Variant, amount: int = 1500) -> Offer:
    if not variant.product.offer_limits.exists():
        make_offer_limit(product=variant.product)
    return offers.open_offer(
        variant.product,
        make_market(),
        amount_minor=amount,
        length=LENGTH,
        by=make_user(),
    )


def page_of(client: Client, variant: Variant) -> str:
    return client.get(variant.product.get_absolute_url()).content.decode()


def test_a_page_shows_the_offer_with_its_prior_price_until_the_end(
    client: Client, shopper: User
) -> None:
    variant = make_variant(price=2500)
    client.force_login(shopper)
    assert "Offer until" not in page_of(client, variant)
    offer = open_offer(variant)
    page = page_of(client, variant)
    for words in ("£15.00", "<s>£25.00</s>", "40 % off", "Offer until", "data-ends-in"):
        assert words in page, words
    card = cards_for([variant.product_id], make_market())[0]
    assert card.price.minor == 1500
    assert card.deal is not None
    assert card.deal.prior is not None
    assert (card.deal.prior.minor, card.deal.percent) == (2500, 40)
    assert card.deal.ends_at == offer.ends_at
    with time_machine.travel(offer.ends_at, tick=False):
        page = page_of(client, variant)
        assert "£15.00" not in page.split("Price history")[0]
        assert "Offer until" not in page
        assert "Every price of the last 90 days" in page
        assert cards_for([variant.product_id], make_market())[0].deal is None


def test_nothing_ticks_for_people_whose_age_is_unknown(client: Client) -> None:
    variant = make_variant(price=2500)
    open_offer(variant)
    page = page_of(client, variant)
    assert "Offer until" in page
    assert "data-ends-in" not in page


def test_a_young_history_shows_the_price_and_claims_nothing(client: Client) -> None:
    variant = make_variant(price=None)
    set_price(variant, make_market(), 2500)
    open_offer(variant)
    page = page_of(client, variant)
    assert "£15.00" in page
    assert "Offer until" in page
    assert "% off" not in page
    assert "<s>" not in page


def test_a_card_claims_nothing_where_its_lowest_price_is_not_of_the_offer() -> None:
    variant = make_variant(price=2500)
    make_variant(product=variant.product, price=1200)
    open_offer(variant)
    card = cards_for([variant.product_id], make_market())[0]
    assert (card.price.minor, card.deal) == (1200, None)
    view = get_product_view(variant.product, make_market())
    assert view.deal is not None
    assert [bool(one.deal) for one in view.variants].count(True) == 1


def test_the_history_tells_every_price_that_held_and_no_other() -> None:
    variant, market = make_variant(price=2500), make_market()
    assert read_price_history(variant.product, market) is None
    offer = open_offer(variant)
    offers.close_offer(offer, reason=Offer.Close.HOST)
    history = read_price_history(variant.product, market)
    assert history is not None
    assert [(row.price.minor, row.is_offer) for row in history.rows] == [
        (2500, False),
        (1500, True),
        (2500, False),
    ]
    assert (history.highest.minor, history.lowest.minor) == (2500, 1500)
    assert history.rows[0].until is None
    assert history.since <= clock.now()
    corners = [corner.split(",") for corner in history.points.split()]
    assert corners[0] == ["0", "0"]
    assert [str(WIDTH), str(HEIGHT)] in corners
