"""On which days a market pays out, and when what settles is expected."""

import datetime as dt
from zoneinfo import ZoneInfo

from creators.models import PayoutRule
from creators.selectors.bank_days import find_bank_day
from shopfront.models import Market

LONGEST = 31
DAY = dt.timedelta(days=1)


def find_rule(market: Market, day: dt.date) -> PayoutRule | None:
    """Return the rule by which a market pays on a day."""
    rules = PayoutRule.objects.select_related("market").filter(market=market)
    return rules.filter(valid_from__lte=day).order_by("-valid_from").first()


def is_due_on(rule: PayoutRule, day: dt.date) -> bool:
    """Whether a rule has a run on a day."""
    if rule.rhythm == PayoutRule.Rhythm.WEEKLY:
        return day.isoweekday() == rule.day
    return day.day == rule.day


def find_next_run(rule: PayoutRule, day: dt.date) -> dt.date:
    """Return the day of the first run on or after a day."""
    days = (day + dt.timedelta(days=step) for step in range(LONGEST))
    return next(one for one in days if is_due_on(rule, one))


def find_last_run(rule: PayoutRule, day: dt.date) -> dt.date:
    """Return the day of the last run on or before a day."""
    days = (day - dt.timedelta(days=step) for step in range(LONGEST))
    return next(one for one in days if is_due_on(rule, one))


def expect_payment(rule: PayoutRule, moment: dt.datetime) -> dt.date:
    """Return when the bank pays what settles at a moment: a bank day; no query.

    A run claims soon after midnight; what settles later on its day waits for the next.
    """
    day = moment.astimezone(ZoneInfo(rule.market.time_zone)).date()
    return find_bank_day(rule.market, find_next_run(rule, day + DAY))
