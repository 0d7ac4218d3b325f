"""Rules of a market: which one a request is in, its tax, its words, who runs it."""

from shopfront.markets.choice import (
    MARKET_COOKIE,
    Place,
    find_market,
    get_current_market,
    list_places,
    list_selling_markets,
)
from shopfront.markets.operators import count_unnamed, find_operator
from shopfront.markets.rules import RulesMissing, find_rules, rules_for
from shopfront.markets.tax import TaxRateMissing, get_tax_bps, get_tax_rates

__all__ = [
    "MARKET_COOKIE",
    "Place",
    "RulesMissing",
    "TaxRateMissing",
    "count_unnamed",
    "find_market",
    "find_operator",
    "find_rules",
    "get_current_market",
    "get_tax_bps",
    "get_tax_rates",
    "list_places",
    "list_selling_markets",
    "rules_for",
]
