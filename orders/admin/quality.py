"""What came back and was complained about, product by product (P6)."""

from django.contrib import admin

from orders.models import ProductQuality
from shopfront.common.desk import DeskAdmin


@admin.register(ProductQuality)
class ProductQualityAdmin(DeskAdmin):
    """The counts that the quality gate reads."""

    list_display = (
        "product",
        "market",
        "sold_count",
        "returned_count",
        "complained_count",
        "counted_at",
    )
    list_select_related = ("product", "market")
    list_filter = ("market",)
    search_fields = ("product__title", "product__brand__name")
