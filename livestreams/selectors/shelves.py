"""The shelf of a show: its products with picture, price and what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Prefetch

from catalog.models import PriceVersion, Product, ProductPicture, Variant
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import LivestreamProduct
from shopfront.common.money import Money
from shopfront.models import Market

MIMES = {"avif": "image/avif", "webp": "image/webp"}
THUMB_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Source:
    """One format of a picture in all its widths."""

    mime: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as pages show it."""

    src: str
    thumb: str
    alt: str
    width: int
    height: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ShelfCard:
    """A product of a show at today's lowest price."""

    public_id: str
    slug: str
    title: str
    brand_name: str
    picture: Picture | None
    price: Money
    is_from_price: bool
    available: int
    source_ref: str
    """Signed: tapped on the shelf of this show (N2)."""

    @property
    def url(self) -> str:
        """The product's own page."""
        return f"/p/{self.slug}/"


def list_shelf(livestream_id: str, market: Market) -> list[ShelfCard]:
    """Return what a show sells in a market, in the host's order.

    A constant number of queries; a product without a price here is left out.
    """
    rows = (
        LivestreamProduct.objects.filter(
            livestream__public_id=livestream_id,
            product__state=Product.State.ACTIVE,
            product__brand__is_active=True,
        )
        .select_related("product__brand")
        .prefetch_related(*_parts(market))
    )
    cards = (_describe(row.product, livestream_id) for row in rows)
    return [card for card in cards if card is not None]


def describe_picture(picture: ProductPicture) -> Picture:
    """Return a picture with its renditions, or its original until they are made."""
    formats: dict[str, list[list[Any]]] = picture.renditions
    sources = tuple(
        Source(MIMES[name], _srcset(sizes))
        for name, sizes in sorted(formats.items())
        if name in MIMES and sizes
    )
    smallest = min(
        (size for size in formats.get("webp", []) if size[0] >= THUMB_WIDTH),
        default=None,
    )
    src = picture.original.url
    return Picture(
        src=src,
        thumb=default_storage.url(smallest[1]) if smallest else src,
        alt=picture.alt,
        width=picture.width,
        height=picture.height,
        sources=sources,
    )


def _parts(market: Market) -> Iterable["Prefetch[Any]"]:
    prices = PriceVersion.objects.filter(market=market, valid_until=None)
    variants = Variant.objects.filter(is_active=True).select_related("stock")
    variants = variants.prefetch_related(
        Prefetch("price_versions", queryset=prices, to_attr="here")
    )
    yield Prefetch("product__variants", queryset=variants, to_attr="shown_variants")
    yield Prefetch("product__pictures", to_attr="shown_pictures")


def _describe(product: Any, livestream_id: str) -> ShelfCard | None:
    variants = [variant for variant in product.shown_variants if variant.here]
    prices = [variant.here[0].price for variant in variants]
    if not prices:
        return None
    pictures: list[ProductPicture] = product.shown_pictures
    return ShelfCard(
        public_id=product.public_id,
        slug=product.slug,
        title=product.title,
        brand_name=product.brand.name,
        picture=describe_picture(pictures[0]) if pictures else None,
        price=min(prices),
        is_from_price=len(set(prices)) > 1,
        available=sum(
            variant.stock.available for variant in variants if hasattr(variant, "stock")
        ),
        source_ref=mint_source_ref(
            Surface.SHELF, livestream=livestream_id, product=product.public_id
        ),
    )


def _srcset(sizes: list[list[Any]]) -> str:
    return ", ".join(f"{default_storage.url(name)} {width}w" for width, name in sizes)
