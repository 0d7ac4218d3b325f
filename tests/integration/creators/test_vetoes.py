"""Vetoes: they reach brand and staff, empty the screen, and touch nothing else (P5)."""

import threading
from collections.abc import Callable

import pytest
import redis
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog.errors import VetoUnsound
from catalog.models import Product, Veto
from catalog.selectors import list_product_cards, search_products
from catalog.selectors.collaborations import list_openings
from catalog.selectors.samples import list_showcase
from catalog.selectors.vetoes import count_vetoes, is_refused
from catalog.services.samples import find_unmet
from creators.models import Commission, Creator, Entry
from creators.selectors.agreements import list_holding
from creators.selectors.balances import sum_by_show
from livestreams.errors import ShowEnded
from livestreams.errors.planning import ProductRefused
from livestreams.models import Livestream, Pin
from livestreams.selectors.shelves import list_shelf
from livestreams.selectors.tiles import list_live_now, list_upcoming
from livestreams.services.attribution import attribute_order
from livestreams.services.funding import require_funded
from livestreams.services.pins import place_pin
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import end_livestream, start_livestream
from livestreams.services.vetoes import allow_product, refuse_product
from orders.models import ProductQuality
from orders.selectors.quality import list_barred
from orders.services.quality import count_quality
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import outbox
from tests.factories import (
    make_brand_member,
    make_livestream,
    make_paid_order,
    make_product,
    make_user,
    make_variant,
)
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
QUALITY = Veto.Reason.QUALITY


def refuse(show: Livestream, product: Product) -> Veto:
    return refuse_product(show, product, by=show.creator.user, reason=QUALITY)


def test_brand_and_staff_read_why_and_others_do_not(stall: Stall, staff: User) -> None:
    of_brand = make_brand_member(brand=stall.brand).user
    make_brand_member()
    product = stall.variant.product
    facts = {"by": stall.creator.user, "reason": "safety", "words": " It wobbles. "}
    veto = refuse_product(stall.show, product, **facts)  # type: ignore[arg-type]
    assert refuse(stall.show, product) == veto
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == sorted([of_brand.email, staff.email])
    for words in (product.title, "It may not be safe", "It wobbles.", "costs the host"):
        assert words in letter.body


def test_one_that_was_taken_back_first_is_not_written_about(stall: Stall) -> None:
    make_brand_member(brand=stall.brand)
    refuse(stall.show, stall.variant.product)
    assert allow_product(stall.show, stall.variant.product)
    assert not allow_product(stall.show, stall.variant.product)
    outbox.relay()
    assert mail.outbox == []
    again = refuse(stall.show, stall.variant.product)
    assert Veto.objects.count() == 2
    assert count_vetoes(stall.creator, since=again.at) == 1


def test_a_refused_product_leaves_screen_and_shelf_until_it_is_allowed(
    stall: Stall,
) -> None:
    show, product = start_livestream(stall.show), stall.variant.product
    place_pin(show, product, by=stall.creator.user)
    refuse(show, product)
    assert not Pin.objects.filter(removed_at=None).exists()
    assert list_shelf(show.public_id, show.market) == []
    with pytest.raises(ProductRefused):
        place_pin(show, product, by=stall.creator.user)
    allow_product(show, product)
    place_pin(show, product, by=stall.creator.user)
    assert len(list_shelf(show.public_id, show.market)) == 1


def test_a_refusal_holds_in_its_show_and_its_rehearsal_alone(stall: Stall) -> None:
    product = stall.variant.product
    rehearsal = open_rehearsal(stall.show)
    other = start_livestream(make_livestream(creator=stall.creator))
    refuse(rehearsal, product)
    assert Veto.objects.get().show_ref == stall.show.public_id
    place_pin(other, product, by=stall.creator.user)
    start_livestream(rehearsal)
    with pytest.raises(ProductRefused):
        place_pin(rehearsal, product, by=stall.creator.user)


def test_a_refusal_needs_a_reason_and_a_show_that_is_not_over(stall: Stall) -> None:
    product = stall.variant.product
    for reason, words in (("", ""), ("boring", ""), (QUALITY, "x" * 501)):
        with pytest.raises(VetoUnsound):
            refuse_product(
                stall.show,
                product,
                by=stall.creator.user,
                reason=reason,
                words=words,
            )
    end_livestream(stall.show)
    with pytest.raises(ShowEnded):
        refuse(stall.show, product)
    assert not Veto.objects.exists()
    assert not Outbox.objects.filter(topic="catalog.product_refused").exists()


@pytest.fixture
def world(stall: Stall, client: Client) -> Callable[[], list[object]]:
    """Make a shop in which all that could read refusals has something to say."""
    show, creator = stall.show, stall.creator
    for user in (make_user(), make_user()):
        order = make_paid_order(stall.variant, source_ref=stall.source_ref, user=user)
        attribute_order(order.public_id)
    live = start_livestream(make_livestream(creator=creator, title="On air"))
    count_quality()
    market = show.market
    pages = [reverse("creator-page", args=[creator.handle]), "/shop/", "/"]
    product = stall.variant.product

    def look() -> list[object]:
        bodies = [client.get(page).content for page in pages]
        sums = Commission.objects.order_by("pk").values_list()
        require_funded(live)
        return [
            [len(body) for body in bodies],
            list_live_now(market),
            list_upcoming(market),
            list_product_cards(market)[0],
            search_products("stool", market, limit=60),
            list_openings(creator, clock.now()),
            list_showcase(creator),
            list(find_unmet(product, creator)),
            list_holding(creator, at=show.starts_at),
            sum_by_show(creator, [show.public_id, live.public_id]),
            list(sums),
            list(Entry.objects.order_by("pk").values_list()),
            list(ProductQuality.objects.values_list()),
            list_barred([product.pk], market, clock.now()),
            Creator.objects.filter(pk=creator.pk).values().get(),
        ]

    return look


def test_no_list_amount_rank_or_gate_reads_up_to_fifty_refusals(
    stall: Stall,
    world: Callable[[], list[object]],
    clean_valkey: redis.Redis,
) -> None:
    products = [make_product(title=f"Stool {n:02}") for n in range(50)]
    for product in products:
        make_variant(product=product)
        stall.show.shelf.create(product=product, position=1)
    clean_valkey.flushall()
    before = world()
    for made, product in enumerate(products, start=1):
        refuse(stall.show, product)
        if made in {1, 2, 10, 50}:
            count_quality()
            ProductQuality.objects.update(
                counted_at=before_at(before), counted_from=before_at(before, 1)
            )
            clean_valkey.flushall()
            assert world() == before, made
    assert Veto.objects.filter(taken_back_at=None).count() == 50


def before_at(seen: list[object], back: int = 0) -> object:
    """Return a moment of the counted row as it was seen: the job writes its own."""
    rows = seen[12]
    assert isinstance(rows, list)
    return rows[0][-1 - back]


def test_a_pin_that_looked_before_the_refusal_would_stay(stall: Stall) -> None:
    """Negative control: who asks and pins without the show's lock leaves it up."""
    show = start_livestream(stall.show)
    product = stall.variant.product
    was_refused = is_refused(product.pk, show.public_id)
    refuse(show, product)
    if not was_refused:
        Pin.objects.create(
            livestream=show, product=product, placed_by=show.creator.user
        )
    assert Pin.objects.filter(removed_at=None).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_pin_and_a_refusal_at_once_leave_nothing_on_screen(stall: Stall) -> None:
    show = start_livestream(stall.show)
    product, user = stall.variant.product, stall.creator.user
    start = threading.Barrier(2)

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except ProductRefused:
            pass
        finally:
            connection.close()

    acts = [
        lambda: place_pin(show, product, by=user),
        lambda: refuse(show, product),
    ]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Veto.objects.filter(taken_back_at=None).count() == 1
    assert not Pin.objects.filter(removed_at=None).exists()
