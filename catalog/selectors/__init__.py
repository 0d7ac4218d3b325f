"""Reads of the catalog that assemble several models."""

from catalog.selectors.prices import find_prior_price, get_price
from catalog.selectors.stock import find_stock_faults, stock_levels

__all__ = ["find_prior_price", "find_stock_faults", "get_price", "stock_levels"]
