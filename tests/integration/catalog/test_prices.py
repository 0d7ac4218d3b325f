"""Prices are dated rows that nobody can rewrite."""

import datetime as dt

import pytest
import time_machine
from django.db import ProgrammingError, transaction

from catalog.errors import BadPrice
from catalog.models import PriceVersion
from catalog.selectors import find_prior_price, get_price
from catalog.services.prices import set_price
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Audit, User
from tests.factories import make_market, make_variant

pytestmark = pytest.mark.django_db
START = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def test_a_new_price_ends_the_old_and_keeps_it() -> None:
    variant, market = make_variant(price=2500), make_market()
    before = clock.now()
    price = set_price(variant, market, 1900)
    assert set_price(variant, market, 1900) == price
    now = get_price(variant, market, clock.now())
    then = get_price(variant, market, before)
    assert now is not None
    assert then is not None
    assert (now.amount_minor, then.amount_minor) == (1900, 2500)
    assert then.valid_until == now.valid_from


def test_who_set_a_price_and_why_stands_in_the_audit_log(staff: User) -> None:
    variant, market = make_variant(price=2500), make_market()
    set_price(variant, market, 1900, by=staff, reason="Spring offer of the brand")
    set_price(variant, market, 1900, by=staff, reason="the same price again")
    kept = Audit.objects.get(action="catalog.price_set")
    assert (kept.actor, kept.reason) == (staff, "Spring offer of the brand")
    assert kept.subject_ref == variant.sku
    assert (kept.facts["before"], kept.facts["after"]) == (2500, 1900)


def test_a_price_must_be_above_zero() -> None:
    with pytest.raises(BadPrice):
        set_price(make_variant(), make_market(), 0)


def test_a_price_once_public_is_never_rewritten_or_deleted() -> None:
    make_variant(price=2500)
    row = PriceVersion.objects.get()
    with pytest.raises(ProgrammingError), transaction.atomic():
        PriceVersion.objects.filter(pk=row.pk).update(amount_minor=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        row.delete()


def test_the_prior_price_is_the_lowest_of_30_days() -> None:
    variant, market = make_variant(price=None), make_market()
    for day, amount in ((0, 3000), (20, 2000), (22, 2800)):
        with time_machine.travel(START + dt.timedelta(days=day), tick=False):
            set_price(variant, market, amount)
    at = START + dt.timedelta(days=40)
    assert find_prior_price(variant, market, at) == Money(2000, "GBP")
    late = START + dt.timedelta(days=60)
    assert find_prior_price(variant, market, late) == Money(2800, "GBP")


def test_nothing_is_claimed_on_less_than_30_days_of_history() -> None:
    variant, market = make_variant(price=None), make_market()
    with time_machine.travel(START, tick=False):
        set_price(variant, market, 3000)
    assert find_prior_price(variant, market, START + dt.timedelta(days=29)) is None
