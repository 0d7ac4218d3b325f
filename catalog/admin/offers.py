"""Offers, the brand's limits and the floors in the admin."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import FloorOverride, Offer, OfferLimit, PriceFloor, PublicCode
from catalog.services import floors
from catalog.services.offer_limits import end_limit
from catalog.services.offers import close_offer
from shopfront.common.desk import AmountColumn, DeskAdmin, Rows, show_amount
from shopfront.common.http import person_of


@admin.register(Offer)
class OfferAdmin(AmountColumn, DeskAdmin):
    """Every offer, opened or planned, with its end; one that runs can be closed."""

    list_display = (
        "product",
        "market",
        "amount_shown",
        "state",
        "starts_at",
        "ends_at",
        "closed_at",
        "close_reason",
    )
    list_select_related = ("product", "market")
    list_filter = ("state", "close_reason", "market")
    search_fields = ("product__title", "public_id", "cause_ref")
    date_hierarchy = "starts_at"
    actions = ("close",)

    @admin.action(description=gettext_lazy("Close offer"), permissions=["act"])
    def close(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Bring the old prices back at once."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Close offer"),
            act=lambda row, said: close_offer(
                row, reason=Offer.Close.DESK, by=by, why=said["reason"]
            ),
        )


@admin.register(OfferLimit)
class OfferLimitAdmin(DeskAdmin):
    """How far brands let hosts go; set on the product's page."""

    list_display = (
        "product",
        "market",
        "lowest_shown",
        "most_pieces",
        "longest_minutes",
        "valid_until",
        "set_by",
    )
    list_select_related = ("product", "market", "set_by")
    list_filter = ("market", "product__brand")
    search_fields = ("product__title", "product__brand__name")
    actions = ("end",)

    @admin.display(description=gettext_lazy("lowest price"))
    def lowest_shown(self, row: OfferLimit) -> str:
        """Format the lowest price."""
        return row.lowest.format()

    @admin.action(description=gettext_lazy("Allow no more offers"), permissions=["act"])
    def end(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let hosts open no new offers; what runs keeps its promise."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Allow no more offers"),
            act=lambda row, said: end_limit(row, by=by, reason=said["reason"]),
        )


@admin.register(PublicCode)
class PublicCodeAdmin(DeskAdmin):
    """Codes open to all, as the price record keeps them."""

    list_display = ("ref", "market", "brand", "valid_from", "valid_until")
    list_select_related = ("market", "brand")
    list_filter = ("market",)
    search_fields = ("ref",)


@admin.register(PriceFloor)
class PriceFloorAdmin(DeskAdmin):
    """The operator's own lowest prices: proposed by one person, approved by another."""

    list_display = (
        "category",
        "market",
        "amount_shown",
        "set_by",
        "approved_by",
        "approved_at",
        "ended_at",
    )
    list_select_related = ("category", "market", "set_by", "approved_by")
    list_filter = ("market", "category")
    actions = ("approve", "end")

    @admin.display(description=gettext_lazy("floor"))
    def amount_shown(self, row: PriceFloor) -> str:
        """Format the floor."""
        return show_amount(row.amount_minor, row.market.currency)

    @admin.action(description=gettext_lazy("Approve"), permissions=["act"])
    def approve(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put floors in force that somebody else proposed."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Approve"),
            act=lambda row, said: floors.approve_floor(
                row, by=by, reason=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("End"), permissions=["act"])
    def end(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Switch floors off."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("End"),
            act=lambda row, said: floors.end_floor(row, by=by, reason=said["reason"]),
        )


@admin.register(FloorOverride)
class FloorOverrideAdmin(DeskAdmin):
    """Who let which variant below its floor, why and until when."""

    list_display = ("variant", "market", "lowest_shown", "by", "reason", "until")
    list_select_related = ("variant__product", "market", "by")
    list_filter = ("market",)
    search_fields = ("variant__sku", "variant__product__title", "reason")

    @admin.display(description=gettext_lazy("lowest price"))
    def lowest_shown(self, row: FloorOverride) -> str:
        """Format the lowest price."""
        return show_amount(row.lowest_minor, row.market.currency)
