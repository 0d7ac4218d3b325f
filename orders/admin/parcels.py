"""Parcels that go out and goods that come back."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import (
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Withdrawal,
    WithdrawalLine,
)
from orders.services.dispatching import deliver_shipment
from shopfront.common.desk import DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of


class ParcelLineTable(DeskTable):
    """What is in a parcel."""

    model = ShipmentLine
    related = ("line",)
    show_change_link = False
    fields = ("line", "quantity")


@admin.register(Shipment)
class ShipmentAdmin(DeskAdmin):
    """Parcels, and which of them have arrived."""

    list_display = ("public_id", "order", "carrier", "tracking", "sent_at", "arrived")
    list_select_related = ("order",)
    list_filter = (("delivered_at", admin.EmptyFieldListFilter), "carrier")
    search_fields = ("order__number", "tracking", "public_id")
    date_hierarchy = "sent_at"
    inlines = (ParcelLineTable,)
    actions = ("deliver",)

    @admin.display(description=gettext_lazy("delivered at"), ordering="delivered_at")
    def arrived(self, row: Shipment) -> Any:
        """Return when it was delivered."""
        return row.delivered_at

    @admin.action(description=gettext_lazy("Note as delivered"), permissions=["act"])
    def deliver(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Note that parcels have arrived."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("order"),
            title=_("Note as delivered"),
            act=lambda row, _said: deliver_shipment(row, by=by),
        )


class WithdrawalLineTable(DeskTable):
    """What a shopper withdrew from."""

    model = WithdrawalLine
    related = ("line",)
    show_change_link = False
    fields = ("line", "quantity")


@admin.register(Withdrawal)
class WithdrawalAdmin(DeskAdmin):
    """Statements of shoppers who withdrew: their goods are on the way back."""

    list_display = ("order", "name", "email", "stated_at")
    list_select_related = ("order",)
    search_fields = ("order__number", "name", "email", "public_id")
    date_hierarchy = "stated_at"
    inlines = (WithdrawalLineTable,)


class ReturnLineTable(DeskTable):
    """What came back in a parcel."""

    model = ReturnLine
    related = ("line",)
    show_change_link = False
    fields = ("line", "quantity", "is_sellable")


@admin.register(Return)
class ReturnAdmin(DeskAdmin):
    """What came back, and why."""

    list_display = ("public_id", "order", "reason", "note", "received_at")
    list_select_related = ("order",)
    list_filter = ("reason",)
    search_fields = ("order__number", "public_id")
    date_hierarchy = "received_at"
    inlines = (ReturnLineTable,)
