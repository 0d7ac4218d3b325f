"""Days on which a market's banks work."""

import datetime as dt
from functools import lru_cache

from shopfront.models import Market


def find_bank_day(market: Market, day: dt.date) -> dt.date:
    """Return the day, or the next on which the market's banks work."""
    while day.isoweekday() > 5 or day in _list_closed(market.code, day.year):
        day += dt.timedelta(days=1)
    return day


@lru_cache(maxsize=256)
def _list_closed(country: str, year: int) -> frozenset[dt.date]:
    from holidays import country_holidays  # most processes never ask

    return frozenset(country_holidays(country, years=year))


def add_bank_days(market: Market, day: dt.date, count: int) -> dt.date:
    """Return the bank day that comes so many bank days after a day."""
    for _ in range(count):
        day = find_bank_day(market, day + dt.timedelta(days=1))
    return day
