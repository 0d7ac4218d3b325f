"""What to offer instead of a product that is sold out (B7)."""

from collections.abc import Collection

from django.db.models import Q

from catalog.models import Product
from catalog.selectors.cards import ProductCard, describe_card, priced_products
from shopfront.models import Market

OFFERED = 2


def list_instead(
    product: Product,
    market: Market,
    *,
    among: Collection[str] | None = None,
    most: int = OFFERED,
) -> list[ProductCard]:
    """List what can be had instead, of the same category first; four queries at most.

    Nobody's taste is looked at: what is newer comes first. The two kinds are asked for
    one after the other, so that no more of a long catalogue is read than is shown.

    Args:
        product: what is sold out.
        market: where.
        among: public ids of what may be offered, a show's shelf; all when None.
        most: how many.
    """
    rows = priced_products(market).exclude(pk=product.pk).filter(Q(left__gt=0))
    if among is not None:
        rows = rows.filter(public_id__in=among)
    rows = rows.order_by("-created_at", "-id")
    found = list(rows.filter(category=product.category_id)[:most])
    if len(found) < most:
        found += rows.exclude(category=product.category_id)[: most - len(found)]
    return [describe_card(row, market) for row in found]
