"""Prices are dated rows that nobody can rewrite, and what they are compared with."""

import datetime as dt

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from catalog.errors import BadPrice
from catalog.errors.traders import VatNumberUnsound
from catalog.models import PriceVersion, PublicCode
from catalog.selectors import find_prior_price, get_price
from catalog.services.prices import set_price
from catalog.services.traders import set_vat_number
from orders.models import Coupon
from orders.services.coupons import save_coupon
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Audit, User
from tests.factories import make_brand, make_coupon, make_market, make_variant

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


def test_a_code_open_to_all_lowers_the_prior_price_while_it_could_be_used() -> None:
    variant, market = make_variant(price=None), make_market()
    with time_machine.travel(START, tick=False):
        set_price(variant, market, 3000)
    day = dt.timedelta(days=1)
    make_coupon(code="SECRET", percent_bps=9000)
    terms = {"is_public": True, "valid_from": START + 20 * day}
    code = make_coupon(code="OPEN10", valid_until=START + 25 * day, **terms)
    other = make_coupon(code="OTHER", percent_bps=5000, brand=make_brand(), **terms)
    for coupon in (code, other):
        save_coupon(coupon)

    def prior(days: int) -> int | None:
        money = find_prior_price(variant, market, START + days * day)
        return money.minor if money else None

    assert [prior(days) for days in (31, 54, 56)] == [2700, 2700, 3000]
    with time_machine.travel(START + 24 * day, tick=False):
        code.valid_until = START + 21 * day
        save_coupon(code)
        assert PublicCode.objects.get(ref=code.public_id).valid_until == (
            START + 24 * day
        )
    assert [prior(days) for days in (53, 55)] == [2700, 3000]
    gift = {"percent_bps": None, "amount_minor": 500, "minimum_minor": 2800}
    save_coupon(make_coupon(code="GIFT", **gift, **terms))
    assert prior(56) == 2500
    assert PublicCode(amount_minor=500, minimum_minor=3001).lower(3000) == 3000


def test_staff_open_a_code_to_all_and_its_end_alone_moves_later(
    client: Client, staff: User
) -> None:
    client.force_login(staff)
    market = make_market()
    facts = {
        "code": "SUMMER20",
        "market": market.pk,
        "percent_bps": 2000,
        "minimum_minor": 0,
        "valid_from_0": "2030-01-01",
        "valid_from_1": "00:00:00",
        "is_public": "on",
        "most_per_shopper": 1,
    }
    pounds = {"percent_bps": "", "amount_minor": "40.00", "minimum_minor": "50.00"}
    refused = client.post(reverse("admin:orders_coupon_add"), facts | pounds).text
    assert refused.count("4000 for 40.00") == 2
    client.post(reverse("admin:orders_coupon_add"), facts)
    code = PublicCode.objects.get()
    assert (code.percent_bps, code.valid_until) == (2000, None)
    coupon = Coupon.objects.get()
    change = reverse("admin:orders_coupon_change", args=[coupon.pk])
    end = {"valid_until_0": "2030-02-01", "valid_until_1": "00:00:00"}
    client.post(change, end | {"is_public": ""})
    code.refresh_from_db()
    assert code.valid_until == dt.datetime(2030, 2, 1, tzinfo=dt.UTC)
    coupon.refresh_from_db()
    assert coupon.is_public


def test_a_traders_vat_number_is_read_checked_and_audited(
    client: Client, staff: User
) -> None:
    brand = make_brand()
    set_vat_number(brand, "gb 123 4567-89", by=staff, reason="Registered")
    set_vat_number(brand, "GB123456789", by=staff, reason="Again")
    assert brand.vat_number == "GB123456789"
    for wrong in ("123", "GB", "G8123456", "DE" + "1" * 14):
        with pytest.raises(VatNumberUnsound):
            set_vat_number(brand, wrong, by=staff, reason="No")
    client.force_login(staff)
    facts = {"action": "vat_number", "_selected_action": brand.pk, "decided": "1"}
    address = reverse("admin:catalog_brand_changelist")
    client.post(address, facts | {"vat_number": "", "reason": "Left the register"})
    brand.refresh_from_db()
    assert brand.vat_number == ""
    assert Audit.objects.filter(action="catalog.vat_number_set").count() == 2
