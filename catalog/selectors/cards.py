"""Cards and pages of products: everything they show, in a constant number of reads."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Page
from django.db.models import (
    Count,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse

from catalog.models import (
    Category,
    PriceVersion,
    Product,
    ProductPicture,
    Variant,
    WaitingPlace,
)
from catalog.selectors.paging import ShelfPaginator
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.units import Net, UnitPrice, find_unit_price, make_net
from shopfront.models import Market

PER_PAGE = 20
MIMES = {"avif": "image/avif", "webp": "image/webp"}
NEWEST, CHEAPEST, DEAREST = "newest", "price", "-price"
BY_PRICE = {
    CHEAPEST: ("lowest", "variant__product"),
    DEAREST: ("-lowest", "-variant__product"),
}


@dataclass(frozen=True, slots=True)
class PictureSource:
    """One format of a picture in all its widths, as `<source>` wants it."""

    mime: str
    srcset: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture as `components/_picture.html` shows it."""

    src: str
    alt: str
    width: int
    height: int
    sources: tuple[PictureSource, ...] = ()
    public_id: str = ""
    veil: str = ""
    """The stored name of the blurred copy that stands for it after a report."""


@dataclass(frozen=True, slots=True)
class Deal:
    """An offer's price for a while: what it may claim, and its real end (D2, D3)."""

    prior: Money | None
    """The lowest price of the 30 days before; None where nothing may be claimed."""
    percent: int
    ends_at: dt.datetime

    @property
    def ends_in_ms(self) -> int:
        """How long it still runs by the server's clock."""
        left = self.ends_at - clock.now()
        return max(0, int(left.total_seconds() * 1000))


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as lists show it; the price includes tax."""

    public_id: str
    title: str
    slug: str
    url: str
    brand_name: str
    brand_slug: str
    picture: PictureView | None
    price: Money
    is_from_price: bool
    available: int
    deal: Deal | None = None
    waiting: int = 0
    """How many places its waiting lists have."""
    unit_price: UnitPrice | None = None
    """Of the variant that has this price (D3)."""


@dataclass(frozen=True, slots=True)
class VariantView:
    """A variant as a shopper chooses it."""

    public_id: str
    title: str
    sku: str
    price: Money
    price_version: str
    available: int
    deal: Deal | None = None
    size: str = ""
    """What it is called as first written, the same in every language."""
    picture: PictureView | None = None
    """What shows this variant alone."""
    net: Net | None = None
    unit_price: UnitPrice | None = None


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product with its pictures and what can be chosen."""

    product: Product
    pictures: tuple[PictureView, ...]
    variants: tuple[VariantView, ...]

    @property
    def deal(self) -> Deal | None:
        """The deal whose end its page counts down to, if one runs."""
        return next((v.deal for v in self.variants if v.deal), None)

    @property
    def is_sold_out(self) -> bool:
        """Whether nothing can be bought now."""
        return all(variant.available == 0 for variant in self.variants)

    @property
    def first_available(self) -> str:
        """The public id of the variant to offer first."""
        chosen = [v for v in self.variants if v.available] or list(self.variants)
        return chosen[0].public_id if chosen else ""

    def choose(self, public_id: str, *, worn: str = "") -> str:
        """Return the variant that someone asked for, or wore, while it can be had."""
        left = [v for v in self.variants if v.available]
        asked = [v.public_id for v in left if v.public_id == public_id]
        asked += [v.public_id for v in left if worn and v.size == worn]
        return next(iter(asked), self.first_available)

    def is_settled(self, public_id: str, *, worn: str = "") -> bool:
        """Whether nothing is left to choose of a variant that can be had (B2)."""
        return any(
            v.available and (len(self.variants) == 1 or (worn and v.size == worn))
            for v in self.variants
            if v.public_id == public_id
        )


def describe_picture(picture: ProductPicture | None) -> PictureView | None:
    """Return a picture with its renditions; the original while they are made.

    None where it was taken down.
    """
    if picture is None or not picture.is_shown:
        return None
    is_veiled = picture.state == ProductPicture.State.VEILED
    jpegs = picture.renditions.get("jpeg", [])
    src = jpegs[min(1, len(jpegs) - 1)][1] if jpegs else picture.original.name
    sources = tuple(
        PictureSource(
            mime,
            ", ".join(
                f"{default_storage.url(name)} {width}w"
                for width, name in picture.renditions[kind]
            ),
        )
        for kind, mime in MIMES.items()
        if picture.renditions.get(kind)
    )
    return PictureView(
        src=default_storage.url(str(src)),
        alt=picture.shown_alt,
        width=picture.width,
        height=picture.height,
        sources=sources,
        public_id=picture.public_id,
        veil=str(picture.original) if is_veiled else "",
    )


def list_product_cards(
    market: Market,
    *,
    category: Category | None = None,
    brand_slug: str = "",
    order: str = NEWEST,
    page: int | str = 1,
) -> tuple[list[ProductCard], "Page[Any]"]:
    """Return the cards of a page, and the page for its neighbours.

    Products without a price in the market are left out. By price the rows of prices
    are ranked: asking each product for its own took seconds of 100,000.
    """
    rows, prices = priced_products(market), list_prices(market)
    if category is not None:
        rows = rows.filter(category=category)
        prices = prices.filter(variant__product__category=category)
    if brand_slug:
        rows = rows.filter(brand__slug=brand_slug)
        prices = prices.filter(variant__product__brand__slug=brand_slug)
    key = (market.pk, category.pk if category else None, brand_slug)
    priced = prices.order_by().values_list("variant__product", flat=True)
    if order in BY_PRICE:
        ranked = priced.annotate(lowest=Min("amount_minor")).order_by(*BY_PRICE[order])
        found = ShelfPaginator(ranked, PER_PAGE, key=key, counted=priced).get_page(page)
        return cards_for(found.object_list, market), found
    newest = rows.order_by("-created_at", "-id")
    found = ShelfPaginator(newest, PER_PAGE, key=key, counted=priced).get_page(page)
    return [describe_card(product, market) for product in found.object_list], found


def cards_for(product_ids: Iterable[int], market: Market) -> list[ProductCard]:
    """Return the cards of products in the order of their keys given."""
    keys = list(product_ids)
    rows = {
        product.pk: product for product in priced_products(market).filter(pk__in=keys)
    }
    return [describe_card(rows[key], market) for key in keys if key in rows]


def priced_products(market: Market) -> "QuerySet[Product]":
    """Return visible products with a price in a market and their cards' facts."""
    prices = (
        PriceVersion.objects.in_force()
        .filter(variant__product=OuterRef("pk"), variant__is_active=True, market=market)
        .order_by()
    )
    by_product = prices.values("variant__product")
    unclaimed_first = F("prior_minor").asc(nulls_first=True)
    cheapest = prices.order_by("amount_minor", unclaimed_first).values(
        facts=JSONObject(
            offer="offer_id",
            prior="prior_minor",
            until="valid_until",
            net="variant__net_amount",
            unit="variant__net_unit",
        )
    )[:1]
    left = (
        Variant.objects.filter(product=OuterRef("pk"), is_active=True)
        .order_by()
        .values("product")
        .annotate(left=Sum(F("stock__on_hand") - F("stock__allocated")))
        .values("left")
    )
    waiting = (
        WaitingPlace.objects.filter(
            variant__product=OuterRef("pk"), state=WaitingPlace.State.WAITING
        )
        .order_by()
        .values("variant__product")
        .annotate(count=Count("id"))
        .values("count")
    )
    pictures = ProductPicture.objects.shown()
    rows: QuerySet[Product] = (
        Product.objects.visible()
        .annotate(
            lowest=Subquery(by_product.annotate(a=Min("amount_minor")).values("a")),
            highest=Subquery(by_product.annotate(a=Max("amount_minor")).values("a")),
            left=Coalesce(Subquery(left, output_field=IntegerField()), 0),
            cheapest=Subquery(cheapest),
            waiting=Coalesce(Subquery(waiting, output_field=IntegerField()), 0),
        )
        .exclude(lowest=None)
        .select_related("brand")
        .prefetch_related(Prefetch("pictures", pictures, to_attr="card_pictures"))
    )
    return rows


def list_prices(market: Market) -> "QuerySet[PriceVersion]":
    """Return the prices that hold in a market of what shoppers may see."""
    return PriceVersion.objects.in_force().filter(
        market=market,
        variant__is_active=True,
        variant__product__state=Product.State.ACTIVE,
        variant__product__brand__is_active=True,
    )


def get_product_view(product: Product, market: Market) -> ProductView:
    """Return a product with its pictures, prices and what is left."""
    prices = (
        PriceVersion.objects.in_force()
        .filter(market=market, variant__product=product, variant__is_active=True)
        .select_related("variant__stock")
        .order_by("variant__position", "variant_id")
    )
    shown = {
        picture: view
        for picture in product.pictures.all()
        if (view := describe_picture(picture)) is not None
    }
    own = {
        picture.variant_id: view
        for picture, view in reversed(shown.items())
        if picture.variant_id is not None
    }
    return ProductView(
        product=product,
        pictures=tuple(shown.values()),
        variants=tuple(
            _variant_view(price, own.get(price.variant_id), market) for price in prices
        ),
    )


def _variant_view(
    price: PriceVersion, picture: PictureView | None, market: Market
) -> VariantView:
    variant = price.variant
    stock = getattr(variant, "stock", None)
    return VariantView(
        public_id=variant.public_id,
        title=variant.shown_title,
        sku=variant.sku,
        price=price.price,
        price_version=price.public_id,
        available=stock.available if stock else 0,
        deal=describe_deal(price),
        size=variant.title,
        picture=picture,
        net=variant.net,
        unit_price=find_unit_price(price.price, variant.net, market.unit_terms),
    )


def describe_card(product: Product, market: Market) -> ProductCard:
    """Return the card of a product from `priced_products`."""
    facts = vars(product)
    pictures: list[ProductPicture] = facts["card_pictures"]
    price = Money(facts["lowest"], market.currency)
    net = make_net(facts["cheapest"]["net"], facts["cheapest"]["unit"])
    return ProductCard(
        public_id=product.public_id,
        title=product.shown_title,
        slug=product.slug,
        url=reverse("catalog:product-detail", args=[product.slug]),
        brand_name=product.brand.name,
        brand_slug=product.brand.slug,
        picture=describe_picture(pictures[0] if pictures else None),
        price=price,
        is_from_price=facts["highest"] > facts["lowest"],
        available=facts["left"],
        deal=_find_deal(facts["cheapest"], facts["lowest"], market),
        waiting=facts["waiting"],
        unit_price=find_unit_price(price, net, market.unit_terms),
    )


def describe_deal(price: PriceVersion) -> Deal | None:
    """Return what an offer's price may claim; None of a price without an offer."""
    if price.offer_id is None or price.valid_until is None:
        return None
    return Deal(price.prior, price.reduction_percent, price.valid_until)


def _find_deal(cheapest: dict[str, Any], lowest: int, market: Market) -> Deal | None:
    """Return the deal of a product's lowest price."""
    if cheapest["offer"] is None or cheapest["until"] is None:
        return None
    return describe_deal(
        PriceVersion(
            offer_id=cheapest["offer"],
            amount_minor=lowest,
            prior_minor=cheapest["prior"],
            currency=market.currency,
            valid_until=dt.datetime.fromisoformat(cheapest["until"]),
        )
    )
