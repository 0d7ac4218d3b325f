"""Coupons in the admin: reference rows whose terms stand once they are given out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.models import Coupon, CouponUse
from orders.selectors.coupons import count_uses
from orders.services.coupons import save_coupon
from shopfront.common.desk import DeskAdmin, ReferenceAdmin, show_amount

STILL_CHANGED = ("valid_until", "most_uses")
HELP = {
    "percent_bps": gettext_lazy("Hundredths of a per cent: 1000 takes off a tenth."),
    "amount_minor": gettext_lazy("In pence or cents; either this or a share."),
    "minimum_minor": gettext_lazy("In pence or cents: what the goods must cost."),
    "show_ref": gettext_lazy(
        "From the show's address: /live/…/. Goods tapped in it alone; else empty."
    ),
    "valid_from": gettext_lazy("In UTC."),
    "valid_until": gettext_lazy("In UTC; empty where it has no end."),
    "most_uses": gettext_lazy("Empty for any number."),
}


@admin.register(Coupon)
class CouponAdmin(ReferenceAdmin):
    """Codes: terms are written once; only their end and number change later."""

    list_display = (
        "code",
        "market",
        "brand",
        "off",
        "valid_from",
        "valid_until",
        "most_uses",
    )
    list_select_related = ("market", "brand")
    list_filter = ("market", "brand")
    search_fields = ("code", "show_ref", "creator__handle")
    autocomplete_fields = ("creator",)
    fields = (
        "code",
        "market",
        "brand",
        "percent_bps",
        "amount_minor",
        "minimum_minor",
        "valid_from",
        "valid_until",
        "is_public",
        "show_ref",
        "creator",
        "is_first_order",
        "most_uses",
        "most_per_shopper",
    )

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Say what the numbers of a code are counted in."""
        if db_field.name in HELP:
            kwargs["help_text"] = HELP[db_field.name]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Coupon, form: Any, change: bool
    ) -> None:
        """Save it by the service, which keeps the price record true."""
        save_coupon(obj)

    @admin.display(description=gettext_lazy("off"))
    def off(self, row: Coupon) -> str:
        """Format what it takes off."""
        if row.percent_bps is not None:
            return f"{row.percent_bps / 100:g} %"
        return show_amount(row.amount_minor or 0, row.market.currency)

    @admin.display(description=gettext_lazy("uses that count"))
    def used(self, row: Coupon) -> int:
        """Count what was used and not given back."""
        return count_uses(row).count()

    def get_fields(
        self, request: HttpRequest, obj: Coupon | None = None
    ) -> tuple[str, ...]:
        """Show the uses of a code that is given out."""
        return (*self.fields, "used") if obj else self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Coupon | None = None
    ) -> tuple[str, ...]:
        """Keep the terms of a code that is given out."""
        if obj is None:
            return ()
        return (*(name for name in self.fields if name not in STILL_CHANGED), "used")


@admin.register(CouponUse)
class CouponUseAdmin(DeskAdmin):
    """Which checkout used which code."""

    list_display = ("coupon", "checkout", "used_at")
    list_select_related = ("coupon", "checkout")
    search_fields = ("coupon__code", "checkout__public_id")
    exclude = ("keys",)
