"""Days on which a market's banks work."""

import datetime as dt

from holidays import country_holidays

from shopfront.models import Market


def find_bank_day(market: Market, day: dt.date) -> dt.date:
    """Return the day, or the next on which the market's banks work."""
    closed = country_holidays(market.code, years=(day.year, day.year + 1))
    while day.isoweekday() > 5 or day in closed:
        day += dt.timedelta(days=1)
    return day


def add_bank_days(market: Market, day: dt.date, count: int) -> dt.date:
    """Return the bank day that comes so many bank days after a day."""
    for _ in range(count):
        day = find_bank_day(market, day + dt.timedelta(days=1))
    return day
