"""The catalogue in the admin: looked at here, changed by services."""

import datetime as dt

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.bundles import BundleForm, make_for
from catalog.admin.choosing import ask_for_chart
from catalog.admin.collaborations import CollaborationForm, offer_for
from catalog.admin.drops import ask_for_drop, ask_for_household_limit
from catalog.admin.forms import (
    ExceptionForm,
    FloorForm,
    LimitForm,
    PiecesForm,
    PriceForm,
    VatForm,
    name_stock,
)
from catalog.admin.history import StockHistoryAdmin
from catalog.admin.nets import ask_for_net
from catalog.admin.texts import ask_for_texts
from catalog.models import (
    Brand,
    PriceVersion,
    Product,
    ProductPicture,
    Stock,
    StockMovement,
    Variant,
)
from catalog.services.floors import override_floor, set_floor
from catalog.services.movements import count_stock, receive_stock
from catalog.services.offer_limits import set_limit
from catalog.services.prices import set_price
from catalog.services.products import offer_product, withdraw_product
from catalog.services.traders import set_vat_number
from shopfront.common import clock
from shopfront.common.desk import (
    AmountColumn,
    DeskAdmin,
    DeskTable,
    Rows,
)
from shopfront.common.http import person_of


@admin.register(Brand)
class BrandAdmin(DeskAdmin):
    """Traders who supply."""

    list_display = ("name", "slug", "trader_name", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "trader_name", "public_id")
    actions = ("offer_collaboration", "make_bundle", "vat_number")

    @admin.action(description=gettext_lazy("Set the VAT number"), permissions=["act"])
    def vat_number(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write down the number that stands on later invoices."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Set the VAT number"),
            form_class=VatForm,
            act=lambda row, said: set_vat_number(
                row, said["vat_number"], by=by, reason=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Make a bundle"), permissions=["act"])
    def make_bundle(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put variants of a brand together at a price of their own."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Make a bundle"),
            form_class=BundleForm,
            act=lambda row, said: make_for(row, said, by),
        )

    @admin.action(
        description=gettext_lazy("Offer a collaboration"), permissions=["act"]
    )
    def offer_collaboration(
        self, request: HttpRequest, rows: Rows
    ) -> HttpResponse | None:
        """Offer a collaboration for a brand."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Offer a collaboration"),
            form_class=CollaborationForm,
            act=lambda row, said: offer_for(row, said, by),
        )


class VariantTable(DeskTable):
    """The variants of a product."""

    model = Variant
    related = ("product",)
    fields = ("sku", "title", "net_amount", "net_unit", "is_active", "position")


class PictureTable(DeskTable):
    """The photographs of a product."""

    model = ProductPicture
    related = ("variant__product",)
    fields = ("alt", "variant", "width", "height", "state", "position")


@admin.register(Product)
class ProductAdmin(DeskAdmin):
    """Products, off sale and on again with a reason."""

    list_display = ("title", "brand", "category", "state", "minimum_age", "created_at")
    list_select_related = ("brand", "category")
    list_filter = ("state", "category", "brand")
    search_fields = ("title", "brand__name", "variants__sku", "public_id")
    date_hierarchy = "created_at"
    inlines = (VariantTable, PictureTable)
    exclude = ("search",)
    actions = (
        "withdraw",
        "offer",
        "write",
        "sizes",
        "limit",
        "floor",
        "drop",
        "limit_households",
    )

    @admin.action(
        description=gettext_lazy("Write in other languages"), permissions=["act"]
    )
    def write(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write a product's words in the other languages of the site."""
        return ask_for_texts(self, request, rows)

    @admin.action(description=gettext_lazy("Give it a size table"), permissions=["act"])
    def sizes(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Say which table of sizes stands where its variants are chosen."""
        return ask_for_chart(self, request, rows)

    @admin.action(description=gettext_lazy("Plan a drop"), permissions=["act"])
    def drop(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Sell a product from a set moment on, by a waiting room."""
        return ask_for_drop(self, request, rows)

    @admin.action(
        description=gettext_lazy("Limit pieces per household"), permissions=["act"]
    )
    def limit_households(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Announce how many pieces a household may have."""
        return ask_for_household_limit(self, request, rows)

    @admin.action(description=gettext_lazy("Withdraw from sale"), permissions=["act"])
    def withdraw(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take products off sale."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Withdraw from sale"),
            act=lambda row, said: withdraw_product(row, by=by, reason=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Put on sale"), permissions=["act"])
    def offer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put products on sale."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Put on sale"),
            act=lambda row, said: offer_product(row, by=by, reason=said["reason"]),
        )

    @admin.action(
        description=gettext_lazy("Let hosts offer it for less"), permissions=["act"]
    )
    def limit(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write down how far the brand lets hosts go."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Let hosts offer it for less"),
            form_class=LimitForm,
            act=lambda row, said: set_limit(
                row,
                said["market"],
                lowest_minor=said["amount_minor"],
                longest_minutes=said["longest_minutes"],
                most_pieces=said["most_pieces"],
                by=by,
                reason=said["reason"],
            ),
        )

    @admin.action(
        description=gettext_lazy("Propose a floor for its shelf"), permissions=["act"]
    )
    def floor(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Propose the lowest price of a product's shelf; somebody else approves it."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Propose a floor for its shelf"),
            form_class=FloorForm,
            act=lambda row, said: set_floor(
                said["market"],
                row.category,
                said["amount_minor"],
                by=by,
                counsel=said["counsel"],
            ),
        )


@admin.register(Variant)
class VariantAdmin(StockHistoryAdmin):
    """SKUs; pieces and prices change by actions that leave a row."""

    list_display = (
        "sku",
        "product",
        "title",
        "net",
        "on_hand",
        "allocated",
        "is_active",
        "history_link",
    )
    list_select_related = ("product", "stock")
    list_filter = ("is_active", "product__brand")
    search_fields = ("sku", "title", "product__title", "public_id")
    actions = ("receive", "count_pieces", "price", "net_quantity", "except_from_floor")

    @admin.display(description=gettext_lazy("net quantity"))
    def net(self, row: Variant) -> str:
        """Return how much is in it."""
        return str(row.net or "")

    @admin.display(description=gettext_lazy("on hand"))
    def on_hand(self, row: Variant) -> int | None:
        """Return the pieces in the store."""
        return row.stock.on_hand if hasattr(row, "stock") else None

    @admin.display(description=gettext_lazy("allocated"))
    def allocated(self, row: Variant) -> int | None:
        """Return the pieces that are promised."""
        return row.stock.allocated if hasattr(row, "stock") else None

    @admin.action(description=gettext_lazy("Receive stock"), permissions=["act"])
    def receive(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Book pieces that arrived."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Receive stock"),
            form_class=PiecesForm,
            name=name_stock,
            act=lambda row, said: receive_stock(
                row, said["quantity"], actor=by, note=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Book a stock-take"), permissions=["act"])
    def count_pieces(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Book what was counted."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Book a stock-take"),
            form_class=PiecesForm,
            name=name_stock,
            act=lambda row, said: count_stock(
                row, said["quantity"], actor=by, note=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Set a price"), permissions=["act"])
    def price(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give a new public price from now on."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Set a price"),
            form_class=PriceForm,
            act=lambda row, said: set_price(
                row,
                said["market"],
                said["amount_minor"],
                by=by,
                reason=said["reason"],
            ),
        )

    @admin.action(
        description=gettext_lazy("State the net quantity"), permissions=["act"]
    )
    def net_quantity(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write down how much is in a variant, for its price per kilogram or litre."""
        return ask_for_net(self, request, rows)

    @admin.action(
        description=gettext_lazy("Allow below the floor"), permissions=["act"]
    )
    def except_from_floor(
        self, request: HttpRequest, rows: Rows
    ) -> HttpResponse | None:
        """Make an exception to a floor, in the name of who decides it."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Allow below the floor"),
            form_class=ExceptionForm,
            act=lambda row, said: override_floor(
                row,
                said["market"],
                said["amount_minor"],
                until=clock.now() + dt.timedelta(days=said["days"]),
                by=by,
                reason=said["reason"],
            ),
        )


@admin.register(PriceVersion)
class PriceVersionAdmin(AmountColumn, DeskAdmin):
    """Every public price that ever was."""

    list_display = (
        "variant",
        "market",
        "amount_shown",
        "offer",
        "valid_from",
        "valid_until",
    )
    list_select_related = ("variant__product", "market", "offer__product")
    list_filter = ("market", "currency")
    search_fields = ("variant__sku", "variant__product__title")
    date_hierarchy = "valid_from"


@admin.register(Stock)
class StockAdmin(StockHistoryAdmin):
    """Counters: on hand, and promised."""

    list_display = (
        "variant",
        "on_hand",
        "allocated",
        "available",
        "version",
        "history_link",
    )
    list_select_related = ("variant__product",)
    list_filter = ("variant__product__brand",)
    search_fields = ("variant__sku", "variant__product__title")
    ordering = ("on_hand",)


@admin.register(StockMovement)
class StockMovementAdmin(DeskAdmin):
    """Every piece that came or went."""

    list_display = ("at", "variant", "quantity", "reason", "note", "actor")
    list_select_related = ("variant__product", "actor")
    list_filter = ("reason",)
    search_fields = ("variant__sku", "variant__product__title", "cause_ref")
    date_hierarchy = "at"
