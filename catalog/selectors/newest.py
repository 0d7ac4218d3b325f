"""The newest products, for pages that show a few of them."""

from catalog.selectors.cards import ProductCard, describe_card, priced_products
from shopfront.models import Market


def list_newest_cards(market: Market, *, limit: int = 12) -> list[ProductCard]:
    """Return the cards of a market's newest products; two queries, none counts."""
    rows = priced_products(market).order_by("-created_at", "-id")[:limit]
    return [describe_card(product, market) for product in rows]
