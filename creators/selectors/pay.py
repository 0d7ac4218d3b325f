"""What a stretch of work pays and must pay at least, by the rules of its market.

Rule `work-<market>-<day>`: of a day's minutes those beyond the rule's limit are
overtime and count with the premium. What an hour pays is multiplied by the weighed
minutes and rounded up to a whole minor unit, the floor and the guarantee alike.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from creators.models import Creator, Guarantee, PayTerms
from shopfront.common.money import Money
from shopfront.markets import rules_for
from shopfront.models import MarketRule

WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """What some minutes of work pay whatever sells, beside the least that is lawful."""

    minutes: int
    overtime_minutes: int
    agreed: Money
    guaranteed: Money
    floor: Money
    floor_per_hour: Money
    rule_version: str

    @property
    def missing(self) -> Money:
        """What is short of the floor; nothing when it is kept."""
        short = self.floor.minor - self.guaranteed.minor
        return Money(max(0, short), self.floor.currency)

    @property
    def per_hour(self) -> Money:
        """What an hour pays at least, rounded down."""
        return spread(self.guaranteed, self.minutes)

    @property
    def hours_shown(self) -> str:
        """The time as hours and minutes, for example 2:30."""
        return f"{self.minutes // 60}:{self.minutes % 60:02}"


def measure_pay(
    terms: PayTerms, *, rules: MarketRule, currency: str, minutes: int | None = None
) -> Pay:
    """Return what agreed or actual minutes of one day pay by terms; no query.

    Args:
        terms: what is agreed.
        rules: the rules of the day.
        currency: of the guarantee.
        minutes: what was worked; the planned show and preparation when left out.
    """
    minutes = terms.work_minutes if minutes is None else minutes
    overtime = max(0, minutes - rules.overtime_after_minutes)
    weighed = minutes * WHOLE + overtime * rules.overtime_premium_bps
    if terms.guarantee_per == PayTerms.Per.HOUR:
        guaranteed = _pay(terms.guarantee_minor, weighed)
    else:
        guaranteed = terms.guarantee_minor
    return Pay(
        minutes=minutes,
        overtime_minutes=overtime,
        agreed=Money(terms.guarantee_minor, currency),
        guaranteed=Money(guaranteed, currency),
        floor=Money(_pay(rules.pay_floor_minor, weighed), currency),
        floor_per_hour=Money(rules.pay_floor_minor, currency),
        rule_version=rules.version,
    )


def preview_pay(terms: PayTerms, creator: Creator, at: dt.datetime) -> Pay:
    """Return what terms would pay a creator by the rules of a moment; one query.

    Raises:
        RulesMissing: the creator's market has no rules of work.
    """
    market = creator.market
    rules = rules_for(market, at)
    return measure_pay(terms, rules=rules, currency=market.currency)


def expect_pay(
    terms: PayTerms, pay: Pay, past_bases: Iterable[Money], *, least: int = 3
) -> Money | None:
    """Return what a show of these terms would pay in all, by shows of the past.

    Args:
        terms: what is offered.
        pay: what it guarantees.
        past_bases: the bases (net of returns) of the creator's past shows.
        least: with fewer shows it is too early to say, and None is returned.
    """
    currency = pay.guaranteed.currency
    bases = [base.minor for base in past_bases if base.currency == currency]
    if len(bases) < least:
        return None
    commission = sum(bases) * terms.commission_bps // (len(bases) * WHOLE)
    guaranteed = pay.guaranteed.minor
    if terms.pays == PayTerms.Pays.BOTH:
        return Money(guaranteed + commission, currency)
    return Money(max(guaranteed, commission), currency)


def spread(amount: Money, minutes: int) -> Money:
    """Return what an amount is per hour of so many minutes, rounded down."""
    return Money(amount.minor * 60 // max(1, minutes), amount.currency)


def find_hour(guarantee: Guarantee, rules: MarketRule) -> int:
    """Return what an hour of a show pays, minor units, at least the floor; no query."""
    terms = guarantee.agreement
    if terms.guarantee_per == PayTerms.Per.HOUR:
        return max(terms.guarantee_minor, rules.pay_floor_minor)
    per_hour = -(-guarantee.amount_minor * 60 // max(1, guarantee.work_minutes))
    return max(per_hour, rules.pay_floor_minor)


def count_weighed(guarantee: Guarantee, rules: MarketRule) -> int:
    """Return the minutes of overtime that an earned guarantee pays by itself; no query.

    Those that were planned, and where the minutes worked made the sum, those of the
    show itself.
    """
    minutes = guarantee.work_minutes
    is_hourly = guarantee.agreement.guarantee_per == PayTerms.Per.HOUR
    if is_hourly or guarantee.due_minor > guarantee.amount_minor:
        minutes = max(minutes, guarantee.worked_minutes)
    return max(0, minutes - rules.overtime_after_minutes)


def _pay(per_hour: int, weighed: int) -> int:
    return -(-per_hour * weighed // (60 * WHOLE))
