"""What helps to choose a variant: tables of sizes, and pictures of its own (B1)."""

from django.db import transaction

from catalog.errors.sizes import ChartOfOthers, VariantOfOthers
from catalog.models import Product, ProductPicture, SizeChart, Variant
from shopfront.models import User
from shopfront.services import audit


def set_size_chart(
    product: Product, chart: SizeChart | None, *, by: User, reason: str
) -> None:
    """Show a table of sizes where a product's variants are chosen; None for none.

    Raises:
        ChartOfOthers: it is of another brand.

    Safe to repeat: yes, the same table changes nothing.
    """
    if chart is not None and chart.brand_id != product.brand_id:
        raise ChartOfOthers
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        if locked.size_chart_id != (chart.pk if chart else None):
            locked.size_chart = chart
            locked.save(update_fields=["size_chart"])
            name = chart.public_id if chart else ""
            _audit("catalog.size_chart_set", product, by, reason, chart=name)
    product.refresh_from_db()


def show_variant(
    picture: ProductPicture, variant: Variant | None, *, by: User, reason: str
) -> None:
    """Say which variant a picture shows; it then stands beside that choice.

    Raises:
        VariantOfOthers: it is of another product.

    Safe to repeat: yes, the same variant changes nothing.
    """
    if variant is not None and variant.product_id != picture.product_id:
        raise VariantOfOthers
    key = variant.pk if variant else None
    with transaction.atomic():
        rows = ProductPicture.objects.select_for_update(of=("self",))
        locked = rows.select_related("product").get(pk=picture.pk)
        if locked.variant_id != key:
            locked.variant = variant
            locked.save(update_fields=["variant"])
            _audit(
                "catalog.picture_of_variant",
                locked.product,
                by,
                reason,
                picture=picture.public_id,
                sku=variant.sku if variant else "",
            )
    picture.refresh_from_db()


def _audit(action: str, product: Product, by: User, reason: str, **facts: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="product",
        subject_ref=product.public_id,
        reason=reason[:200],
        facts=facts,
    )
