"""Reads of the catalog that assemble several models."""

from catalog.selectors.brands import find_public_brand, search_brands
from catalog.selectors.cards import (
    PictureView,
    ProductCard,
    ProductView,
    VariantView,
    cards_for,
    describe_picture,
    get_product_view,
    list_product_cards,
)
from catalog.selectors.categories import list_categories
from catalog.selectors.newest import list_newest_cards
from catalog.selectors.prices import find_prior_price, get_price
from catalog.selectors.search import search_bundles, search_products
from catalog.selectors.stock import find_stock_faults, stock_levels

__all__ = [
    "PictureView",
    "ProductCard",
    "ProductView",
    "VariantView",
    "cards_for",
    "describe_picture",
    "find_prior_price",
    "find_public_brand",
    "find_stock_faults",
    "get_price",
    "get_product_view",
    "list_categories",
    "list_newest_cards",
    "list_product_cards",
    "search_brands",
    "search_bundles",
    "search_products",
    "stock_levels",
]
