"""Shifts on duty, and what brands want done about goods with cases."""

from django.contrib import admin

from livestreams.models import BrandAlertRule, DutyShift
from shopfront.common.desk import ReferenceAdmin


@admin.register(DutyShift)
class DutyShiftAdmin(ReferenceAdmin):
    """Who answers calls for help, when and for which market: reference rows."""

    list_display = ("market", "user", "starts_at", "ends_at")
    list_select_related = ("market", "user")
    list_filter = ("market",)
    search_fields = ("user__email", "user__display_name")
    date_hierarchy = "starts_at"
    raw_id_fields = ("user",)
    readonly_fields = ("created_at",)


@admin.register(BrandAlertRule)
class BrandAlertRuleAdmin(ReferenceAdmin):
    """Whether a brand's goods leave the screen by themselves: reference rows."""

    list_display = ("brand", "unpins_on_cases", "created_at")
    list_select_related = ("brand",)
    list_filter = ("unpins_on_cases",)
    search_fields = ("brand__name",)
    readonly_fields = ("created_at",)
