"""Tax rates of markets, from official data as dated rows (K4)."""

import datetime as dt

from eu_vat_rates_data import get_rate

from shopfront.markets import get_tax_rates
from shopfront.models import Market, TaxRate

Category = TaxRate.Category

BRITISH: dict[str, int] = {
    Category.STANDARD: 2000,
    Category.REDUCED: 500,
    Category.ZERO: 0,
}
SINCE = {
    "GB": dt.date(2011, 1, 4),
    "DE": dt.date(2021, 1, 1),
    "FR": dt.date(2014, 1, 1),
    "IT": dt.date(2013, 10, 1),
    "ES": dt.date(2012, 9, 1),
}
"""From when today's rates hold, as far as their countries' laws say."""
USUAL_REDUCED = {"DE": 7.0, "FR": 5.5, "IT": 10.0, "ES": 10.0}
"""Which of several reduced rates goods of daily need have; others are added by hand."""


def load_tax_rates(market: Market, *, on: dt.date) -> list[TaxRate]:
    """Add the official rates of a market that its rows do not have yet.

    A market without any row gets them from the day their law began; one that has
    others gets new rows from `on`. Rows are never changed: what was sold keeps its
    rate.

    Returns:
        The rows that were added; none for a market whose rates are not known.

    Safe to repeat: yes, rates that hold already are not added again.
    """
    known = get_tax_rates(market, on=on)
    since = on if known else SINCE.get(market.code, on)
    return [
        TaxRate.objects.create(
            market=market, category=category, basis_points=rate, valid_from=since
        )
        for category, rate in find_official_rates(market.code).items()
        if category not in known or known[category].basis_points != rate
    ]


def find_official_rates(country: str) -> dict[str, int]:
    """Return the rates of a country in basis points, by tax category, if known."""
    if country == "GB":
        return dict(BRITISH)
    rates = get_rate(country)
    if rates is None or country not in USUAL_REDUCED:
        return {}
    reduced = USUAL_REDUCED[country]
    found: dict[str, int] = {
        Category.STANDARD: _to_basis_points(rates["standard"]),
        Category.ZERO: 0,
    }
    if reduced in rates["reduced"]:
        found[Category.REDUCED] = _to_basis_points(reduced)
    return found


def _to_basis_points(percent: float) -> int:
    return round(percent * 100)
