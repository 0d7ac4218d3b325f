"""Bundles as shoppers see them: parts, price, what is left; constant queries."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from catalog.models import (
    Brand,
    Bundle,
    BundlePart,
    BundlePrice,
    Category,
    PriceVersion,
    Product,
    ProductPicture,
    PublicCode,
    Variant,
)
from catalog.selectors.cards import PictureView, describe_picture
from catalog.selectors.nets import find_bundle_unit_price
from catalog.selectors.prices import (
    LOOK_BACK,
    codes_of,
    find_lowest,
    list_public_codes,
)
from shopfront.common import clock
from shopfront.common.money import Money, split
from shopfront.common.units import UnitPrice
from shopfront.models import Market

MOST_SHOWN = 12
Pieces = Sequence[tuple[Variant, int]]


@dataclass(frozen=True, slots=True)
class PartView:
    """A part with its own price, and how many bundles its pieces would make."""

    part: BundlePart
    price: PriceVersion
    picture: PictureView | None
    enough_for: int

    @property
    def variant(self) -> Variant:
        """What it is."""
        return self.part.variant

    @property
    def product(self) -> Product:
        """The product that it is a variant of."""
        return self.part.variant.product

    @property
    def worth(self) -> Money:
        """What its pieces of one bundle cost by themselves."""
        return self.price.price * self.part.quantity


@dataclass(frozen=True, slots=True)
class BundleView:
    """A bundle with a price in a market, whether or not it can be had now."""

    bundle: Bundle
    price_row: BundlePrice
    parts: tuple[PartView, ...]
    lowest_apart: Money | None
    """Its parts one by one, each at its lowest price of the last 30 days; None
    where one is not known for so long, and then no saving is claimed (D3)."""
    unit_price: UnitPrice | None = None
    """Of a bundle of one product that is sold by measure."""

    @property
    def price(self) -> Money:
        """What one bundle costs."""
        return self.price_row.price

    @property
    def apart(self) -> Money:
        """What its parts cost one by one today."""
        return sum((one.worth for one in self.parts), Money.zero(self.price.currency))

    @property
    def rests(self) -> bool:
        """Whether it is not sold now: a part is in an offer, or it saves nothing."""
        is_offered = any(one.price.offer_id is not None for one in self.parts)
        return is_offered or self.price >= self.apart

    @property
    def available(self) -> int:
        """How many bundles the pieces that are left would make."""
        return min(one.enough_for for one in self.parts)

    @property
    def saving(self) -> Money | None:
        """What it saves, by the only basis on which that may be claimed."""
        if self.lowest_apart is None or self.lowest_apart <= self.price:
            return None
        return self.lowest_apart - self.price


@dataclass(frozen=True, slots=True)
class PartFigure:
    """What a part would bring within a bundle, before anybody makes one."""

    variant: Variant
    quantity: int
    apart: Money
    share: Money
    available: int

    @property
    def each(self) -> int:
        """Its share for one piece, minor units, rounded down."""
        return self.share.minor // self.quantity


def list_bundles(
    market: Market,
    *,
    products: Collection[str] | None = None,
    category: Category | None = None,
    brand: Brand | None = None,
    most: int = MOST_SHOWN,
) -> list[BundleView]:
    """List the bundles with a price in a market, those that can be had first.

    Args:
        market: where.
        products: public ids, of which at least one is a part; all bundles when None.
        category: the shelf that at least one part lies on; any unless told.
        brand: who sells them; anybody unless told.
        most: how many are read.
    """
    rows = Bundle.objects.filter(is_active=True)
    if products is not None:
        keys = BundlePart.objects.filter(variant__product__public_id__in=products)
        rows = rows.filter(pk__in=keys.values("bundle"))
    if category is not None:
        keys = BundlePart.objects.filter(variant__product__category=category)
        rows = rows.filter(pk__in=keys.values("bundle"))
    if brand is not None:
        rows = rows.filter(brand=brand)
    shown = describe_bundles(rows, market, most=most)
    return sorted(shown, key=lambda view: view.rests or not view.available)


def find_bundle_view(bundle: Bundle, market: Market) -> BundleView | None:
    """Return a bundle as it is sold in a market, if it has a price there."""
    rows = Bundle.objects.filter(pk=bundle.pk, is_active=True)
    return next(iter(describe_bundles(rows, market)), None)


def describe_bundles(
    rows: "QuerySet[Bundle]", market: Market, *, most: int = MOST_SHOWN
) -> list[BundleView]:
    """Describe those of some bundles that have a price and all their parts."""
    current = BundlePrice.objects.in_force().filter(market=market)
    bundles = list(
        rows.filter(brand__is_active=True, prices__in=current)
        .select_related("brand")
        .prefetch_related(
            Prefetch("prices", current, to_attr="current"),
            Prefetch("parts", _parts(), to_attr="all_parts"),
        )[:most]
    )
    parts = [part for bundle in bundles for part in vars(bundle)["all_parts"]]
    prices = _read_prices({part.variant_id for part in parts}, market)
    now = clock.now()
    codes = list_public_codes(market, now - LOOK_BACK, now) if parts else []
    views = (
        _describe(bundle, prices, codes_of(bundle.brand_id, codes), market)
        for bundle in bundles
    )
    return [view for view in views if view is not None]


def share_a_bundle(product: str, other: str) -> bool:
    """Tell whether two products, by their public ids, are parts of one bundle."""
    parts = BundlePart.objects.filter(variant__product__public_id=product)
    return parts.filter(bundle__parts__variant__product__public_id=other).exists()


def figure_bundle(
    pieces: Pieces, market: Market, amount_minor: int
) -> list[PartFigure]:
    """Work out what each part would bring; parts without a price are left out."""
    now = clock.now()
    rows = PriceVersion.objects.in_force(now).filter(
        variant__in=[variant for variant, _count in pieces], market=market
    )
    prices = {row.variant_id: row for row in rows.select_related("variant__stock")}
    priced = [pair for pair in pieces if pair[0].pk in prices]
    worths = [prices[one.pk].amount_minor * count for one, count in priced]
    shares = share_price(amount_minor, worths)
    return [
        PartFigure(
            variant=variant,
            quantity=count,
            apart=Money(worth, market.currency),
            share=Money(share, market.currency),
            available=_count_left(prices[variant.pk].variant),
        )
        for (variant, count), worth, share in zip(priced, worths, shares, strict=True)
    ]


def share_price(amount_minor: int, worths: Sequence[int]) -> list[int]:
    """Share a bundle's price among its parts by their own prices, to the penny.

    No part bears more than its own worth, so that a bundle never costs more than
    its parts one by one.
    """
    whole = sum(worths)
    if amount_minor >= whole:
        return list(worths)
    return split(amount_minor, worths)


def _parts() -> "QuerySet[BundlePart]":
    pictures = ProductPicture.objects.shown()
    return BundlePart.objects.select_related(
        "variant__product__brand", "variant__product__category", "variant__stock"
    ).prefetch_related(
        Prefetch("variant__product__pictures", pictures, to_attr="shown")
    )


def _read_prices(
    variants: Iterable[int], market: Market
) -> dict[int, list[PriceVersion]]:
    """Read the prices of today and of the 30 days before it, by variant."""
    now = clock.now()
    since = now - LOOK_BACK
    rows = PriceVersion.objects.ever_in_force().filter(
        Q(valid_until=None) | Q(valid_until__gt=since),
        variant__in=list(variants),
        market=market,
        valid_from__lte=now,
    )
    found: dict[int, list[PriceVersion]] = {}
    for row in rows.order_by("valid_from", "id"):
        found.setdefault(row.variant_id, []).append(row)
    return found


def _describe(
    bundle: Bundle,
    prices: dict[int, list[PriceVersion]],
    codes: Sequence[PublicCode],
    market: Market,
) -> BundleView | None:
    now = clock.now()
    since = now - LOOK_BACK
    views, apart, is_known = [], 0, True
    for part in vars(bundle)["all_parts"]:
        history = prices.get(part.variant_id, [])
        current = next((row for row in history if _holds(row, now)), None)
        if current is None or not _is_sold(part.variant):
            return None
        views.append(_describe_part(part, current))
        is_known &= history[0].valid_from <= since
        apart += (find_lowest(history, codes, since, now) or 0) * part.quantity
    price: BundlePrice = vars(bundle)["current"][0]
    lowest = Money(apart, price.currency) if is_known else None
    unit = find_bundle_unit_price([one.part for one in views], price.price, market)
    return BundleView(bundle, price, tuple(views), lowest, unit) if views else None


def _describe_part(part: BundlePart, price: PriceVersion) -> PartView:
    shown: list[ProductPicture] = vars(part.variant.product)["shown"]
    return PartView(
        part=part,
        price=price,
        picture=describe_picture(shown[0] if shown else None),
        enough_for=_count_left(part.variant) // part.quantity,
    )


def _holds(row: PriceVersion, now: dt.datetime) -> bool:
    return row.valid_until is None or row.valid_until > now


def _is_sold(variant: Variant) -> bool:
    is_shown = variant.product.state == Product.State.ACTIVE
    return variant.is_active and is_shown


def _count_left(variant: Variant) -> int:
    stock = getattr(variant, "stock", None)
    return stock.available if stock else 0
