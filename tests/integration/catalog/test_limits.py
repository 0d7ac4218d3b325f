"""Limits per household: counted by keyed hashes, forgiven, forgotten."""

import datetime as dt

import pytest
import time_machine

from catalog import errors
from catalog.models import HoldCount, Product, Reservation, Variant
from catalog.services import limits, stock
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import make_place, make_product, make_variant

pytestmark = pytest.mark.django_db
ME, HOME, OTHER = (stock.limit_key_of("test", name) for name in "abc")


@pytest.fixture
def limited() -> Variant:
    """Offer ten pieces, two per household."""
    variant = make_variant()
    limits.set_buying_limit(variant.product, 2)
    return variant


def hold(variant: Variant, quantity: int, *keys: str) -> Reservation:
    limit = limits.list_limits([variant.pk]).get(variant.pk, 1000)
    return stock.hold_stock(
        variant.pk,
        quantity=quantity,
        holder=f"browser:{len(keys)}",
        limit=limit,
        limit_keys=keys,
    )


def counted(key: str) -> int:
    return sum(HoldCount.objects.filter(key=key).values_list("quantity", flat=True))


def test_a_household_is_counted_once_the_address_is_known(limited: Variant) -> None:
    first = hold(limited, 2, ME)
    limits.recount_holds([first.pk], [ME, HOME])
    assert (counted(ME), counted(HOME)) == (2, 2)
    second = hold(limited, 1, OTHER)
    with pytest.raises(errors.LimitReached) as told:
        limits.recount_holds([second.pk], [OTHER, HOME])
    assert told.value.extra == {"limit": 2}
    assert (counted(OTHER), counted(HOME)) == (1, 2)
    limits.recount_holds([first.pk], [ME])
    assert counted(HOME) == 0
    for _ in range(2):
        limits.recount_holds([second.pk], [OTHER, HOME])
    assert (counted(OTHER), counted(HOME)) == (1, 1)
    stock.release_stock([first.pk, second.pk])
    assert counted(ME) == counted(HOME) == counted(OTHER) == 0


def test_who_has_as_many_as_one_may_is_refused(limited: Variant) -> None:
    hold(limited, 2, ME)
    with pytest.raises(errors.LimitReached):
        hold(limited, 1, ME)
    with pytest.raises(errors.LimitReached):
        limits.check_limit(limited.pk, [ME])
    with pytest.raises(errors.LimitReached):
        hold(limited, 3, OTHER)
    limits.check_limit(limited.pk, [OTHER])
    limits.check_limit(make_variant().pk, [ME])


def test_nobody_waits_for_more_than_one_may_have() -> None:
    variant = make_variant(stock=1)
    limits.set_buying_limit(variant.product, 1)
    me = stock.limit_key_of("shopper", "browser:me")
    hold(variant, 1, me)
    with pytest.raises(errors.LimitReached):
        make_place(variant, holder="browser:me")
    assert make_place(variant, holder="browser:you").pk


def test_goods_without_a_limit_count_nobody() -> None:
    free = hold(make_variant(), 5, ME)
    HoldCount.objects.all().delete()
    limits.recount_holds([free.pk], [ME, HOME])
    assert not HoldCount.objects.exists()


def test_staff_forgive_once_and_leave_a_trace(limited: Variant, staff: User) -> None:
    bought = hold(limited, 2, ME)
    stock.commit_holds([bought.pk])
    for _ in range(2):
        limits.forgive_hold(bought, by=staff, reason="a gift for the neighbour")
    assert hold(limited, 2, ME).pk
    assert Audit.objects.filter(action="catalog.forgive_hold").count() == 1


def test_hashes_are_forgotten_after_thirty_days(limited: Variant) -> None:
    bought = hold(limited, 2, ME)
    stock.commit_holds([bought.pk])
    assert limits.forget_counts() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=31), tick=False):
        assert limits.forget_counts() == 1
        assert limits.forget_counts() == 0
    bought.refresh_from_db()
    assert bought.limit_keys == []


@pytest.mark.parametrize("pieces", [0, -1, 1001])
def test_odd_limits_are_refused(pieces: int) -> None:
    product: Product = make_product()
    with pytest.raises(errors.BadQuantity):
        limits.set_buying_limit(product, pieces)
