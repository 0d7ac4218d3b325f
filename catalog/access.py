"""The only way from an outside id to a row of the catalog."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet

from catalog.errors import (
    BrandMissing,
    BundleMissing,
    CollaborationMissing,
    DropMissing,
    PlaceMissing,
    ProductMissing,
    SampleMissing,
)
from catalog.errors.reported_goods import GoodsReportMissing
from catalog.models import (
    Brand,
    Bundle,
    Category,
    Collaboration,
    Drop,
    PriceVersion,
    Product,
    ProductPicture,
    ProductReport,
    Proposal,
    ReportedProduct,
    SampleRequest,
    SizeChart,
    Variant,
    WaitingPlace,
)
from creators.models import Account, Creator
from shopfront.common import clock
from shopfront.common.links import SignedLink
from shopfront.models import User

PLACE_LINK = SignedLink("catalog.place-link", days=90)


def get_product(slug: str) -> Product:
    """Return a product that shoppers may see, by its slug.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    related = ("brand", "category", "buying_limit", "size_chart")
    rows = Product.objects.visible().select_related(*related)
    product = rows.prefetch_related("pictures").filter(slug=slug).first()
    if product is None:
        raise ProductMissing
    return product


def get_product_by_id(public_id: str) -> Product:
    """Return a product that shoppers may see, by its public id.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    product = Product.objects.visible().filter(public_id=public_id).first()
    if product is None:
        raise ProductMissing
    return product


def get_variant(public_id: str) -> Variant:
    """Return a variant that shoppers may see, with its product and brand.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    rows = Variant.objects.filter(
        is_active=True, product__in=Product.objects.visible()
    ).select_related("product__brand")
    variant = rows.filter(public_id=public_id).first()
    if variant is None:
        raise ProductMissing
    return variant


def get_bundle(public_id: str) -> Bundle:
    """Return a bundle that shoppers may see.

    Raises:
        BundleMissing: there is none, or it was ended.
    """
    rows = Bundle.objects.filter(is_active=True, brand__is_active=True)
    bundle = rows.select_related("brand").filter(public_id=public_id).first()
    if bundle is None:
        raise BundleMissing
    return bundle


def find_variants(skus: Collection[str]) -> dict[str, Variant]:
    """Return the variants of SKUs, by SKU, for those who make a bundle of them."""
    rows = Variant.objects.filter(sku__in=list(skus))
    return {row.sku: row for row in rows.select_related("product__brand")}


def get_drop(public_id: str) -> Drop:
    """Return a drop of a product that shoppers may see.

    Raises:
        DropMissing: there is none.
    """
    rows = Drop.objects.filter(product__in=Product.objects.visible())
    rows = rows.select_related("product__brand", "product__category", "market")
    drop = rows.filter(public_id=public_id).first()
    if drop is None:
        raise DropMissing
    return drop


def get_place_for(holders: Collection[str], public_id: str) -> WaitingPlace:
    """Return a place in a waiting list that an account or browser has.

    Raises:
        PlaceMissing: there is none, or it is somebody else's.
    """
    own = WaitingPlace.objects.filter(holder__in=holders)
    place = _with_variant(own).filter(public_id=public_id).first()
    if place is None:
        raise PlaceMissing
    return place


def make_place_token(place: WaitingPlace) -> str:
    """Return the secret part of the link in the letter about a place."""
    return PLACE_LINK.mint(place.public_id)


def get_place_by_token(token: str) -> WaitingPlace:
    """Return the place that a letter's link names.

    Raises:
        PlaceMissing: the link is not ours, or older than 90 days.
    """
    rows = WaitingPlace.objects.filter(public_id=PLACE_LINK.read(token))
    place = _with_variant(rows).first()
    if place is None:
        raise PlaceMissing
    return place


def _with_variant(rows: "QuerySet[WaitingPlace]") -> "QuerySet[WaitingPlace]":
    return rows.select_related("variant__product__brand", "market", "reservation")


def get_brand(slug: str) -> Brand:
    """Return an active brand by its slug.

    Raises:
        ProductMissing: there is none.
    """
    brand = Brand.objects.filter(slug=slug, is_active=True).first()
    if brand is None:
        raise ProductMissing
    return brand


def get_brand_for(user: User, slug: str) -> Brand:
    """Return a brand that a person acts for, also one that is not active any more.

    Raises:
        BrandMissing: this person acts for no such brand.
    """
    brand = Brand.objects.filter(slug=slug, members__user=user).first()
    if brand is None:
        raise BrandMissing
    return brand


def list_brands_for(user: User) -> list[Brand]:
    """Return the brands that a person acts for, by name; one query."""
    return list(Brand.objects.filter(members__user=user).order_by("name"))


def list_pay_accounts_for(user: User) -> list[tuple[Brand, Account]]:
    """Return the accounts of the brands that a person acts for; two queries.

    One per currency that a brand has ever been paid in, its own first.
    """
    owners = {brand.public_id: brand for brand in list_brands_for(user)}
    accounts = Account.objects.filter(
        kind=Account.Kind.BRAND_PAYABLE,
        owner_kind=Account.Owner.BRAND,
        owner_ref__in=owners,
    ).order_by("pk")
    pairs = [(owners[account.owner_ref], account) for account in accounts]
    return sorted(pairs, key=lambda pair: pair[0].name)


def find_category(slug: str) -> Category | None:
    """Return a category by its slug, or None."""
    if "\x00" in slug:
        return None
    return Category.objects.filter(slug=slug).first()


def find_picture(picture_id: int) -> ProductPicture | None:
    """Return a picture by the key that a job carries, or None once it is gone."""
    return ProductPicture.objects.filter(pk=picture_id).first()


def find_shown_picture(public_id: str) -> ProductPicture | None:
    """Return a picture of a product that shoppers may see, or None."""
    rows = ProductPicture.objects.shown().select_related("product__brand")
    seen = Product.objects.visible()
    return rows.filter(public_id=public_id, product__in=seen).first()


def list_products_for(user: User) -> "QuerySet[Product]":
    """Return the products of the brands that a person acts for, whatever state.

    Their variants come with stock and current prices (`current`), and with them
    their pictures, in a constant number of queries.
    """
    prices = (
        PriceVersion.objects.in_force()
        .select_related("market")
        .order_by("market__code")
    )
    return (
        Product.objects.filter(brand__members__user=user)
        .select_related("brand", "category")
        .prefetch_related(
            Prefetch("variants__price_versions", prices, to_attr="current"),
            "variants__stock",
            "pictures",
        )
    )


def get_product_for(user: User, public_id: str) -> Product:
    """Return a product of a brand that a person acts for.

    Raises:
        ProductMissing: there is none, or it is another brand's.
    """
    product = list_products_for(user).filter(public_id=public_id).first()
    if product is None:
        raise ProductMissing
    return product


def get_collaboration_for(creator: Creator, public_id: str) -> Collaboration:
    """Return a collaboration that a creator may answer or has answered.

    Raises:
        CollaborationMissing: there is none, or it is for somebody else.
    """
    answered = Q(proposals__creator=creator)
    collaboration = (
        Collaboration.objects.select_related("brand__account", "market")
        .filter(answered | meant_for(creator) & answerable(clock.now()))
        .filter(public_id=public_id)
        .distinct()
        .first()
    )
    if collaboration is None:
        raise CollaborationMissing
    return collaboration


def answerable(at: dt.datetime) -> Q:
    """Return which collaborations take answers at a moment."""
    return Q(state=Collaboration.State.OPEN, closes_at__gt=at)


def meant_for(creator: Creator) -> Q:
    """Return which collaborations are for a creator."""
    return Q(Q(creator=None) | Q(creator=creator), market=creator.market_id)


def get_brand_collaboration_for(user: User, public_id: str) -> Collaboration:
    """Return a collaboration of a brand that a person acts for.

    Raises:
        CollaborationMissing: there is none, or it is another brand's.
    """
    collaboration = (
        Collaboration.objects.select_related("brand__account", "market", "creator")
        .filter(brand__members__user=user, public_id=public_id)
        .first()
    )
    if collaboration is None:
        raise CollaborationMissing
    return collaboration


def get_proposal_for(user: User, public_id: str) -> Proposal:
    """Return an answer to a collaboration of a brand that a person acts for.

    Raises:
        CollaborationMissing: there is none, or it is another brand's.
    """
    proposal = (
        Proposal.objects.select_related(
            "collaboration__brand__account", "creator__market"
        )
        .filter(collaboration__brand__members__user=user, public_id=public_id)
        .first()
    )
    if proposal is None:
        raise CollaborationMissing
    return proposal


def get_sample_for(creator: Creator, public_id: str) -> SampleRequest:
    """Return a sample that a creator asked for.

    Raises:
        SampleMissing: there is none, or it is somebody else's.
    """
    sample = (
        SampleRequest.objects.select_related("product__brand")
        .filter(creator=creator, public_id=public_id)
        .first()
    )
    if sample is None:
        raise SampleMissing
    return sample


def list_charts_of(product: Product) -> "QuerySet[SizeChart]":
    """Return the tables of sizes that a product may have: those of its brand."""
    return SizeChart.objects.filter(brand=product.brand_id)


def list_variants_shown(picture: ProductPicture) -> "QuerySet[Variant]":
    """Return the variants that a picture may show: those of its product."""
    return Variant.objects.filter(product=picture.product_id).select_related("product")


def get_product_report_for(user: User | None, public_id: str) -> ProductReport:
    """Return a report of a product: one's own, or a guest's by its number.

    Raises:
        GoodsReportMissing: there is none, or it is somebody else's.
    """
    rows = ProductReport.objects.filter(Q(reporter=None) | Q(reporter=user))
    rows = rows.select_related("reporter", "appeal", "case__product__brand")
    report = rows.filter(public_id=public_id).first()
    if report is None:
        raise GoodsReportMissing
    return report


def get_own_reported_for(user: User, public_id: str) -> ReportedProduct:
    """Return a reported product of a brand that a person acts for.

    Raises:
        ProductMissing: there is none, or it is another brand's.
    """
    case = select_own_reported(user).filter(public_id=public_id).first()
    if case is None:
        raise ProductMissing
    return case


def select_own_reported(user: User) -> "QuerySet[ReportedProduct]":
    """Return the reported products of the brands that a person acts for."""
    return ReportedProduct.objects.filter(product__brand__members__user=user)
