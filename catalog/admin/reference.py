"""Reference rows of brands: who acts for them, how they send, which sizes they have."""

from django.contrib import admin

from catalog.admin.texts import make_form
from catalog.models import BrandMember, DeliveryOption, SizeChart
from shopfront.common.desk import ReferenceAdmin


@admin.register(BrandMember)
class BrandMemberAdmin(ReferenceAdmin):
    """Who acts for which brand."""

    list_display = ("user", "brand", "created_at")
    list_select_related = ("user", "brand")
    search_fields = ("user__email", "brand__name")
    raw_id_fields = ("user",)
    readonly_fields = ("created_at",)


@admin.register(DeliveryOption)
class DeliveryOptionAdmin(ReferenceAdmin):
    """How brands send, per market."""

    list_display = ("brand", "market", "kind", "price_minor", "position", "is_active")
    list_select_related = ("brand", "market")
    list_filter = ("market", "kind", "is_active")
    search_fields = ("brand__name",)


@admin.register(SizeChart)
class SizeChartAdmin(ReferenceAdmin):
    """Tables of sizes; products are given one by an action of theirs."""

    form = make_form(SizeChart)
    list_display = ("title", "brand", "created_at")
    list_select_related = ("brand",)
    list_filter = ("brand",)
    search_fields = ("title", "brand__name")
    readonly_fields = ("created_at",)
