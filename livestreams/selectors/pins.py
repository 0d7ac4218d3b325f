"""Pins and stock as the room's cards show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import (
    Prefetch,
    QuerySet,
)

from catalog.models import (
    Bundle,
    PriceVersion,
    Product,
    ProductPicture,
    Variant,
    WaitingPlace,
)
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream, Pin
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import StockChanged
from livestreams.protocol.pinning import (
    PinnedBundle,
    PinnedProduct,
    PinnedVariant,
    PinPlaced,
    PinRemoved,
)
from livestreams.selectors.compared import compare_price
from shopfront.common.money import Money
from shopfront.models import Market

LIMITED = 25
"""From this many pieces down a card says how many are left."""
PICTURE_WIDTH = 320
# Each process asks for its rooms five times a second, and the ORM takes longer to
# write it than the database to answer.
STOCK = """
SELECT show.public_id, variant.public_id, product.public_id,
  stock.on_hand - stock.allocated, stock.version,
  (SELECT count(*) FROM catalog_waitingplace AS place
   WHERE place.variant_id = variant.id AND place.state = %s)
FROM livestreams_livestream AS show
JOIN LATERAL (
  WITH shelved AS (
    SELECT variant.id FROM livestreams_livestreamproduct AS place
    JOIN catalog_variant AS variant ON variant.product_id = place.product_id
    WHERE place.livestream_id = show.id
  ),
  pin AS (
    SELECT product_id, bundle_id FROM livestreams_pin
    WHERE livestream_id = show.id AND removed_at IS NULL
  )
  SELECT id FROM shelved
  UNION
  SELECT variant.id FROM pin
  JOIN catalog_variant AS variant ON variant.product_id = pin.product_id
  UNION
  SELECT other.variant_id FROM shelved
  JOIN catalog_bundlepart AS part ON part.variant_id = shelved.id
  JOIN catalog_bundle AS bundle ON bundle.id = part.bundle_id AND bundle.is_active
  JOIN catalog_bundlepart AS other ON other.bundle_id = bundle.id
  UNION
  SELECT part.variant_id FROM pin
  JOIN catalog_bundlepart AS part ON part.bundle_id = pin.bundle_id
) AS shown ON true
JOIN catalog_variant AS variant ON variant.id = shown.id
JOIN catalog_product AS product ON product.id = variant.product_id
JOIN catalog_stock AS stock ON stock.variant_id = variant.id
WHERE show.public_id = ANY(%s)
"""


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
        Pin.objects.select_related("livestream__market", "product__brand", "bundle")
        .prefetch_related(
            Prefetch("product__variants", queryset=variants, to_attr="pinned_variants"),
            Prefetch(
                "product__pictures",
                queryset=ProductPicture.objects.shown(),
                to_attr="pinned_pictures",
            ),
        )
        .order_by("placed_at", "id")
    )


def describe_pin(pin: Pin) -> Envelope:
    """Return the event that places a pin; its version grows with its prices."""
    moments = [pin.placed_at]
    variants = []
    market = pin.livestream.market
    for variant in pin.product.pinned_variants:  # type: ignore[attr-defined]
        price = _find_price(variant, market.pk)
        if price is not None:
            variants.append(_describe_variant(variant, price, market))
            moments.append(price.valid_from)
    if pin.denied_at is not None:
        moments.append(pin.denied_at)
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
            lowest_minor=pin.lowest_minor,
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
    levels: dict[str, list[StockLevel]] = {key: [] for key in livestreams}
    with connection.cursor() as cursor:
        cursor.execute(STOCK, [WaitingPlace.State.WAITING, list(levels)])
        for livestream, *facts in cursor.fetchall():
            levels[livestream].append(StockLevel(*facts))
    return levels


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


def _find_price(variant: Variant, market_id: int) -> PriceVersion | None:
    prices: list[PriceVersion] = variant.current_prices  # type: ignore[attr-defined]
    return next((price for price in prices if price.market_id == market_id), None)


def _describe_variant(
    variant: Variant, price: PriceVersion, market: Market
) -> PinnedVariant:
    return PinnedVariant(
        id=variant.public_id,
        name=variant.title,
        price_minor=price.amount_minor,
        currency=price.currency,
        price=Money(price.amount_minor, price.currency).format(),
        unit=compare_price(price, market),
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
