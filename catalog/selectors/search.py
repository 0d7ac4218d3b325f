"""Search: words without accents, the last one by its beginning, and near misses."""

import re

from django.contrib.postgres.search import (
    SearchQuery,
    SearchRank,
    TrigramWordSimilarity,
)
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from catalog.selectors.cards import ProductCard, describe_card, priced_products
from shopfront.models import Market

MOST_FOUND = 40
LONGEST_QUERY = 80
NEAR = 0.45
WORD = re.compile(r"\w+")


def search_products(
    text: str, market: Market, *, limit: int = MOST_FOUND
) -> list[ProductCard]:
    """Return cards that fit a shopper's words, best first.

    A word spelt a little wrong still finds a title by trigrams.
    """
    words = WORD.findall(text[:LONGEST_QUERY])
    if not words:
        return []
    query = SearchQuery(
        " & ".join([*words[:-1], f"{words[-1]}:*"]),
        config="catalog_plain",
        search_type="raw",
    )
    nearness = TrigramWordSimilarity(" ".join(words), "title")
    rows = (
        priced_products(market)
        .annotate(
            rank=Coalesce(SearchRank(F("search"), query), 0.0),
            nearness=nearness,
        )
        .filter(Q(search=query) | Q(nearness__gt=NEAR))
        .annotate(fit=Greatest(F("rank") * 4, F("nearness")))
        .order_by("-fit", "id")[:limit]
    )
    return [describe_card(product, market) for product in rows]
