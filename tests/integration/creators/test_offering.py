"""Offers from the studio: within the brand's limits, by those who run the show."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Offer
from catalog.selectors import get_price
from creators.models import Creator
from livestreams.models import CoHost, Livestream, PreparedOffer
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import end_livestream
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream, make_offer_limit, make_product
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_studio import act, page_of, put_on_air

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(client: Client, creator: Creator, stall: Stall) -> Client:
    """Be the host of a show on air whose product may be offered from ten pounds."""
    make_offer_limit(product=stall.variant.product, set_by=creator.user)
    put_on_air(stall.show)
    client.force_login(creator.user)
    return client


def price_of(stall: Stall) -> int:
    price = get_price(stall.variant, stall.show.market, clock.now())
    assert price is not None
    return price.amount_minor


def offer(client: Client, stall: Stall, **changes: str) -> str:
    facts = {
        "product": stall.variant.product.public_id,
        "price": "19.99",
        "minutes": "10",
    }
    return act(client, stall.show, "offer-open", **(facts | changes))


def test_the_host_opens_and_closes_an_offer(host: Client, stall: Stall) -> None:
    assert "The brand allows £10.00 or more, for up to 30 minutes" in page_of(
        host, stall.show
    )
    page = offer(host, stall, pieces="5")
    assert "now costs £19.99, for everybody" in page
    assert "5 pieces left at this price" in page
    assert price_of(stall) == 1999
    running = Offer.objects.get()
    assert (running.cause_kind, running.cause_ref) == (
        "livestream",
        stall.show.public_id,
    )
    assert "Another offer of this product" in offer(host, stall, price="18")
    page = act(host, stall.show, "offer-close", offer=running.public_id)
    assert "The old price holds again" in page
    act(host, stall.show, "offer-close", offer=running.public_id)
    assert price_of(stall) == 3000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"price": "9.99"}, "lowest price is £10.00"),
        ({"price": "30"}, "below today&#x27;s price"),
        ({"price": "-1"}, "An offer needs a price above zero"),
        ({"price": "1e9"}, "An offer needs a price above zero"),
        ({"price": "NaN"}, "An offer needs a price above zero"),
        ({"minutes": "31"}, "at most 30 minutes"),
        ({"minutes": "0"}, "An offer needs a price above zero"),
        ({"pieces": "0.5"}, "An offer needs a price above zero"),
        ({"product": "nothing"}, "We do not sell this product"),
    ],
)
def test_what_goes_too_far_is_refused_with_a_sentence(
    host: Client, stall: Stall, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in offer(host, stall, **changes)
    assert not Offer.objects.exists()


def test_a_planned_offer_waits_and_can_be_dropped(host: Client, stall: Stall) -> None:
    page = offer(host, stall, delay="5")
    assert "opens by itself in 5 minutes" in page
    assert price_of(stall) == 3000
    planned = Offer.objects.get(state=Offer.State.PLANNED)
    assert "Drop it" in page
    act(host, stall.show, "offer-close", offer=planned.public_id)
    planned.refresh_from_db()
    assert planned.state == Offer.State.CLOSED


def test_the_end_of_the_show_is_the_end_of_its_offers(
    host: Client, stall: Stall
) -> None:
    offer(host, stall)
    end_livestream(stall.show)
    assert Offer.objects.get().close_reason == Offer.Close.SHOW
    assert price_of(stall) == 3000
    assert "not on air" in offer(host, stall)
    assert Offer.objects.count() == 1


def test_other_shows_products_rehearsals_and_moderators_are_refused(
    host: Client, client: Client, creator: Creator, stall: Stall, stranger: User
) -> None:
    elsewhere = make_product()
    assert "We do not sell this product" in offer(
        host, stall, product=elsewhere.public_id
    )
    offer(host, stall)
    running = Offer.objects.get()
    other = make_livestream(creator=creator, products=(stall.variant.product,))
    put_on_air(other)
    assert "Of another show" in page_of(host, other)
    assert "no such offer" in act(host, other, "offer-close", offer=running.public_id)
    planned = make_livestream(creator=creator, products=(stall.variant.product,))
    rehearsal = open_rehearsal(planned)
    put_on_air(rehearsal)
    address = reverse("creators:studio-act", args=[rehearsal.public_id, "offer-open"])
    facts = {"product": stall.variant.product.public_id, "price": "15", "minutes": "5"}
    answer = host.post(address, facts, follow=True).content.decode()
    assert "this stays off in it" in answer
    CoHost.objects.create(
        livestream=stall.show, user=stranger, duty=CoHost.Duty.MODERATOR
    )
    client.force_login(stranger)
    address = reverse("creators:studio-act", args=[stall.show.public_id, "offer-close"])
    assert client.post(address, {"offer": running.public_id}).status_code == 404
    assert Livestream.objects.count() == 4
    assert Offer.objects.get().state == Offer.State.OPEN


def prepare(client: Client, show: Livestream, **facts: str) -> str:
    address = reverse("creators:show-offers-change", args=[show.public_id])
    return client.post(address, facts, follow=True).text


def test_an_offer_prepared_before_the_show_opens_with_one_tap(
    client: Client, creator: Creator, stall: Stall, stranger: User
) -> None:
    show, product = stall.show, stall.variant.product
    make_offer_limit(product=product, set_by=creator.user, most_pieces=9)
    client.force_login(creator.user)
    facts = {"product": product.public_id, "price": "12.50", "minutes": "5"}
    pieces = {"pieces": "4"}
    for wrong, words in (
        ({"price": "9.99"} | pieces, "The brand&#x27;s lowest price is £10.00."),
        ({"minutes": "31"} | pieces, "at most 30 minutes"),
        ({"pieces": "10"}, "at most 9 pieces"),
        ({"price": "x"}, "class="),
    ):
        assert words in prepare(client, show, **(facts | wrong))
    assert not PreparedOffer.objects.exists()
    for price in ("12.50", "15"):
        page = prepare(client, show, **(facts | pieces | {"price": price}))
    assert "Prepared: £15.00 for 5 minutes, 4 pieces" in page
    assert price_of(stall) == 3000
    put_on_air(show)
    assert "Open at £15.00" in page_of(client, show)
    assert "begun" in prepare(client, show, act="drop", **facts)
    offer(client, stall, price="15.00", minutes="5", pieces="4")
    assert price_of(stall) == 1500
    client.force_login(stranger)
    address = reverse("creators:show-offers", args=[show.public_id])
    assert client.get(address).status_code == 403


def test_a_prepared_offer_is_forgotten_and_needs_the_shelf(
    client: Client, creator: Creator, stall: Stall
) -> None:
    show, product = stall.show, stall.variant.product
    make_offer_limit(product=product, set_by=creator.user)
    client.force_login(creator.user)
    facts = {"product": product.public_id, "price": "12.50", "minutes": "5"}
    prepare(client, show, **facts)
    for _ in range(2):
        page = prepare(client, show, act="drop", **facts)
        assert "not prepared any more" in page
    other = make_product()
    make_offer_limit(product=other, set_by=creator.user)
    prepare(client, show, **(facts | {"product": other.public_id}))
    assert not PreparedOffer.objects.exists()
