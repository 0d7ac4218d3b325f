"""Three cases on one product in ten minutes: one alert, one tap to unpin (C6)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client

from catalog.models import Variant
from creators.models import Creator
from livestreams.models import (
    BrandAlertRule,
    GoodsAlert,
    Livestream,
    LivestreamProduct,
    Pin,
)
from livestreams.services import pins
from livestreams.services.goods_alerts import keep_goods, unpin_goods, watch_goods
from orders.models import Case
from orders.services.cases import open_case
from shopfront.common import clock
from shopfront.models import Audit, Market, User
from shopfront.services import outbox
from tests.factories import make_paid_order, make_user, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(show: Livestream) -> Variant:
    """Make goods that are on screen in the show."""
    variant = make_variant()
    pins.place_pin(show, variant.product, by=show.creator.user)
    return variant


def complain(variant: Variant, person: User | None = None) -> Case:
    user = person or make_user()
    order = make_paid_order(variant, user=user)
    return open_case(
        user,
        text="Broken",
        kind=Case.Kind.QUALITY,
        market=order.market,
        line=order.lines.get(),
    )


def test_three_shoppers_raise_one_alert_to_host_and_staff(
    show: Livestream, variant: Variant, staff: User
) -> None:
    for number in range(4):
        complain(variant)
        outbox.relay()
        assert GoodsAlert.objects.count() == int(number >= 2)
    alert = GoodsAlert.objects.get()
    assert (alert.livestream, alert.cases_count) == (show, 3)
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert variant.sku in letter.body
    assert Pin.objects.filter(removed_at=None).exists()


def test_one_shopper_alone_raises_nothing(variant: Variant, shopper: User) -> None:
    for _ in range(4):
        complain(variant, shopper)
    assert watch_goods(variant) == []


def test_cases_without_a_paid_line_and_old_ones_do_not_count(variant: Variant) -> None:
    with time_machine.travel(clock.now() - dt.timedelta(minutes=11), tick=False):
        complain(variant)
    complain(variant)
    complain(variant)
    person = make_user()
    market = Market.objects.get()
    open_case(person, text="Broken", kind=Case.Kind.QUALITY, market=market)
    assert watch_goods(variant) == []


def test_one_tap_takes_the_goods_off_the_screen(
    variant: Variant, creator: Creator
) -> None:
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    assert unpin_goods(alert, by=creator.user) is True
    assert unpin_goods(alert, by=creator.user) is False
    assert not Pin.objects.filter(removed_at=None).exists()
    assert watch_goods(variant) == []


def test_a_brands_own_wish_stands_before_its_market(
    show: Livestream, variant: Variant
) -> None:
    rule = BrandAlertRule.objects.create(
        brand=variant.product.brand, unpins_on_cases=True
    )
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    alert.refresh_from_db()
    assert (alert.decision, alert.decided_by) == ("unpinned", None)
    rule.unpins_on_cases = False
    rule.save()
    Market.objects.update(unpins_on_cases=True)
    with time_machine.travel(clock.now() + dt.timedelta(seconds=5), tick=False):
        for _ in range(3):
            complain(variant)
        (alert,) = watch_goods(variant)
    alert.refresh_from_db()
    assert alert.decision == "open"


def test_a_market_may_unpin_by_itself(show: Livestream, variant: Variant) -> None:
    Market.objects.update(unpins_on_cases=True)
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    alert.refresh_from_db()
    assert (alert.decision, alert.decided_by) == ("unpinned", None)
    assert not Pin.objects.filter(removed_at=None).exists()


def test_goods_that_were_kept_alert_again_only_by_new_cases(
    variant: Variant, creator: Creator
) -> None:
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    keep_goods(alert, by=creator.user)
    assert Pin.objects.filter(removed_at=None).exists()
    with time_machine.travel(clock.now() + dt.timedelta(seconds=5), tick=False):
        complain(variant)
        complain(variant)
        assert watch_goods(variant) == []
        complain(variant)
        assert len(watch_goods(variant)) == 1


def test_without_a_show_on_air_the_staff_alone_is_told(
    variant: Variant, staff: User
) -> None:
    LivestreamProduct.objects.all().delete()
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    assert alert.livestream is None
    assert watch_goods(variant) == []


def test_staff_unpin_in_the_admin_and_see_the_alert_on_the_desk(
    client: Client, variant: Variant, staff: User
) -> None:
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    client.force_login(staff)
    assert "Goods with several cases" in client.get("/admin/").content.decode()
    place = "/admin/livestreams/goodsalert/"
    assert variant.product.title in client.get(place).content.decode()
    assert client.get("/admin/livestreams/shielding/").status_code == 200
    sent = {"action": "unpin", "_selected_action": [alert.pk], "decided": "1"}
    client.post(place, sent | {"reason": "Glue gives way"})
    alert.refresh_from_db()
    assert (alert.decision, alert.decided_by) == ("unpinned", staff)
    assert Audit.objects.get(action="livestreams.goods_unpinned").reason


def test_the_host_unpins_with_one_tap_in_the_studio(
    client: Client, show: Livestream, variant: Variant, creator: Creator, stranger: User
) -> None:
    for _ in range(3):
        complain(variant)
    (alert,) = watch_goods(variant)
    place = f"/creator/studio/{show.public_id}/goods/"
    client.force_login(stranger)
    facts = {"alert": alert.public_id, "act": "unpin"}
    assert client.post(place, facts).status_code == 404
    client.force_login(creator.user)
    studio = client.get(f"/creator/studio/{show.public_id}/").content.decode()
    assert place in studio
    assert f"Unpin {variant.product.title}" in studio
    client.post(place, facts)
    assert not Pin.objects.filter(removed_at=None).exists()
