"""Which periods a market has reports of, and which still run (S5)."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from livestreams.access.transparency import Period, select_markets
from shopfront.common import clock
from shopfront.models import Market


@dataclass(frozen=True, slots=True)
class MarketPeriods:
    """A market with the periods of it that have ended, the newest first."""

    market: Market
    periods: tuple[Period, ...]


def list_markets() -> list[MarketPeriods]:
    """List each market that ever had a show with its ended periods; one query."""
    listed = [
        MarketPeriods(market, tuple(one for one in _list_all(market) if one.is_over))
        for market in select_markets()
    ]
    return [one for one in listed if one.periods]


def list_running() -> list[Period]:
    """List the periods that have not ended yet, of all markets; one query."""
    return [
        period
        for market in select_markets()
        for period in _list_all(market)
        if not period.is_over
    ]


def _list_all(market: Market) -> list[Period]:
    """List periods from the one of the first show to those of today, newest first."""
    zone, first_at = ZoneInfo(market.time_zone), market.first_at  # type: ignore[attr-defined]
    now = clock.now()
    years = range(now.astimezone(zone).year, first_at.astimezone(zone).year - 1, -1)
    every = [Period(market, year, half) for year in years for half in (2, 1)]
    return [one for one in every if one.begins_at <= now and one.ends_at > first_at]
