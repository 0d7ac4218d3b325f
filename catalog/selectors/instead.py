"""What to offer instead of a product that is sold out (B7)."""

from collections.abc import Collection

from django.db.models import Case, IntegerField, Q, Value, When

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
    """List what can be had instead, of the same category first; two queries.

    Nobody's taste is looked at: what is newer comes first.

    Args:
        product: what is sold out.
        market: where.
        among: public ids of what may be offered, a show's shelf; all when None.
        most: how many.
    """
    rows = priced_products(market).exclude(pk=product.pk).filter(Q(left__gt=0))
    if among is not None:
        rows = rows.filter(public_id__in=among)
    is_other = Case(
        When(category=product.category_id, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    found = rows.order_by(is_other, "-created_at", "-id")[:most]
    return [describe_card(row, market) for row in found]
