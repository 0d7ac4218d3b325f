"""Refused products: read by staff, judged by nobody (P5)."""

from django.contrib import admin

from catalog.models import Veto
from shopfront.common.desk import DeskAdmin


@admin.register(Veto)
class VetoAdmin(DeskAdmin):
    """What hosts would not show, and why."""

    list_display = (
        "at",
        "product",
        "creator",
        "show_title",
        "reason",
        "words",
        "taken_back_at",
    )
    list_select_related = ("product", "creator")
    list_filter = ("reason",)
    search_fields = ("product__title", "product__brand__name", "show_title", "words")
    date_hierarchy = "at"
