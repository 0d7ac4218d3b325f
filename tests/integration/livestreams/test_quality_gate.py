"""The quality gate: counted by a job, asked by the pin, never torn away (P6)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product, Variant
from creators.models import Creator, WorkDecision
from livestreams.errors.planning import ProductBarred
from livestreams.models import CoHost, Livestream, LivestreamProduct, Pin
from livestreams.services.pins import place_pin
from orders.models import OrderLine, ProductQuality
from orders.services.cases import open_case
from orders.services.quality import count_quality
from shopfront.common import clock
from shopfront.models import MarketRule
from tests.factories import make_market, make_paid_order, make_user, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(show: Livestream) -> Variant:
    """Sell twenty lines of a product that the show has on its shelf."""
    variant = make_variant(stock=100)
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    for _ in range(20):
        make_paid_order(variant)
    return variant


def send_back(count: int) -> None:
    keys = OrderLine.objects.order_by("pk").values("pk")[:count]
    OrderLine.objects.filter(pk__in=keys).update(dispatched_count=1, returned_count=1)


def complain(count: int) -> None:
    for line in OrderLine.objects.order_by("-pk")[:count]:
        for _ in range(2):
            open_case(
                make_user(),
                text="Broken",
                kind="quality",
                market=make_market(),
                line=line,
            )


def pin(show: Livestream, product: Product) -> Pin:
    return place_pin(show, product, by=show.creator.user)


def test_what_comes_back_too_often_is_not_pinned_and_the_sentence_says_why(
    show: Livestream, variant: Variant
) -> None:
    send_back(6)
    assert count_quality() == 1
    pin(show, variant.product).delete()
    send_back(7)
    count_quality()
    with pytest.raises(ProductBarred) as refusal:
        pin(show, variant.product)
    assert refusal.value.message == (
        "7 of 20 lines sold within 90 days came back: 35 %, above this country's 30 %."
    )
    assert refusal.value.extra == {
        "decision": WorkDecision.objects.get().public_id,
        "rate_bps": 3500,
        "ceiling_bps": 3000,
        "rule": MarketRule.objects.filter(market__code="GB")
        .earliest("-valid_from")
        .version,
    }


def test_a_line_with_two_cases_counts_once(show: Livestream, variant: Variant) -> None:
    complain(1)
    count_quality()
    pin(show, variant.product).delete()
    complain(2)
    count_quality()
    assert ProductQuality.objects.get().complained_count == 2
    with pytest.raises(ProductBarred, match=r"have a case: 10 %, above .* 5 %"):
        pin(show, variant.product)


def test_old_and_cancelled_lines_do_not_count_and_twice_counts_the_same(
    variant: Variant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    OrderLine.objects.filter(pk__in=OrderLine.objects.values("pk")[:5]).update(
        cancelled_count=1
    )
    make_paid_order(make_variant())
    with django_assert_num_queries(5):
        count_quality()
    assert count_quality() == 2
    assert ProductQuality.objects.get(product=variant.product).sold_count == 15
    later = clock.now() + dt.timedelta(days=91)
    with time_machine.travel(later, tick=False):
        assert count_quality() == 0
    assert not ProductQuality.objects.exists()


def test_a_ceiling_holds_from_its_day_on(show: Livestream, variant: Variant) -> None:
    send_back(7)
    count_quality()
    old = MarketRule.objects.filter(market=show.market).earliest("-valid_from")
    old.pk, old.valid_from = None, clock.now().date() + dt.timedelta(days=1)
    old.return_ceiling_bps = 3500
    old.save()
    with pytest.raises(ProductBarred):
        pin(show, variant.product)
    with time_machine.travel(clock.now() + dt.timedelta(days=2), tick=False):
        assert pin(show, variant.product).removed_at is None


def test_a_live_pin_stays_and_host_and_moderators_are_told(
    client: Client, show: Livestream, variant: Variant, creator: Creator
) -> None:
    pin(show, variant.product)
    send_back(7)
    count_quality()
    assert Pin.objects.filter(removed_at=None).exists()
    moderator = make_user()
    CoHost.objects.create(livestream=show, user=moderator, duty="moderator")
    address = reverse("creators:studio", args=[show.public_id])
    for person in (creator.user, moderator):
        client.force_login(person)
        page = client.get(address).content.decode()
        assert "It stays on screen until you unpin it" in page
        assert "7 of 20 lines" in page
    client.force_login(creator.user)
    Pin.objects.update(removed_at=clock.now())
    page = client.get(address).content.decode()
    assert "It stays on screen" not in page
    assert "7 of 20 lines" in page
