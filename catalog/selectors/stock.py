"""What is left, and whether the books of stock agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import F, Sum, Window

from catalog.models import Reservation, Stock, StockMovement, Variant

HISTORY_SHOWN = 100
CLAIMS_SHOWN = 50

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
WHERE (%(variant)s::bigint IS NULL OR variant.id = %(variant)s) AND (
    COALESCE(stock.on_hand, 0) <> COALESCE(moved.quantity, 0)
    OR COALESCE(stock.allocated, 0) <> COALESCE(promised.quantity, 0)
    OR COALESCE(stock.allocated, 0) > COALESCE(stock.on_hand, 0)
)
ORDER BY variant.sku
"""


@dataclass(frozen=True, slots=True)
class StockStep:
    """A movement with what was on hand after it."""

    movement: StockMovement
    on_hand: int


@dataclass(frozen=True, slots=True)
class StockHistory:
    """All that happened to a variant's pieces, and who has a claim on them."""

    variant: Variant
    on_hand: int
    allocated: int
    page: "Page[Any]"
    steps: tuple[StockStep, ...]
    claims: tuple[Reservation, ...]
    faults: tuple[str, ...]

    @property
    def available(self) -> int:
        """Pieces that may still be promised."""
        return self.on_hand - self.allocated


def read_stock_history(variant: Variant, *, page: int | str = 1) -> StockHistory:
    """Return a variant's movements, newest first, with running sums; five queries.

    The sums are worked out from the movements alone, so that they can be compared
    with the counter; `faults` says where the books disagree.
    """
    summed = Window(Sum("quantity"), order_by=[F("at").asc(), F("id").asc()])
    rows = (
        StockMovement.objects.filter(variant=variant)
        .select_related("actor")
        .annotate(running=summed)
        .order_by("-at", "-id")
    )
    shown = Paginator(rows, HISTORY_SHOWN).get_page(page)
    claims = Reservation.objects.filter(
        variant=variant,
        state__in=[Reservation.State.HELD, Reservation.State.COMMITTED],
    )
    stock = Stock.objects.filter(variant=variant).first()
    return StockHistory(
        variant=variant,
        on_hand=stock.on_hand if stock else 0,
        allocated=stock.allocated if stock else 0,
        page=shown,
        steps=tuple(StockStep(row, vars(row)["running"]) for row in shown),
        claims=tuple(claims.order_by("-held_at", "-id")[:CLAIMS_SHOWN]),
        faults=tuple(find_stock_faults(variant)),
    )


def stock_levels(variant_ids: Iterable[int]) -> dict[int, tuple[str, int, int]]:
    """Return public id, pieces left and version per variant, in one query."""
    rows = Stock.objects.filter(variant__in=list(variant_ids)).values_list(
        "variant_id",
        "variant__public_id",
        F("on_hand") - F("allocated"),
        "version",
    )
    return {key: (public_id, left, version) for key, public_id, left, version in rows}


def find_stock_faults(variant: Variant | None = None) -> list[str]:
    """Compare the counters with movements and promises by independent SQL.

    Args:
        variant: whose books; those of all when left out.

    Returns a sentence per variant whose books disagree, none when all is well.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAULTS, {"variant": variant.pk if variant else None})
        rows = cursor.fetchall()
    return [
        f"stock of {sku}: on hand {on_hand}, moved {moved}; "
        f"allocated {allocated}, promised {promised}"
        for sku, on_hand, allocated, moved, promised in rows
    ]
