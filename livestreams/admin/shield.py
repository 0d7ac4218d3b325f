"""What the shield took aside, and goods that several shoppers complain about."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.models import GoodsAlert, Shielding
from livestreams.services.goods_alerts import keep_goods, unpin_goods
from shopfront.common.desk import DeskAdmin, Rows
from shopfront.common.http import person_of


@admin.register(Shielding)
class ShieldingAdmin(DeskAdmin):
    """Lines about orders, quality, danger and the host's person (C6, C10)."""

    list_display = (
        "at",
        "kind",
        "sureness",
        "message",
        "livestream",
        "answer",
        "alerted_at",
    )
    list_select_related = ("message", "livestream")
    list_filter = ("kind", "answer")
    search_fields = ("message__text", "livestream__title", "case_ref")
    date_hierarchy = "at"


@admin.register(GoodsAlert)
class GoodsAlertAdmin(DeskAdmin):
    """Three cases on one product within ten minutes: unpinned or kept here."""

    list_display = (
        "opened_at",
        "variant",
        "cases_count",
        "livestream",
        "decision",
        "decided_by",
    )
    list_select_related = ("variant__product", "livestream", "decided_by")
    list_filter = ("decision",)
    search_fields = ("variant__sku", "variant__product__title", "livestream__title")
    date_hierarchy = "opened_at"
    actions = ("unpin", "keep")

    @admin.action(description=gettext_lazy("Unpin"), permissions=["act"])
    def unpin(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take the goods of alerts off the screen."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Unpin"),
            act=lambda row, said: unpin_goods(row, by=by, reason=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Keep"), permissions=["act"])
    def keep(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Leave the goods of alerts on screen."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Keep"),
            act=lambda row, said: keep_goods(row, by=by, reason=said["reason"]),
        )
