"""Brands as the public sees them."""

from collections.abc import Iterable

from catalog.models import Brand, Product, Variant


def find_public_brand(slug: str) -> Brand | None:
    """Return an active brand by slug, or None."""
    return Brand.objects.filter(slug=slug, is_active=True).first()


def search_brands(query: str, *, limit: int = 8) -> list[Brand]:
    """Return active brands whose name is near the words; one query."""
    near = Brand.objects.filter(name__trigram_word_similar=query, is_active=True)
    return list(near.order_by("name")[:limit])


def find_products_by_sku(skus: Iterable[str]) -> dict[str, Product]:
    """Return the products that the SKUs are of, by SKU; one query."""
    rows = Variant.objects.select_related("product").filter(sku__in=list(skus))
    return {row.sku: row.product for row in rows}
