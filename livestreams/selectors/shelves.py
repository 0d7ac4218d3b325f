"""The shelf of a show: its products as cards, and which were shown so far, when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Coalesce
from django.urls import reverse

from catalog.models import Product
from catalog.selectors import ProductCard, cards_for
from catalog.selectors.bundles import BundleView, list_bundles
from catalog.selectors.instead import list_instead
from catalog.selectors.vetoes import list_refused, select_refused
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream, LivestreamProduct, Pin
from shopfront.models import Market


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A product on a shelf, and the proof that it was tapped there (N2)."""

    card: ProductCard
    source_ref: str


@dataclass(frozen=True, slots=True)
class ShelfBundle:
    """A bundle with a part on a shelf, and the proof that it was tapped there (N2)."""

    view: BundleView
    source_ref: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A product or bundle that the host has shown, and when last (F8)."""

    key: str
    """Public id of what was shown."""
    title: str
    url: str
    sheet_url: str
    source_ref: str
    at: dt.datetime


def list_shelf(
    livestream_id: str, market: Market, *, surface: Surface = Surface.SHELF
) -> list[ShelfItem]:
    """Return what a show sells in a market, in the host's order.

    A constant number of queries; a product without a price here is left out, and what
    the host refused to show.
    """
    refused = select_refused(livestream_id).values("product")
    shelf = LivestreamProduct.objects.filter(livestream__public_id=livestream_id)
    rows = shelf.exclude(product__in=refused)
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


def list_shelf_instead(
    livestream_id: str, market: Market, product: Product
) -> list[ShelfItem]:
    """Return two products of a shelf that can be had instead; three queries."""
    refused = select_refused(livestream_id).values("product")
    shelf = LivestreamProduct.objects.filter(livestream__public_id=livestream_id)
    rows = shelf.exclude(product__in=refused)
    names = list(rows.values_list("product__public_id", flat=True))
    return [
        ShelfItem(
            card=card,
            source_ref=mint_source_ref(
                Surface.SHELF, livestream=livestream_id, product=card.public_id
            ),
        )
        for card in list_instead(product, market, among=names)
    ]


def list_shelf_bundles(
    livestream_id: str,
    market: Market,
    shelf: Sequence[ShelfItem],
    *,
    surface: Surface = Surface.SHELF,
) -> list[ShelfBundle]:
    """Return the bundles that a product on a shelf is part of; constant queries.

    A bundle with a part that the host refused to show is left out.
    """
    names = [item.card.public_id for item in shelf]
    views = list_bundles(market, products=names) if names else []
    refused = set(list_refused(livestream_id)) if views else set()
    return [
        ShelfBundle(
            view=view,
            source_ref=mint_source_ref(
                surface,
                livestream=livestream_id,
                product=next(
                    one.product.public_id
                    for one in view.parts
                    if one.product.public_id in names
                ),
            ),
        )
        for view in views
        if refused.isdisjoint(one.product.public_id for one in view.parts)
    ]


def list_shown(
    livestream: Livestream,
    shelf: Sequence[ShelfItem],
    bundles: Sequence[ShelfBundle] = (),
) -> list[ShownItem]:
    """Return what was shown so far, the latest first; one query.

    What was shown again stands at its last time.
    """
    if not livestream.is_on_air:
        return []
    pins = Pin.objects.filter(livestream=livestream).order_by("placed_at", "id")
    names = Coalesce("bundle__public_id", "product__public_id")
    last = dict(pins.values_list(names, "placed_at"))
    shown = [
        *(_show_product(item, last) for item in shelf),
        *(_show_bundle(item, last) for item in bundles),
    ]
    found = [one for one in shown if one is not None]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _show_product(item: ShelfItem, last: Mapping[str, dt.datetime]) -> ShownItem | None:
    card = item.card
    if card.public_id not in last:
        return None
    return ShownItem(
        key=card.public_id,
        title=card.title,
        url=card.url,
        sheet_url=reverse("catalog:product-sheet", args=[card.slug]),
        source_ref=item.source_ref,
        at=last[card.public_id],
    )


def _show_bundle(
    item: ShelfBundle, last: Mapping[str, dt.datetime]
) -> ShownItem | None:
    bundle = item.view.bundle
    if bundle.public_id not in last:
        return None
    return ShownItem(
        key=bundle.public_id,
        title=bundle.shown_title,
        url=bundle.get_absolute_url(),
        sheet_url=reverse("catalog:bundle-sheet", args=[bundle.public_id]),
        source_ref=item.source_ref,
        at=last[bundle.public_id],
    )
