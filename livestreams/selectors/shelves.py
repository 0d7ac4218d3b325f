"""The shelf of a show: its products as cards, each with its signed source."""

from dataclasses import dataclass

from catalog.selectors import ProductCard, cards_for
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import LivestreamProduct
from shopfront.models import Market


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A product on a shelf, and the proof that it was tapped there (N2)."""

    card: ProductCard
    source_ref: str


def list_shelf(
    livestream_id: str, market: Market, *, surface: Surface = Surface.SHELF
) -> list[ShelfItem]:
    """Return what a show sells in a market, in the host's order.

    A constant number of queries; a product without a price here is left out.
    """
    rows = LivestreamProduct.objects.filter(livestream__public_id=livestream_id)
    products = list(rows.values_list("product", flat=True))
    return [
        ShelfItem(
            card=card,
            source_ref=mint_source_ref(
                surface, livestream=livestream_id, product=card.public_id
            ),
        )
        for card in cards_for(products, market)
    ]
