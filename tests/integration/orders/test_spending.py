"""A shopper's own limits: tighter at once, looser after a day, kept side by side."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import BadLimit, BuyingPaused, SpendLimitReached
from orders.models import BuyingPause, Order, SpendLimit
from orders.services.cancelling import cancel_pieces
from orders.services.placing import place_order
from orders.services.spending import list_spending, pause_buying, set_limit
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from tests.factories import make_user, make_variant
from tests.integration.orders.conftest import ready, tap
from tests.integration.orders.test_aftercare import buy
from tests.integration.orders.test_races import at_once

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def place(variant: Variant, shopper: Shopper, quantity: int = 1) -> Order:
    checkout = ready(variant, shopper, quantity)
    total = checkout.total.minor
    [order] = place_order(checkout, shopper=shopper, shown_total=total)
    return order


def limits_of(user: User) -> dict[str, int | None]:
    rows = list_spending(user, "GBP")
    return {row.period: None if row.limit is None else row.limit.minor for row in rows}


def test_what_would_exceed_a_limit_is_refused_and_nothing_is_ordered(
    variant: Variant, account: Shopper, shopper: User, staff: User
) -> None:
    set_limit(shopper, "week", 2 * 2895)
    order = buy(variant, account, 1)
    with pytest.raises(SpendLimitReached, match="of it is left") as refusal:
        place(variant, account, 2)
    assert refusal.value.extra == {"left_minor": 2895, "period": "week"}
    assert Order.objects.count() == 1
    cancel_pieces(order, by=staff, reason="Not wanted", key=new_public_id())
    assert place(variant, account, 2).total.minor == 5395
    with time_machine.travel(clock.now() + dt.timedelta(days=8), tick=False):
        assert place(make_variant(), account).pk


def test_a_tighter_limit_holds_at_once_and_a_looser_one_after_a_day(
    shopper: User,
) -> None:
    set_limit(shopper, "day", 5000)
    set_limit(shopper, "day", 3000)
    assert limits_of(shopper)["day"] == 3000
    waiting = set_limit(shopper, "day", 9000)
    assert set_limit(shopper, "day", 9000) == waiting
    assert limits_of(shopper)["day"] == 3000
    later = clock.now() + dt.timedelta(hours=24, seconds=1)
    with time_machine.travel(later, tick=False):
        assert limits_of(shopper)["day"] == 9000
        set_limit(shopper, "day", None)
        assert limits_of(shopper)["day"] == 9000
        set_limit(shopper, "day", 9000)
        assert SpendLimit.objects.filter(valid_from__gt=clock.now()).count() == 0
    for period, amount in (("year", 5), ("day", -1), ("day", 10**12)):
        with pytest.raises(BadLimit):
            set_limit(shopper, period, amount)


def test_a_pause_stops_buying_and_is_never_shortened(
    variant: Variant, account: Shopper, shopper: User
) -> None:
    checkout = ready(variant, account)
    placed = place(make_variant(), account).checkout
    long = pause_buying(shopper, 30)
    assert pause_buying(shopper, 1).until == long.until
    with pytest.raises(BuyingPaused):
        tap(variant, account)
    for one in (checkout, placed):
        with pytest.raises(BuyingPaused):
            place_order(one, shopper=account, shown_total=one.total.minor)
    with time_machine.travel(long.until, tick=False):
        assert tap(make_variant(), account).pk
    with pytest.raises(BadLimit):
        pause_buying(shopper, 2)


def test_shoppers_set_their_limits_on_a_page(
    client: Client, shopper: User, stranger: User
) -> None:
    page = "/orders/spending/"
    assert client.get(page).status_code == 302
    client.force_login(shopper)
    answer = client.post(page + "limits/", {"day": "49,50", "week": "", "month": "0"})
    assert answer.status_code == 302
    text = client.get(page).content.decode()
    assert 'value="49.50"' in text
    assert 'value="0.00"' in text
    assert limits_of(shopper) == {"day": 4950, "week": None, "month": 0}
    for wrong in ("x", "-1", "1.234", "NaN", "1e99", "Infinity"):
        answer = client.post(page + "limits/", {"day": wrong})
        assert answer.status_code == 400
    assert client.post(page + "pause/", {"days": "x"}).status_code == 400
    assert client.post(page + "pause/", {"days": "7"}).status_code == 302
    assert "You paused buying until" in client.get(page).content.decode()
    assert limits_of(stranger) == {"day": None, "week": None, "month": None}
    assert BuyingPause.objects.get().user == shopper


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_two_checkouts_at_once_count_each_other() -> None:
    user = make_user()
    shopper = Shopper(user, "")
    set_limit(user, "day", 2895)
    checkouts = [ready(make_variant(), shopper) for _ in range(2)]

    def press(number: int) -> object:
        return len(
            place_order(checkouts[number], shopper=shopper, shown_total=2895),
        )

    results = at_once(press, 2)
    assert sorted(map(str, results)) == ["1", "orders.spend_limit"]
    assert Order.objects.count() == 1
