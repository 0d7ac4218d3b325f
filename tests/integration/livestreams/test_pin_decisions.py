"""What rules decide about pins: explained, asked about, decided anew, undone (E2)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from catalog.models import Product, Variant
from creators.errors import DecisionClosed, DecisionOwn, RepairWrong
from creators.models import Creator, WorkDecision
from creators.services.work_appeals import Repair, overturn_decision, uphold_decision
from creators.services.work_decisions import ask_human
from livestreams.errors.planning import NothingBarred, ProductBarred
from livestreams.models import CoHost, GoodsAlert, Livestream, LivestreamProduct, Pin
from livestreams.services.goods_alerts import put_back, watch_goods
from livestreams.services.pin_decisions import TOPIC, ask_about_pin
from livestreams.services.pins import place_pin
from livestreams.services.shows import end_livestream
from orders.models import ProductQuality
from shopfront.common import clock
from shopfront.models import Audit, Market, Outbox, User
from shopfront.services import outbox
from tests.factories import make_creator, make_livestream, make_variant
from tests.integration.livestreams.test_goods_alerts import complain
from tests.integration.shopfront.test_admin import act

pytestmark = pytest.mark.django_db
PAGE = "/creator/decisions/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def variant(show: Livestream) -> Variant:
    """Make goods of the show of which 7 in 20 came back."""
    variant = make_variant()
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    count_returns(variant.product, show.market, 7)
    return variant


def count_returns(product: Product, market: Market, count: int) -> None:
    ProductQuality.objects.update_or_create(
        product=product,
        market=market,
        defaults={
            "sold_count": 20,
            "returned_count": count,
            "complained_count": 0,
            "counted_from": clock.now() - 90 * DAY,
            "counted_at": clock.now(),
        },
    )


def refuse(show: Livestream, product: Product) -> WorkDecision:
    with pytest.raises(ProductBarred) as refusal:
        place_pin(show, product, by=show.creator.user)
    return WorkDecision.objects.get(public_id=refusal.value.extra["decision"])


def unpin_by_rule(show: Livestream) -> WorkDecision:
    """Have three shoppers complain about goods on screen, which a rule takes off."""
    Market.objects.update(unpins_on_cases=True)
    show.market.refresh_from_db()
    variant = make_variant()
    place_pin(show, variant.product, by=show.creator.user)
    for _ in range(3):
        complain(variant)
    watch_goods(variant)
    assert not show.pins.filter(removed_at=None).exists()
    return WorkDecision.objects.get(kind="unpin")


def test_a_refused_pin_is_explained_and_let_through_by_a_human(
    client: Client, show: Livestream, variant: Variant, creator: Creator, staff: User
) -> None:
    decision = refuse(show, variant.product)
    assert refuse(show, variant.product) == decision, "the same figures once"
    client.force_login(creator.user)
    page = client.get(PAGE).content.decode()
    assert "cannot be pinned. 7 of 20 lines sold within 90 days came back" in page
    ask = reverse("creators:decision-ask", args=[decision.public_id])
    client.post(ask, {"why": "A courier broke them"})
    again = client.post(ask, {"why": "Again"}, follow=True)
    assert "was asked about this before" in again.content.decode()
    client.force_login(staff)
    queue = client.get("/admin/creators/workdecision/", {"asked": "waits"})
    assert "A courier broke them" in queue.content.decode()
    until = (clock.now() + 10 * DAY).strftime("%Y-%m-%d %H:%M")
    act(client, decision, "overturn", reason="The courier paid", allowed_until=until)
    pin = place_pin(show, variant.product, by=creator.user)
    assert pin.removed_at is None
    outbox.relay()
    (letter,) = [one for one in mail.outbox if one.to == [creator.user.email]]
    assert "you were right" in letter.body
    assert "It may be pinned until" in letter.body
    client.force_login(creator.user)
    assert "It may be pinned until" in client.get(PAGE).content.decode()
    Pin.objects.update(removed_at=clock.now())
    with time_machine.travel(clock.now() + 11 * DAY, tick=False):
        refuse(show, variant.product)


def test_new_figures_are_a_new_decision_and_one_that_stands_stays_closed(
    show: Livestream, variant: Variant, creator: Creator, staff: User
) -> None:
    first = refuse(show, variant.product)
    soon = Repair(allowed_until=clock.now() + DAY)
    with pytest.raises(DecisionClosed):
        overturn_decision(first, by=staff, reason="Nobody asked", repair=soon)
    ask_human(first, why="")
    with pytest.raises(DecisionOwn):
        overturn_decision(first, by=creator.user, reason="Mine", repair=soon)
    for until in (None, clock.now() - DAY, clock.now() + 31 * DAY):
        with pytest.raises(RepairWrong):
            overturn_decision(
                first, by=staff, reason="No", repair=Repair(allowed_until=until)
            )
    uphold_decision(first, by=staff, reason="They break")
    with pytest.raises(DecisionClosed):
        overturn_decision(first, by=staff, reason="Twice", repair=soon)
    with pytest.raises(DecisionClosed):
        ask_about_pin(show, variant.product, why="Again")
    count_returns(variant.product, show.market, 8)
    ask_about_pin(show, variant.product, why="These are other ones")
    assert WorkDecision.objects.filter(decided_at=None).get() != first


def test_the_host_asks_from_plan_and_studio_and_nobody_else_does(
    client: Client, show: Livestream, variant: Variant, creator: Creator
) -> None:
    product = {"product": variant.product.public_id}
    studio = reverse("creators:studio-act", args=[show.public_id, "doubt"])
    co_host = make_creator().user
    CoHost.objects.create(livestream=show, user=co_host, duty=CoHost.Duty.CO_HOST)
    for person in (co_host, make_creator().user):
        client.force_login(person)
        client.post(studio, product)
    assert not WorkDecision.objects.exists()
    client.force_login(creator.user)
    seat = client.get(reverse("creators:studio", args=[show.public_id]))
    assert studio in seat.content.decode()
    answer = client.post(studio, product, follow=True)
    assert "within 7 days" in answer.content.decode()
    assert studio not in answer.content.decode(), "asked once"
    assert "A human decides anew by" in answer.content.decode()
    assert WorkDecision.objects.get().user == creator.user
    planned = make_livestream(creator=creator, products=(variant.product,))
    plan = reverse("creators:shelf-change", args=[planned.public_id])
    client.post(plan, product | {"act": "doubt", "why": "New batch"})
    assert WorkDecision.objects.get(asked_why="New batch").title == planned.title
    good = make_variant().product
    with pytest.raises(NothingBarred):
        ask_about_pin(planned, good, why="")


def test_another_persons_decision_is_not_found(
    client: Client, show: Livestream, variant: Variant, stranger: User
) -> None:
    decision = refuse(show, variant.product)
    ask = reverse("creators:decision-ask", args=[decision.public_id])
    assert client.post(ask).status_code == 302
    client.force_login(stranger)
    assert client.get(PAGE).status_code == 403
    client.force_login(make_creator().user)
    assert client.post(ask).status_code == 404
    assert variant.product.title not in client.get(PAGE).content.decode()
    decision.refresh_from_db()
    assert decision.asked_at is None


def test_what_a_rule_took_off_is_put_back_when_a_human_says_so(
    client: Client, show: Livestream, creator: Creator, staff: User
) -> None:
    decision = unpin_by_rule(show)
    client.force_login(creator.user)
    studio = client.get(reverse("creators:studio", args=[show.public_id]))
    assert "so a rule took it off the screen" in studio.content.decode()
    page = client.get(PAGE).content.decode()
    assert "3 shoppers opened a case on it within 10 minutes" in page
    ask_human(decision, why="They are one family")
    overturn_decision(decision, by=staff, reason="One family", repair=Repair())
    outbox.relay()
    pin = show.pins.get(removed_at=None)
    alert = GoodsAlert.objects.get()
    assert (alert.decision, alert.decided_by) == ("kept", staff)
    assert Audit.objects.get(action="livestreams.goods_kept").reason == "One family"
    assert watch_goods(alert.variant) == [], "the same cases do not count again"
    put_back(Outbox.objects.get(topic=TOPIC))
    assert show.pins.get(removed_at=None) == pin


def test_after_the_show_the_record_is_set_right_and_nothing_is_pinned(
    show: Livestream, creator: Creator, staff: User
) -> None:
    decision = unpin_by_rule(show)
    end_livestream(show, by=creator.user)
    ask_human(decision, why="They are one family")
    overturn_decision(decision, by=staff, reason="One family", repair=Repair())
    outbox.relay()
    assert show.goods_alerts.get().decision == "kept"
    assert not show.pins.filter(removed_at=None).exists()
    outbox.relay()
    told = [one.body for one in mail.outbox if one.to == [creator.user.email]]
    assert len(told) == 1
    assert "you were right" in told[0]


def test_goods_that_nobody_showed_are_no_decision(show: Livestream) -> None:
    Market.objects.update(unpins_on_cases=True)
    variant = make_variant()
    LivestreamProduct.objects.create(livestream=show, product=variant.product)
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    alert.refresh_from_db()
    assert alert.decision == "unpinned"
    assert not WorkDecision.objects.exists()
