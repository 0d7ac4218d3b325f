"""The only way from an outside id to a row of the catalog."""

from django.db.models import Prefetch, QuerySet

from catalog.errors import ProductMissing
from catalog.models import (
    Brand,
    Category,
    PriceVersion,
    Product,
    ProductPicture,
)
from shopfront.models import User


def get_product(slug: str) -> Product:
    """Return a product that shoppers may see, by its slug.

    Raises:
        ProductMissing: there is none, or it is not for sale.
    """
    rows = Product.objects.visible().select_related("brand", "category")
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


def get_brand(slug: str) -> Brand:
    """Return an active brand by its slug.

    Raises:
        ProductMissing: there is none.
    """
    brand = Brand.objects.filter(slug=slug, is_active=True).first()
    if brand is None:
        raise ProductMissing
    return brand


def find_category(slug: str) -> Category | None:
    """Return a category by its slug, or None."""
    if "\x00" in slug:
        return None
    return Category.objects.filter(slug=slug).first()


def find_picture(picture_id: int) -> ProductPicture | None:
    """Return a picture by the key that a job carries, or None once it is gone."""
    return ProductPicture.objects.filter(pk=picture_id).first()


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
