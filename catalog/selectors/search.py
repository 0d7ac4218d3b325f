"""Search: words without accents, the last one by its beginning, and near misses."""

import re
from collections.abc import Sequence

from django.contrib.postgres.search import (
    SearchQuery,
    SearchRank,
    TrigramWordSimilarity,
)
from django.db.models import Expression, F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import get_language

from catalog.models import Bundle, BundlePart
from catalog.models.texts import list_other_languages
from catalog.selectors.bundles import BundleView, describe_bundles
from catalog.selectors.cards import ProductCard, describe_card, priced_products
from shopfront.models import Market

MOST_FOUND = 40
MOST_BUNDLES = 6
LONGEST_QUERY = 80
NEAR = 0.45
WORD = re.compile(r"\w+")


def search_products(
    text: str, market: Market, *, limit: int = MOST_FOUND
) -> list[ProductCard]:
    """Return cards that fit a shopper's words of any language, best first.

    A word spelt a little wrong still finds a title by trigrams, as it was written
    first or as it is in the reader's language.
    """
    words = WORD.findall(text[:LONGEST_QUERY])
    if not words:
        return []
    query = _ask(words)
    rows = (
        priced_products(market)
        .annotate(
            rank=Coalesce(SearchRank(F("search"), query), 0.0),
            nearness=_measure_nearness(" ".join(words)),
        )
        .filter(Q(search=query) | Q(nearness__gt=NEAR))
        .annotate(fit=Greatest(F("rank") * 4, F("nearness")))
        .order_by("-fit", "id")[:limit]
    )
    return [describe_card(product, market) for product in rows]


def search_bundles(
    text: str, market: Market, *, limit: int = MOST_BUNDLES
) -> list[BundleView]:
    """Return bundles whose title is near a shopper's words, or a part fits them."""
    words = WORD.findall(text[:LONGEST_QUERY])
    if not words:
        return []
    fits = BundlePart.objects.filter(variant__product__search=_ask(words))
    rows = (
        Bundle.objects.annotate(nearness=_measure_nearness(" ".join(words)))
        .filter(Q(nearness__gt=NEAR) | Q(pk__in=fits.values("bundle")), is_active=True)
        .order_by("-nearness", "id")
    )
    return describe_bundles(rows, market, most=limit)


def _ask(words: Sequence[str]) -> SearchQuery:
    """Ask for all of some words, the last one by its beginning."""
    return SearchQuery(
        " & ".join([*words[:-1], f"{words[-1]}:*"]),
        config="catalog_plain",
        search_type="raw",
    )


def _measure_nearness(text: str) -> Expression:
    """Return how near words come to the titles that a reader sees."""
    near = TrigramWordSimilarity(text, "title")
    language = get_language()
    if language not in list_other_languages():
        return near
    return Greatest(near, TrigramWordSimilarity(text, KT(f"texts__{language}__title")))
