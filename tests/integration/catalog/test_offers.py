"""Offers: real windows, honest prior prices, the brand's limits, the floors."""

import datetime as dt
from dataclasses import dataclass

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils.translation import override

from catalog import errors
from catalog.models import (
    FloorOverride,
    Offer,
    OfferUse,
    PriceVersion,
    Product,
    Variant,
)
from catalog.selectors import get_price
from catalog.selectors.offers import count_left
from catalog.selectors.refusals import say_refusal
from catalog.services import floors, offer_limits, offers, stock
from catalog.services.prices import set_price
from shopfront.common import clock
from shopfront.models import Market, User
from tests.factories import make_market, make_offer_limit, make_variant

pytestmark = pytest.mark.django_db
State, Close = Offer.State, Offer.Close
HALF_HOUR = dt.timedelta(minutes=30)


@dataclass
class Stall:
    """A product with one variant at 25 pounds, and who acts for its brand."""

    variant: Variant
    market: Market
    by: User

    def open(self, amount: int = 1500, **changes: object) -> Offer:
        """Open an offer of half an hour."""
        facts: dict[str, object] = {"amount_minor": amount, "length": HALF_HOUR}
        return offers.open_offer(
            self.variant.product,
            self.market,
            by=self.by,
            **(facts | changes),  # type: ignore[arg-type]
        )

    def plan(self, starts_in: dt.timedelta, amount: int = 1500) -> Offer:
        """Plan an offer of half an hour."""
        start = clock.now() + starts_in
        terms = offer_limits.OfferTerms(amount, start, start + HALF_HOUR)
        return offers.plan_offer(self.variant.product, self.market, terms, by=self.by)

    def price(self, at: dt.datetime | None = None) -> int:
        """Return what the variant costs at a moment."""
        price = get_price(self.variant, self.market, at or clock.now())
        assert price is not None
        return price.amount_minor


@pytest.fixture
def stall(staff: User) -> Stall:
    """Set up goods at 25 pounds that may be offered from 10 pounds up."""
    variant = make_variant(price=2500)
    make_offer_limit(product=variant.product, set_by=staff)
    return Stall(variant, make_market(), staff)


def test_an_offer_lowers_the_price_until_its_end_to_the_second(stall: Stall) -> None:
    with time_machine.travel(clock.now(), tick=False) as moment:
        offer = stall.open()
        assert (offer.state, offer.is_running) == (State.OPEN, True)
        assert stall.price() == 1500
        moment.move_to(offer.ends_at - dt.timedelta(microseconds=1))
        assert stall.price() == 1500
        moment.move_to(offer.ends_at)
        assert stall.price() == 2500, "no sweep has run yet"
        assert not offer.is_running
        assert offers.move_offers() == 1
        assert offers.move_offers() == 0
    offer.refresh_from_db()
    assert (offer.state, offer.close_reason) == (State.CLOSED, Close.TIME)
    assert offer.closed_at == offer.ends_at


def test_a_closed_offer_gives_the_old_price_back_at_once(stall: Stall) -> None:
    offer = stall.open()
    assert offers.close_offer(offer, reason=Close.HOST, by=stall.by)
    assert not offers.close_offer(offer, reason=Close.SHOW)
    assert offer.close_reason == Close.HOST
    assert stall.price() == 2500
    assert stall.price(offer.ends_at + HALF_HOUR) == 2500
    set_price(stall.variant, stall.market, 2600)
    assert stall.price() == 2600


def test_the_prior_price_is_kept_with_the_offer_as_it_was_at_its_opening(
    stall: Stall,
) -> None:
    set_price(stall.variant, stall.market, 1900)
    set_price(stall.variant, stall.market, 2900)
    offer = stall.open(1500)
    row = offer.prices.get()
    assert row.prior is not None
    assert (row.prior.minor, row.reduction_percent) == (1900, 21)
    offers.close_offer(offer, reason=Close.HOST)
    again = stall.open(1500).prices.get()
    assert again.prior_minor == 1500, "the earlier offer counts"
    assert (again.prior, again.reduction_percent) == (None, 0)


def test_nothing_is_claimed_where_the_history_is_shorter_than_30_days(
    stall: Stall,
) -> None:
    fresh = make_variant(product=stall.variant.product, price=None)
    set_price(fresh, stall.market, 2500)
    rows = {row.variant: row for row in stall.open().prices.all()}
    assert rows[fresh].prior_minor is None
    assert rows[fresh].reduction_percent == 0
    assert rows[stall.variant].prior_minor == 2500


def test_only_dearer_variants_are_reduced_and_none_is_raised(stall: Stall) -> None:
    cheap = make_variant(product=stall.variant.product, price=1200)
    offer = stall.open(1500)
    assert [row.variant for row in offer.prices.all()] == [stall.variant]
    assert stall.price() == 1500
    current = get_price(cheap, stall.market, clock.now())
    assert current is not None
    assert current.amount_minor == 1200
    with pytest.raises(errors.OfferNoReduction):
        offers.open_offer(
            make_limited(stall, 900),
            stall.market,
            amount_minor=1000,
            length=HALF_HOUR,
            by=stall.by,
        )


def make_limited(stall: Stall, price: int) -> Product:
    """Return another product at a price that may be offered."""
    product = make_variant(price=price).product
    make_offer_limit(product=product, set_by=stall.by)
    return product


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": 999}, errors.OfferTooLow),
        ({"amount": 2500}, errors.OfferNoReduction),
        ({"amount": 0}, errors.OfferUnsound),
        ({"amount": -1500}, errors.OfferUnsound),
        ({"length": dt.timedelta(minutes=31)}, errors.OfferTooLong),
        ({"length": dt.timedelta(seconds=59)}, errors.OfferUnsound),
        ({"length": dt.timedelta(minutes=-5)}, errors.OfferUnsound),
        ({"most_pieces": 0}, errors.OfferUnsound),
    ],
)
def test_an_offer_beyond_the_limits_is_refused(
    stall: Stall, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        stall.open(**changes)  # type: ignore[arg-type]
    assert stall.price() == 2500
    assert not Offer.objects.exists()


def test_pieces_and_the_brands_own_window_are_limits_too(stall: Stall) -> None:
    product = stall.variant.product
    limit = product.offer_limits.get()
    limit.most_pieces = 5
    limit.save()
    with pytest.raises(errors.OfferTooMany) as refusal:
        stall.open()
    assert refusal.value.extra == {"most_pieces": 5}
    with pytest.raises(errors.OfferTooMany):
        stall.open(most_pieces=6)
    limit.valid_until = clock.now() + dt.timedelta(minutes=29)
    limit.save()
    with pytest.raises(errors.OfferNotAllowed):
        stall.open(most_pieces=5)
    limit.delete()
    with pytest.raises(errors.OfferNotAllowed):
        stall.open(most_pieces=5)


def test_a_limit_changed_meanwhile_leaves_the_promise_and_stops_the_next(
    stall: Stall,
) -> None:
    offer = stall.open(1500)
    offer_limits.set_limit(
        stall.variant.product,
        stall.market,
        lowest_minor=2000,
        longest_minutes=30,
        by=stall.by,
        reason="The season is over",
    )
    assert stall.price() == 1500
    offers.close_offer(offer, reason=Close.HOST)
    with pytest.raises(errors.OfferTooLow) as refusal:
        stall.open(1500)
    assert "£20.00" in refusal.value.message


def test_two_hosts_at_once_get_one_offer_and_the_database_agrees(
    stall: Stall,
) -> None:
    offer = stall.open()
    with pytest.raises(errors.OfferOverlaps):
        stall.open(1400)
    with pytest.raises(errors.OfferOverlaps):
        stall.plan(dt.timedelta(minutes=29), 1400)
    after = stall.plan(HALF_HOUR + dt.timedelta(seconds=5), 1400)
    assert after.state == State.PLANNED
    twin = Offer(
        product=offer.product,
        market=offer.market,
        amount_minor=1400,
        currency="GBP",
        state=State.OPEN,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_the_database_keeps_one_price_per_moment(stall: Stall) -> None:
    offer = stall.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceVersion.objects.create(
            variant=stall.variant,
            market=stall.market,
            amount_minor=1,
            currency="GBP",
            valid_from=offer.starts_at,
            valid_until=offer.ends_at,
        )


def test_a_price_stays_as_promised_while_its_offer_runs(stall: Stall) -> None:
    offer = stall.open()
    with pytest.raises(errors.OfferRunning):
        set_price(stall.variant, stall.market, 2600)
    with time_machine.travel(offer.ends_at, tick=False):
        assert set_price(stall.variant, stall.market, 2600).amount_minor == 2600
        assert stall.price() == 2600


def test_a_planned_offer_opens_at_its_time_or_says_why_not(stall: Stall) -> None:
    later = stall.plan(dt.timedelta(minutes=10))
    assert stall.price() == 2500
    assert offers.move_offers() == 0
    with time_machine.travel(later.starts_at, tick=False) as moment:
        assert offers.move_offers() == 1
        assert stall.price() == 1500
        later.refresh_from_db()
        assert later.state == State.OPEN
        moment.move_to(later.ends_at)
        assert stall.price() == 2500
        refused = stall.plan(dt.timedelta(minutes=1), 1100)
        stall.variant.product.offer_limits.update(lowest_minor=1200)
        moment.move_to(refused.starts_at)
        offers.move_offers()
    refused.refresh_from_db()
    assert refused.state == State.REFUSED
    assert refused.refused_why == "catalog.offer_too_low?lowest_minor=1200"
    assert "£12.00" in say_refusal(refused.refused_why, "GBP")
    with override("de"):
        assert "12,00" in say_refusal(refused.refused_why, "GBP")
    assert say_refusal("catalog.offer_over", "GBP").endswith(".")
    assert say_refusal("Said long ago.", "GBP") == "Said long ago."


def test_a_plan_that_was_slept_through_never_opens(stall: Stall) -> None:
    planned = stall.plan(dt.timedelta(minutes=10))
    with time_machine.travel(planned.ends_at, tick=False):
        offers.move_offers()
        assert stall.price() == 2500
    planned.refresh_from_db()
    assert planned.state == State.REFUSED
    with pytest.raises(errors.OfferUnsound):
        stall.plan(dt.timedelta(minutes=-1))


def test_all_offers_of_a_show_end_with_it(stall: Stall) -> None:
    offer = stall.open(cause_kind="livestream", cause_ref="show-1")
    assert offers.close_offers_of("livestream", "other", reason=Close.SHOW) == 0
    assert offers.close_offers_of("livestream", "show-1", reason=Close.SHOW) == 1
    offer.refresh_from_db()
    assert offer.close_reason == Close.SHOW
    assert stall.price() == 2500


def test_pieces_are_counted_at_the_hold_and_the_last_one_ends_the_offer(
    stall: Stall,
) -> None:
    offer = stall.open(most_pieces=3)
    price = offer.prices.get()
    holds = [
        stock.hold_stock(stall.variant.pk, quantity=count, holder="browser:b")
        for count in (1, 1, 2, 2)
    ]
    offers.take_pieces(price, holds[0])
    offers.take_pieces(price, holds[0])
    offers.take_pieces(price, holds[1])
    with pytest.raises(errors.OfferShort) as refusal:
        offers.take_pieces(price, holds[2])
    assert refusal.value.extra == {"available": 1}
    stock.release_stock([holds[1].pk])
    assert count_left(offer) == 2
    assert stall.price() == 1500
    offers.take_pieces(price, holds[2])
    offer.refresh_from_db()
    assert (offer.state, offer.close_reason) == (State.CLOSED, Close.SOLD)
    assert stall.price() == 2500
    with pytest.raises(errors.OfferOver):
        offers.take_pieces(price, holds[3])
    assert OfferUse.objects.count() == 3


def test_a_t_shirt_at_one_pound_is_refused_with_a_sentence(
    stall: Stall, stranger: User
) -> None:
    product = stall.variant.product
    floor = floors.set_floor(
        stall.market, product.category, 1200, by=stall.by, counsel="Listing rule 4."
    )
    low = set_price(stall.variant, stall.market, 1100)
    assert low.amount_minor == 1100, "off until approved"
    with pytest.raises(errors.FloorSamePerson):
        floors.approve_floor(floor, by=stall.by, reason="I agree with me")
    floors.approve_floor(floor, by=stranger, reason="Read and agreed")
    with pytest.raises(errors.BelowFloor) as refusal:
        set_price(stall.variant, stall.market, 100)
    assert refusal.value.extra == {"floor_minor": 1200}
    assert "£1.00 is below £12.00" in refusal.value.message
    with pytest.raises(errors.BelowFloor):
        stall.open(1050)
    assert stall.price() == 1100


def test_an_exception_to_a_floor_has_a_name_a_reason_and_an_end(
    stall: Stall, stranger: User
) -> None:
    category = stall.variant.product.category
    floor = floors.set_floor(
        stall.market, category, 1200, by=stall.by, counsel="Listing rule 4."
    )
    floors.approve_floor(floor, by=stranger, reason="Read and agreed")
    until = clock.now() + dt.timedelta(days=1)
    with pytest.raises(errors.FloorUnsound):
        floors.override_floor(
            stall.variant, stall.market, 1100, until=until, by=stall.by, reason=" "
        )
    floors.override_floor(
        stall.variant, stall.market, 1100, until=until, by=stall.by, reason="Remnants"
    )
    with pytest.raises(errors.BelowFloor):
        stall.open(1099)
    offers.close_offer(stall.open(1100), reason=Close.HOST)
    with time_machine.travel(until, tick=False), pytest.raises(errors.BelowFloor):
        stall.open(1100)
    assert FloorOverride.objects.get().by == stall.by
    floors.end_floor(floor, by=stall.by, reason="Counsel changed their view")
    assert stall.open(1000).state == State.OPEN


def test_a_later_floor_ends_the_one_before(stall: Stall, stranger: User) -> None:
    category = stall.variant.product.category
    for amount in (1200, 800):
        floor = floors.set_floor(
            stall.market, category, amount, by=stall.by, counsel="Listing rule 4."
        )
        floors.approve_floor(floor, by=stranger, reason="Read and agreed")
        floors.approve_floor(floor, by=stranger, reason="Pressed twice")
    assert set_price(stall.variant, stall.market, 900).amount_minor == 900
    with pytest.raises(errors.BelowFloor):
        set_price(stall.variant, stall.market, 700)
