"""Earlier prices in captions: compared with the record, told, and set right."""

import datetime as dt
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Offer, PriceVersion, Product
from catalog.selectors.lows import read_lows
from creators.models import Creator
from livestreams.models import CaptionCue, DeniedClaim, Livestream, Pin
from livestreams.protocol.webvtt import Cue
from livestreams.selectors.replays import list_chapters
from livestreams.selectors.studio import read_shelf
from livestreams.services.captions import add_cues, upload_captions
from livestreams.services.embedded_captions import ChannelCue, note_lines
from livestreams.services.pins import place_pin
from livestreams.services.price_claims import note_claims
from shopfront.common import clock
from shopfront.models import User
from tests.factories import (
    make_bundle,
    make_market,
    make_product,
    make_variant,
)
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


def cue(text: str, *, later: int = 0) -> Cue:
    """Make a line of this moment, or of some milliseconds later."""
    now = int(clock.now().timestamp() * 1000) + later
    return Cue(now, now + 900, text)


@pytest.fixture
def pin(show: Livestream, product: Product, creator: Creator) -> Pin:
    """Pin a product of £25."""
    return place_pin(show, product, by=creator.user)


def test_a_claim_that_the_record_bears_out_changes_nothing(
    show: Livestream, pin: Pin
) -> None:
    add_cues(show, "en", [cue("This was £25 all month")])
    pin.refresh_from_db()
    assert pin.denied_at is None
    assert not DeniedClaim.objects.exists()


def test_a_denied_claim_is_kept_told_and_set_right_on_the_card(
    show: Livestream, pin: Pin, listen: Listen
) -> None:
    with listen() as told:
        add_cues(show, "en", [cue("This was £59 last week")])
    said, placed = (orjson.loads(event.body) for event in told)
    assert said["type"] == "captions.added"
    assert (placed["type"], placed["id"]) == ("pin.placed", pin.public_id)
    assert placed["lowest_minor"] == 2500
    assert placed["version"] > int(pin.placed_at.timestamp() * 1000)
    (claim,) = DeniedClaim.objects.all()
    assert (claim.said_minor, claim.lowest_minor, claim.language) == (5900, 2500, "en")
    assert "was £59" in claim.text
    item = read_shelf(show).items[0]
    assert item.said is not None
    assert item.lowest is not None
    assert (item.said.minor, item.lowest.minor) == (5900, 2500)


def test_a_claim_is_told_once_whoever_repeats_it(
    show: Livestream, pin: Pin, listen: Listen
) -> None:
    add_cues(show, "en", [cue("It was £59")])
    with listen() as told:
        add_cues(show, "en", [cue("As I said, worth £59", later=2000)])
        add_cues(show, "de", [cue("Statt 59 Pfund", later=4000)])
    assert DeniedClaim.objects.count() == 1
    assert [orjson.loads(event.body)["type"] for event in told] == [
        "captions.added",
        "captions.added",
    ]


def test_a_claim_may_be_split_between_two_lines(show: Livestream, pin: Pin) -> None:
    add_cues(show, "en", [cue("Last week this was")])
    add_cues(show, "en", [cue("£59 for each", later=1000)])
    assert DeniedClaim.objects.get().said_minor == 5900


def test_a_claim_that_is_true_of_another_product_on_screen_is_let_be(
    show: Livestream, pin: Pin, creator: Creator
) -> None:
    dear = make_product()
    make_variant(product=dear, price=9900)
    place_pin(show, dear, by=creator.user)
    add_cues(show, "en", [cue("This was £59 last week")])
    assert not DeniedClaim.objects.exists()


def test_nothing_on_screen_or_a_bundle_is_not_judged(
    show: Livestream, product: Product, creator: Creator
) -> None:
    add_cues(show, "en", [cue("This was £590 last week")])
    place_pin(show, product, by=creator.user)
    other = make_variant(product=make_product(brand=product.brand))
    bundle = make_bundle((product.variants.get(), 1), (other, 1))
    Pin.objects.create(
        livestream=show, product=product, bundle=bundle, placed_by=creator.user
    )
    add_cues(show, "en", [cue("The set was £590", later=1000)])
    assert not DeniedClaim.objects.exists()


def test_lines_without_a_figure_cost_no_query(
    show: Livestream, pin: Pin, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert note_claims(show, "en", [cue("This was dear last week")]) == 0


def test_more_prices_and_more_products_cost_no_more_reads(
    show: Livestream, pin: Pin, creator: Creator
) -> None:
    """Each claim is borne out by the record, so that nothing is written."""

    def count() -> int:
        lines = [cue("This was £25 all month", later=1000 * n) for n in range(heard)]
        with CaptureQueriesContext(connection) as asked:
            assert note_claims(show, "en", lines) == 0
        return len(asked)

    heard = 1
    few = count()
    assert few == 4, "the line before, the pins, their prices, the codes"
    for _ in range(2):
        other = make_product()
        make_variant(product=other)
        make_variant(product=other)
        place_pin(show, other, by=creator.user)
    heard = 40
    assert count() == few


def test_each_price_is_weighed_by_the_record_of_its_own_moment(
    show: Livestream, pin: Pin
) -> None:
    """A price that began later bears no earlier claim out."""
    now, days = clock.now(), dt.timedelta(days=1)
    old = PriceVersion.objects.get()
    PriceVersion.objects.update(valid_until=now + days)
    PriceVersion.objects.create(
        variant=old.variant,
        market=old.market,
        currency=old.currency,
        amount_minor=5900,
        valid_from=now + days,
    )
    later = round(32 * days / dt.timedelta(milliseconds=1))
    lines = [cue("This was £59"), cue("It was £58", later=later)]
    assert note_claims(show, "en", lines) == 1
    assert DeniedClaim.objects.get().said_minor == 5900
    record = read_lows({pin.product_id}, show.market, now - days, now + 32 * days)
    moments = [now, now + 2 * days, now + 32 * days]
    found = [record.find(pin.product, at) for at in moments]
    assert [one and one.lowest for one in found] == [2500, 2500, 5900]
    assert record.find(pin.product, old.valid_from - days) is None


def test_captions_in_the_picture_are_compared_as_they_grow(
    show: Livestream, pin: Pin
) -> None:
    first = cue("IT WAS")
    grown = Cue(first.from_ms, first.until_ms + 500, "IT WAS £59")
    for line in (first, grown, grown):
        note_lines(show.public_id, [ChannelCue(1, line)])
    assert CaptionCue.objects.count() == 1
    assert DeniedClaim.objects.get().said_minor == 5900


def test_the_replay_keeps_what_was_set_right(
    client: Client, show: Livestream, pin: Pin
) -> None:
    add_cues(show, "en", [cue("This was £59 last week")])
    (chapter,) = list_chapters(show)
    assert chapter.lowest is not None
    assert chapter.lowest.minor == 2500


def test_a_file_uploaded_after_the_show_is_compared_too(
    show: Livestream, pin: Pin, creator: Creator
) -> None:
    start = clock.now().replace(microsecond=0) - dt.timedelta(minutes=1)
    Livestream.objects.update(started_at=start)
    Pin.objects.update(placed_at=start, media_time=start)
    show.refresh_from_db()
    file = b"WEBVTT\n\n00:30.000 --> 00:32.000\nThis was \xc2\xa359\n"
    for _ in range(2):
        upload_captions(show, "en", file, by=creator.user)
    claim = DeniedClaim.objects.get()
    assert (claim.said_minor, claim.said_at) == (5900, start + dt.timedelta(seconds=30))


def test_during_an_offer_the_30_days_before_it_count(product: Product) -> None:
    variant, market, now = product.variants.get(), make_market(), clock.now()
    offer = Offer.objects.create(
        product=product,
        market=market,
        amount_minor=1500,
        currency="GBP",
        starts_at=now - dt.timedelta(minutes=5),
        ends_at=now + dt.timedelta(minutes=5),
        state=Offer.State.OPEN,
    )
    PriceVersion.objects.update(valid_until=offer.starts_at)
    facts: dict[str, Any] = {"variant": variant, "market": market, "currency": "GBP"}
    PriceVersion.objects.create(
        amount_minor=1500,
        valid_from=offer.starts_at,
        valid_until=offer.ends_at,
        offer=offer,
        **facts,
    )
    PriceVersion.objects.create(amount_minor=2500, valid_from=offer.ends_at, **facts)
    lows = read_lows({product.pk}, market, now, now).find(product, now)
    assert lows is not None
    assert (lows.lowest, lows.highest) == (2500, 2500)


def test_staff_and_host_read_it(
    client: Client, show: Livestream, pin: Pin, creator: Creator, staff: User
) -> None:
    add_cues(show, "en", [cue("This was £59 last week")])
    client.force_login(staff)
    listed = client.get(reverse("admin:livestreams_deniedclaim_changelist"))
    claim = DeniedClaim.objects.get()
    page = client.get(reverse("admin:livestreams_deniedclaim_change", args=[claim.pk]))
    for answer in (listed, page):
        for words in ("£59.00", "£25.00", show.title):
            assert words in answer.content.decode(), words
    client.force_login(creator.user)
    studio = client.get(reverse("creators:studio", args=[show.public_id]))
    said = "The captions name £59.00 as an earlier price"
    assert said in studio.content.decode()
