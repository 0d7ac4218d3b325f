"""Rules of work: dated, found by the market's own day, never edited."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction

from shopfront.markets import RulesMissing, find_rules, rules_for
from shopfront.models import MarketRule
from shopfront.services.market_rules import adopt_standard_rules
from tests.factories import make_market

pytestmark = pytest.mark.django_db


def test_the_rule_of_the_market_s_own_day_holds() -> None:
    market = make_market("DE", time_zone="Europe/Berlin")
    late = dt.datetime(2025, 12, 31, 22, 59, tzinfo=dt.UTC)
    before, after = (rules_for(market, at) for at in (late, late.replace(hour=23)))

    assert (before.pay_floor_minor, before.version) == (1282, "work-DE-20250101")
    assert (after.pay_floor_minor, after.version) == (1390, "work-DE-20260101")
    assert after.long_break_minutes == 45
    assert rules_for(make_market(), late).pay_floor_minor == 1221


def test_a_market_without_rules_says_so() -> None:
    france = make_market("FR")

    assert adopt_standard_rules(france) == 0
    assert find_rules(france, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) is None
    with pytest.raises(RulesMissing):
        rules_for(france, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(RulesMissing):
        rules_for(make_market(), dt.datetime(2025, 3, 31, tzinfo=dt.UTC))


def test_standard_rules_come_once() -> None:
    market = make_market()
    count = MarketRule.objects.filter(market=market).count()

    assert count == 2
    assert adopt_standard_rules(market) == 0
    assert MarketRule.objects.filter(market=market).count() == count


def test_a_rule_is_never_edited_nor_backdated() -> None:
    market = make_market()
    rule = MarketRule.objects.filter(market=market).first()
    assert rule is not None
    rule.pay_floor_minor = 1
    with pytest.raises(ProgrammingError), transaction.atomic():
        rule.save()
    today = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    rule.pk, rule.valid_from = None, today.date()
    with time_machine.travel(today, tick=False):
        with pytest.raises(ValidationError):
            rule.clean()
        rule.valid_from += dt.timedelta(days=1)
        rule.clean()
