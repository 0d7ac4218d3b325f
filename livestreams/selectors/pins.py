"""Pins and stock as the room's cards show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from catalog.models import (
    Bundle,
    PriceVersion,
    Product,
    ProductPicture,
    Variant,
    WaitingPlace,
)
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import StockChanged
from livestreams.protocol.pinning import (
    PinnedBundle,
    PinnedProduct,
    PinnedVariant,
    PinPlaced,
    PinRemoved,
)
from shopfront.common.money import Money

LIMITED = 25
"""From this many pieces down a card says how many are left."""
PICTURE_WIDTH = 320
ON_SHELF = "product__variants__bundle_parts__bundle"
SHELF_PARTS = f"{ON_SHELF}__parts__variant"


def list_open_pins(livestream: Livestream) -> "QuerySet[Pin]":
    """Return the pins on screen, oldest first, ready for `describe_pin`."""
    return select_pins().filter(livestream=livestream, removed_at=None)


def list_products_on_screen(livestream: Livestream) -> list[int]:
    """Return the keys of products on screen, also as parts of bundles; one query."""
    pins = Pin.objects.filter(livestream=livestream, removed_at=None)
    rows = pins.values_list("product", "bundle__parts__variant__product")
    pairs = rows.order_by("placed_at", "id", "bundle__parts__position")
    # Of a product by itself the second key is empty.
    return [key for key in dict.fromkeys(key for pair in pairs for key in pair) if key]


def select_pins() -> "QuerySet[Pin]":
    """Return pins with all that their cards need, in a constant number of queries."""
    prices = PriceVersion.objects.in_force()
    variants = Variant.objects.filter(is_active=True).prefetch_related(
        Prefetch("price_versions", queryset=prices, to_attr="current_prices")
    )
    return (
        Pin.objects.select_related("livestream", "product__brand", "bundle")
        .prefetch_related(
            Prefetch("product__variants", queryset=variants, to_attr="pinned_variants"),
            Prefetch(
                "product__pictures",
                queryset=ProductPicture.objects.order_by("position", "id"),
                to_attr="pinned_pictures",
            ),
        )
        .order_by("placed_at", "id")
    )


def describe_pin(pin: Pin) -> Envelope:
    """Return the event that places a pin; its version grows with its prices."""
    moments = [pin.placed_at]
    variants = []
    for variant in pin.product.pinned_variants:  # type: ignore[attr-defined]
        price = _find_price(variant, pin.livestream.market_id)
        if price is not None:
            variants.append(_describe_variant(variant, price))
            moments.append(price.valid_from)
    version = int(max(moments).timestamp() * 1000)
    return seal(
        PinPlaced(
            version=version,
            id=pin.public_id,
            product=_describe_product(pin.product),
            variants=tuple(variants),
            media_time=pin.media_time,
            source=mint_source_ref(
                Surface.PIN,
                livestream=pin.livestream.public_id,
                product=pin.product.public_id,
                pin=pin.public_id,
                at=pin.placed_at,
            ),
            bundle=_describe_bundle(pin.bundle) if pin.bundle else None,
        )
    )


def describe_removed(pin: Pin) -> Envelope:
    """Return the event that takes a pin away."""
    assert pin.removed_at is not None
    version = int(pin.removed_at.timestamp() * 1000)
    return seal(PinRemoved(version=version, id=pin.public_id))


def has_price(product: Product, livestream: Livestream) -> bool:
    """Whether any variant of a product can be bought in the show's market."""
    return Variant.objects.filter(
        product=product,
        is_active=True,
        price_versions__market=livestream.market_id,
        price_versions__valid_until=None,
    ).exists()


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many of a variant can be bought now."""

    variant: str
    product: str
    available: int
    version: int
    waiting: int = 0


def list_stock(livestreams: Iterable[str]) -> dict[str, list[StockLevel]]:
    """Return the stock of what these shows pin or shelve, in one query.

    That of the other parts of bundles with a part among them, too.
    """
    wanted = list(livestreams)
    shown = {"livestream__public_id__in": wanted}
    shelved = LivestreamProduct.objects.order_by().filter(**shown)
    pinned = Pin.objects.order_by().filter(**shown, removed_at=None)
    rows = _list_levels(shelved, "product__variants").union(
        _list_levels(pinned, "product__variants"),
        _list_levels(shelved.filter(**{f"{ON_SHELF}__is_active": True}), SHELF_PARTS),
        _list_levels(pinned, "bundle__parts__variant"),
    )
    levels: dict[str, list[StockLevel]] = {key: [] for key in wanted}
    for livestream, variant, product, available, version, waiting in rows:
        if available is not None:
            level = StockLevel(variant, product, available, version, waiting)
            levels[livestream].append(level)
    return levels


def _list_levels(rows: QuerySet[Any], variant: str) -> QuerySet[Any, Any]:
    """Read what is left of the variants that some rows lead to."""
    return rows.values_list(
        "livestream__public_id",
        f"{variant}__public_id",
        f"{variant}__product__public_id",
        F(f"{variant}__stock__on_hand") - F(f"{variant}__stock__allocated"),
        f"{variant}__stock__version",
        _count_waiting(variant),
    )


def describe_stock(level: StockLevel) -> Envelope:
    """Return the event that tells how many are left."""
    return seal(
        StockChanged(
            version=level.version,
            variant=level.variant,
            product=level.product,
            available=level.available,
            left=level.available if level.available <= LIMITED else None,
            waiting=level.waiting,
        )
    )


def _count_waiting(variant: str) -> Coalesce:
    """Count the places in the waiting list of a shown variant."""
    rows = WaitingPlace.objects.filter(
        variant=OuterRef(variant), state=WaitingPlace.State.WAITING
    )
    counted = rows.order_by().values("variant").annotate(count=Count("id"))
    return Coalesce(Subquery(counted.values("count"), IntegerField()), 0)


def _find_price(variant: Variant, market_id: int) -> PriceVersion | None:
    prices: list[PriceVersion] = variant.current_prices  # type: ignore[attr-defined]
    return next((price for price in prices if price.market_id == market_id), None)


def _describe_variant(variant: Variant, price: PriceVersion) -> PinnedVariant:
    return PinnedVariant(
        id=variant.public_id,
        name=variant.title,
        price_minor=price.amount_minor,
        currency=price.currency,
        price=Money(price.amount_minor, price.currency).format(),
    )


def _describe_product(product: Product) -> PinnedProduct:
    pictures: list[ProductPicture] = product.pinned_pictures  # type: ignore[attr-defined]
    picture = pictures[0] if pictures else None
    return PinnedProduct(
        id=product.public_id,
        slug=product.slug,
        name=product.title,
        brand=product.brand.name,
        image=_find_picture_url(picture) if picture else "",
        image_alt=picture.alt if picture else "",
        names=product.list_words("title"),
    )


def _describe_bundle(bundle: Bundle) -> PinnedBundle:
    return PinnedBundle(
        id=bundle.public_id, name=bundle.title, names=bundle.list_words("title")
    )


def _find_picture_url(picture: ProductPicture) -> str:
    """Return the smallest WebP that is sharp on a card, else the original."""
    sizes = sorted(picture.renditions.get("webp", []))
    for width, name in sizes:
        if width >= PICTURE_WIDTH:
            return default_storage.url(name)
    return default_storage.url(sizes[-1][1]) if sizes else str(picture.original.url)
