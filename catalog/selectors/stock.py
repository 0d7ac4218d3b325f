"""What is left, and whether the books of stock agree."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import F

from catalog.models import Stock

FAULTS = """
SELECT variant.sku, stock.on_hand, stock.allocated,
    COALESCE(moved.quantity, 0) AS moved, COALESCE(promised.quantity, 0) AS promised
FROM catalog_variant AS variant
LEFT JOIN catalog_stock AS stock ON stock.variant_id = variant.id
LEFT JOIN (
    SELECT variant_id, SUM(quantity) AS quantity
    FROM catalog_stockmovement GROUP BY variant_id
) AS moved ON moved.variant_id = variant.id
LEFT JOIN (
    SELECT variant_id, SUM(quantity - gone_count) AS quantity
    FROM catalog_reservation
    WHERE state IN ('held', 'committed') GROUP BY variant_id
) AS promised ON promised.variant_id = variant.id
WHERE COALESCE(stock.on_hand, 0) <> COALESCE(moved.quantity, 0)
    OR COALESCE(stock.allocated, 0) <> COALESCE(promised.quantity, 0)
    OR COALESCE(stock.allocated, 0) > COALESCE(stock.on_hand, 0)
ORDER BY variant.sku
"""


def stock_levels(variant_ids: Iterable[int]) -> dict[int, tuple[str, int, int]]:
    """Return public id, pieces left and version per variant, in one query."""
    rows = Stock.objects.filter(variant__in=list(variant_ids)).values_list(
        "variant_id",
        "variant__public_id",
        F("on_hand") - F("allocated"),
        "version",
    )
    return {key: (public_id, left, version) for key, public_id, left, version in rows}


def find_stock_faults() -> list[str]:
    """Compare the counters with movements and promises by independent SQL.

    Returns a sentence per variant whose books disagree, none when all is well.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAULTS)
        rows = cursor.fetchall()
    return [
        f"stock of {sku}: on hand {on_hand}, moved {moved}; "
        f"allocated {allocated}, promised {promised}"
        for sku, on_hand, allocated, moved, promised in rows
    ]
